"""What the main screen does to find out what is wrong: findings, twins, parity."""

from __future__ import annotations

from functools import cached_property

from lenet_tui.app.ui.training_screen import TrainingScreen
from lenet_tui.findings.finding import Finding
from lenet_tui.findings.ui.last_check import Checked
from lenet_tui.findings.ui.screen import FindingsScreen
from lenet_tui.parity.ui.screen import ParityScreen
from lenet_tui.protocol.moves import Goto, ToFailure, ToOp
from lenet_tui.protocol.options import NET
from lenet_tui.protocol.phases import BACKWARD, FORWARD, INIT
from lenet_tui.twins.result import Twins
from lenet_tui.twins.ui.screen import TwinsScreen


class ChecksScreen(TrainingScreen):
    """The panel of findings, two programs side by side, two devices side by side."""

    @cached_property
    def _checked(self) -> Checked:
        return Checked()

    @cached_property
    def _guesses(self) -> dict[str, int]:
        """What was answered to the questions on mistakes."""
        return {}

    def action_findings(self) -> None:
        """What is wrong with the step at the cursor."""
        if self.is_dead:
            self.say_gone()
        else:
            self.open(FindingsScreen(self, self._checked), self._go_to_finding)

    def _go_to_finding(self, finding: Finding) -> None:
        """Show the op or parameter of a finding, and go to it where it is of a forward.

        What was recorded of a script is gone through without running: there it is gone to the
        iteration too. What comes after a forward is on the tape when the iteration has been run.
        """
        if finding.id == "raised":
            self.move(ToFailure())
            return
        cell = str(finding.evidence.get("cell", ""))
        if cell:
            # made in the check, which was undone: the numbers are on the tape only if it is run
            self.move(Goto(int(finding.evidence["iteration"])))
            self.choose(finding.where)
            self.inspection.open(cell)
            return
        seen = finding.iteration or int(finding.evidence.get("iteration", 0))
        there = bool(seen) and self.frame is not None and self.frame.looked_at
        if there:
            self.move(Goto(seen))
        aspect = "gradient" if finding.phase == BACKWARD.name else "value"
        parameters = {p.name for p in self.ready.parameters} if self.ready else set()
        found = self._checked.found
        raised = found is not None and any(f.id == "raised" for f in found.findings)
        in_phase = finding.where.startswith(f"{finding.phase}.") and not raised
        if finding.where not in parameters and (finding.phase == FORWARD.name or in_phase):
            self.move(ToOp(finding.where))
        elif not there and finding.phase not in (FORWARD.name, INIT.name, ""):
            self.move(ToFailure() if raised else Goto(self._checked.iteration))
        self.choose(finding.where, aspect)

    def action_twins(self) -> None:
        """Mistakes beside their cure, or two training files."""
        self.open_twins(None)

    def open_twins(self, request: Twins | None) -> None:
        """Open the twins; ``request``: what to compare at once."""
        if self.is_dead:
            self.say_gone()
            return
        model = self.present_options.model
        file = model.partition(".py:")[0] if model != NET else ""
        self.app.push_screen(TwinsScreen(self, self._guesses, request, file))

    def action_parity(self) -> None:
        """Compare the present iteration with another device's."""
        if self.is_dead:
            self.say_gone()
        else:
            self.open(ParityScreen(self), lambda shown: self.choose(*shown))
