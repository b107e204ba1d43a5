"""The facts of a training beside its charts."""

from __future__ import annotations

import math
import time

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content

from lenet_tui.curves.collected import Collected
from lenet_tui.evaluation.summary import percent
from lenet_tui.kit.ui.format import padded
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import spelled_content
from lenet_tui.protocol.frame import Frame, has_loss
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.durations import duration
from lenet_tui.text.numbers import number, thousands

SPEED_OVER = 2.0
"""Seconds over which the speed of a run is taken."""


class FactsPane(Pane):
    """A line for each thing that is known now."""

    def __init__(self, collected: Collected, id: str | None = None) -> None:
        super().__init__(id=id)
        self._collected = collected
        self._frame: Frame | None = None
        self._passed: list[tuple[float, int, float]] = []
        """When a frame came, of which iteration and epoch: those of the last seconds."""

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def show(self, frame: Frame) -> None:
        self._frame = frame
        now, n = time.monotonic(), frame.position.iteration
        self._passed = [p for p in self._passed if now - p[0] <= SPEED_OVER and p[1] <= n]
        self._passed.append((now, n, frame.epochs or 0.0))
        self.draw()

    def draw(self) -> None:
        """Put the facts of the last frame."""
        frame = self._frame
        if frame is None or self.content_size.area == 0:
            return
        facts = self._facts(frame)
        wide = max((cell_len(self.words(key)) for key, _ in facts), default=0)
        lines = [
            Content.assemble((padded(self.words(key), wide + 2), "$foreground-muted"), value)
            for key, value in facts
        ]
        self.query_one(LineWidget).put([spelled_content(self, line) for line in lines])
        self.entitle(self.words("curves.facts"), "")

    def _facts(self, frame: Frame) -> list[tuple[str, str]]:
        words, n = self.words, frame.position.iteration
        facts = [("curves.iteration", thousands(n))]
        if frame.epochs:
            facts.append(("curves.epoch", f"{frame.epochs:.2f}"))
        (since, first, begun), (until, last, epochs) = self._passed[0], self._passed[-1]
        if frame.running and until - since > 0.3:
            speed = thousands(round((last - first) / (until - since)))
            facts.append(("curves.speed", words("curves.speed.value", rate=speed)))
            if epochs > begun:
                left = (math.floor(epochs) + 1 - epochs) / (epochs - begun) * (until - since)
                facts.append(("curves.left", duration(left)))
        facts.append(
            ("curves.rate.short", number(frame.options.lr if frame.lr is None else frame.lr))
        )
        if frame.loss is not None and has_loss(frame):
            facts.append(("curves.loss.batch", number(frame.loss)))
        if frame.right is not None:
            correct, total = frame.right
            said = words("evaluation.right", correct=correct, total=total)
            facts.append(("curves.right", said))
        found = frame.evaluation
        if found is not None and found.accuracy is not None:
            shown = {"percent": percent(found.correct, found.total)}
            value = words("curves.tested.value", n=thousands(found.iteration), **shown)
            facts.append(("curves.tested", value))
            best = self._collected.best
            if best is not None and best.iteration != found.iteration:
                shown = {"percent": percent(best.correct, best.total)}
                value = words("curves.best.value", n=thousands(best.iteration), **shown)
                facts.append(("curves.best", value))
        elif found is not None and not found.no_loss:
            shown = {"loss": number(found.loss)}
            value = words("curves.tested.loss.value", n=thousands(found.iteration), **shown)
            facts.append(("curves.tested.loss", value))
        return facts
