"""The loss over the iterations: a small chart, the present value and the least."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.protocol.frame import Frame, has_loss
from lenet_tui.protocol.loss_series import Losses, chart
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import number


class LossPane(Pane):
    """A bar for each iteration, or the mean of several where there are more than columns."""

    ALLOW_MAXIMIZE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.command('explain-number')", show=False)
    ]
    can_focus = True

    def __init__(self, losses: Losses, id: str | None = None) -> None:
        super().__init__(id=id)
        self._losses = losses
        self._log = False
        self._frame: Frame | None = None

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def show(self, frame: Frame) -> None:
        self._frame = frame
        self._draw()

    @property
    def cell(self) -> str:
        return "loss"

    def remember(self) -> bool:
        return self._log

    def recall(self, remembered: bool) -> None:
        if remembered != self._log:
            self.action_toggle_log()

    def action_toggle_log(self) -> None:
        """Switch between a linear and a logarithmic scale."""
        self._log = not self._log
        self._draw()

    def _draw(self) -> None:
        frame, size = self._frame, self.content_size
        if frame is None or size.area == 0:
            return
        values = self._losses.values[1 : frame.position.iteration + 1]
        heights = chart(values, size.width, size.height, log=self._log)
        self.query_one(LineWidget).put(bars(heights, self.glyphs))
        self._titles(values, frame)

    on_resize = _draw

    def _titles(self, values: npt.NDArray[np.float64], frame: Frame) -> None:
        key = "loss.title.log" if self._log else "loss.title"
        if frame.loss is not None and not has_loss(frame):
            key += ".earlier"
        shown = "" if frame.loss is None else number(frame.loss)
        title = f"{self.words(key)}  {shown}".rstrip()
        subtitle = ""
        least = np.fmin.reduce(values, initial=np.inf)  # copies nothing, however many there are
        if np.isfinite(least):
            n = int(np.argmax(values == least)) + 1
            subtitle = self.words("loss.least", value=number(float(least)), n=n)
        self.entitle(title, subtitle)


def bars(heights: list[list[int]], glyphs: Glyphs) -> list[Content]:
    """A chart's heights as bars, line by line."""
    return [
        Content.styled("".join(glyphs.bars[height] for height in row), "$primary")
        for row in heights
    ]
