"""What the main screen does with its training view."""

from __future__ import annotations

from textual import on

from lenet_tui.app.ui.free_moves_screen import FreeMovesScreen
from lenet_tui.curves.ui import beside
from lenet_tui.curves.ui.view import TrainingView
from lenet_tui.curves.ui.worst_pane import WorstPane
from lenet_tui.protocol.moves import Draw, Goto
from lenet_tui.protocol.picture import packed
from lenet_tui.text.notice import Notice

WAITS = ("history:drawing-waits", "history:drawing-waits-as")
"""What the engine says of an input that was put in by hand."""


class TrainingScreen(FreeMovesScreen):
    """Curves in the place of the stepper's panes, and the ways from there into a step."""

    _into: tuple[Draw, int] | None = None
    """The move that last put a held-out sample in as the next input, and the sample's number."""

    def action_training(self) -> None:
        """Show the curves of the training in the place of the stepper's panes, or those again."""
        self.restore()
        opened = not self.body.is_training
        self.body.set_class(opened, "-training")
        self.focus_pane("chart-loss" if opened else "layers")
        self.know_evaluations()

    def action_beside(self) -> None:
        """Show another run's curves beside this one's."""
        if not self.body.is_training:
            self.action_training()
        beside.ask(self, self.body.training)

    @on(TrainingView.Chosen)
    def _went_from_curve(self, message: TrainingView.Chosen) -> None:
        self.action_training()
        self.move(Goto(message.iteration))

    @on(WorstPane.Wanted)
    def _step_into_sample(self, message: WorstPane.Wanted) -> None:
        """The next iteration takes a held-out sample as its input."""
        sample = message.sample
        if sample.picture is None:
            self.notify(self.words("curves.no-picture"), severity="warning")
            return
        picture = packed(sample.picture.reshape(-1))

        draw = Draw(sample.target, picture)

        def step_in() -> None:
            self.action_training()
            self._into = draw, sample.sample

        self._change_past(draw, first=step_in)

    def remarked(self, remark: Notice) -> None:
        """Say of a held-out sample that waits what training on it would mean."""
        pending = self.queue.pending
        if self._into and pending and pending.move is self._into[0] and remark.key in WAITS:
            said = self.words("curves.stepped-into", n=self._into[1])
            self.announce("note", said, "warning")
        else:
            super().remarked(remark)
