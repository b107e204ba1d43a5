"""The probes of the findings panel: their keys, and what they have said of one step."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from lenet_tui.findings import probes
from lenet_tui.findings.words.probes import verdict
from lenet_tui.kit.ui.prose import TIED, Prose
from lenet_tui.text.clean import clean
from lenet_tui.text.words import Words

KEYS = {
    "o": probes.OVERFIT,
    "z": probes.ZEROED,
    "s": probes.SHUFFLED,
    "t": probes.MODES,
    "b": probes.INDEPENDENCE,
    "l": probes.STEP_SIZE,
}
"""The key of each probe."""


def offered(words: Words, short: bool) -> str:
    """The probes with their keys; ``short``: in one line."""
    names = ", ".join(f"{key}{TIED}{words(f'probe.{name}')}" for key, name in KEYS.items())
    return words("panel.probes.short") if short else words("panel.probes", names=names)


def with_answer(
    answers: Sequence[probes.ProbeAnswer], made: probes.ProbeAnswer
) -> list[probes.ProbeAnswer]:
    """The answers of a step, the newest first and one of each probe, after one more."""
    kept = [a for a in answers if a.probe != made.probe and a.iteration == made.iteration]
    return [made, *kept]


class ProbeAnswers(VerticalScroll):
    """What was asked last, or why it has no answer; then the answers, a paragraph each.

    The newest line is set off from those before it.
    """

    def compose(self) -> ComposeResult:
        yield Prose(id="findings-probe")
        yield Prose(id="findings-earlier")

    def show(
        self,
        answers: Sequence[probes.ProbeAnswer],
        refused: Sequence[str],
        words: Words,
        first: str = "",
    ) -> None:
        """Show the answers below a line about the probe just asked, then the probes that have
        none; with nothing of these, nothing.
        """
        lines = [first] if first else []
        for answer in answers:
            title, said = words(f"probe.{answer.probe}"), verdict(answer, words)
            result = words("panel.probe.result", probe=title, n=answer.iteration, verdict=said)
            lines.append(result)
        lines += refused
        texts = [clean(words.spell(line), 1000) for line in lines]
        self.query_one("#findings-probe", Prose).show("\n".join(texts[:1]))
        earlier = self.query_one("#findings-earlier", Prose)
        earlier.show("\n".join(texts[1:]))
        earlier.display = len(texts) > 1
        self.display = bool(lines)
        self.scroll_home(animate=False)
