"""The loss over the iterations: a small chart, the present value and the least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import spelled_content
from lenet_tui.protocol.frame import Frame, has_loss
from lenet_tui.protocol.loss_series import Losses, plot
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import number, thousands

AXIS_FROM = 5
"""Lines from which one is for the numbers of the first and the last iteration."""
LEAST = 8
"""Bars that there is room for beside the labels; else there are none."""


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
        lines = axes(values, size.width, size.height, self.glyphs, log=self._log)
        self.query_one(LineWidget).put([spelled_content(self, line) for line in lines])
        self._titles(values, frame)

    on_resize = _draw

    def _titles(self, values: npt.NDArray[np.float64], frame: Frame) -> None:
        key = "loss.title.log" if self._log else "loss.title"
        if frame.loss is not None and not has_loss(frame):
            key += ".earlier"
        shown = "" if frame.loss is None else number(frame.loss)
        title = f"{self.words(key)}  {shown}".rstrip()
        subtitle: list[str] = [""]
        least = np.fmin.reduce(values, initial=np.inf)  # copies nothing, however many there are
        if np.isfinite(least):
            n = int(np.argmax(values == least)) + 1
            subtitle = [self.words("loss.least", value=number(float(least)), n=thousands(n))]
            if self.content_size.height < AXIS_FROM and len(values) > 1:
                span = self.words("loss.span", last=thousands(len(values)))
                subtitle.insert(0, f"{span}  {subtitle[0]}")
        self.entitle(title, subtitle)


def axes(
    values: npt.NDArray[np.float64], width: int, height: int, glyphs: Glyphs, *, log: bool = False
) -> list[Content]:
    """The losses as bars, with the highest and the lowest of them at the left and the first and
    the last iteration below.

    Bars of many iterations are means, and so are their ends. Where there are fewer than
    ``AXIS_FROM`` lines, the iterations are left to the border.
    """
    if width < 2 or height < 1:
        return []
    rows = height - 1 if height >= AXIS_FROM else height
    left = max(map(len, labelled(_ends(values, width))), default=-1) + 1
    left = left if width >= left + LEAST else 0
    cols = width - left
    heights, ends = plot(values, cols, rows, log=log)
    labels = [""] * rows
    if left and ends:
        texts = labelled(ends)
        if max(map(len, texts)) >= left:  # the means of as many columns as are left are others
            texts = [number(end, 3) for end in ends]
        labels[-1], labels[0] = texts
    lines = [
        Content.assemble(
            (f"{label:>{left - 1}} " if left else "", "$foreground-muted"),
            ("".join(glyphs.bars[eighths] for eighths in row), "$primary"),
        )
        for label, row in zip(labels, heights, strict=True)
    ]
    if rows < height and len(values):
        first, last = "1", thousands(len(values)) if len(values) > 1 else ""
        gap = max(1, min(cols, len(values)) - len(first) - len(last))
        below = f"{' ' * left}{first}{' ' * gap}{last}".rstrip()
        lines.append(Content.styled(below[:width], "$foreground-muted"))
    return lines


def labelled(ends: Sequence[float]) -> list[str]:
    """The ends of an axis with three digits, or as many more as tell them apart; equal ones once,
    at the top.
    """
    if len(ends) == 2 and ends[0] == ends[1]:
        return ["", number(ends[1], 3)]
    for digits in range(3, 8):
        texts = [number(end, digits) for end in ends]
        if len({*texts}) == len(texts):
            break
    return texts


def _ends(values: npt.NDArray[np.float64], cols: int) -> list[float]:
    """Numbers as long as any that the axis may have."""
    _, ends = plot(values, cols, 1)
    return [*ends] if ends else []
