"""The held-out samples that the model is worst at, each of which can be stepped into."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from lenet_tui.curves.class_names import cut, longest_that_fit, name_of
from lenet_tui.curves.ui.judged_pane import JudgedPane
from lenet_tui.evaluation.request import Judged, Mistaken
from lenet_tui.kit.ui.format import padded
from lenet_tui.protocol.views import TOP
from lenet_tui.tensors.ui.heatmap.ink import Surface, surface_of
from lenet_tui.tensors.ui.heatmap.thumbnail import thumbnail
from lenet_tui.text.numbers import number

SIDE = 16
"""Pixels of a picture, down and across; each cell of text holds two, one above the other."""
TALL, GAP = SIDE // 2 + 1, 1
WIDE = SIDE + 1
"""Cells of what stands below a picture, which is so wide that two names of five cells are whole."""
NAMES = (40, 20, 10, 5, 3)
"""Cells of a class's name in the border: as many as there is room for."""
MOST = 24
"""Samples that are asked for."""


class WorstPane(JudgedPane):
    """A grid of pictures, the worst first; where there is room for none, a list."""

    title_key = "curves.worst"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "go(-1)", show=False),
        Binding("right,l", "go(1)", show=False),
        Binding("up,k", "go_row(-1)", show=False),
        Binding("down,j", "go_row(1)", show=False),
        Binding("enter", "enter", show=False),
    ]

    @dataclass
    class Wanted(Message):
        """The person wants to step into a sample."""

        sample: Mistaken

    _chosen = 0
    _across = 1

    def watch_judged(self) -> None:
        """Begin again with the worst of another answer."""
        self._chosen = 0
        self.draw()

    def action_go(self, by: int) -> None:
        """Choose the next sample, or the one before."""
        if self.judged is not None and self.judged.worst:
            self._chosen = max(0, min(self._chosen + by, len(self.judged.worst) - 1))
            self.draw()

    def action_go_row(self, by: int) -> None:
        """Choose one in the next row, or in the one before."""
        self.action_go(by * self._across)

    def action_enter(self) -> None:
        """Step into the chosen sample."""
        if self.judged is not None and self.judged.worst:
            self.post_message(self.Wanted(self.judged.worst[self._chosen]))

    def lines(self, judged: Judged, width: int, height: int) -> list[Content]:
        worst = judged.worst
        pictures = all(m.picture is not None for m in worst) and height >= TALL
        self._across = max(1, (width + GAP) // (WIDE + GAP)) if pictures else 1
        tall = TALL if pictures else 1
        rows = max(1, height // tall)
        first = max(0, self._chosen // self._across - rows + 1) * self._across
        shown = range(first, min(first + rows * self._across, len(worst)))
        called = self._called(worst, WIDE if pictures else width)
        made: list[Content] = []
        for start in range(first, shown.stop, self._across):
            row = range(start, min(start + self._across, shown.stop))
            blocks = [self._drawn(worst, n, pictures, called) for n in row]
            made += [Content(" " * GAP).join(parts) for parts in zip(*blocks, strict=True)]
        return made

    def below(self, judged: Judged) -> list[str]:
        if not judged.worst:
            return [""]
        chosen = judged.worst[min(self._chosen, len(judged.worst) - 1)]
        n, what, loss = chosen.sample, self._taken(chosen), number(chosen.loss, 3)
        briefly = [self._taken(chosen, cells) for cells in NAMES]
        share = number(chosen.share, 3)
        said = self.words("curves.judged-one", n=n, what=what, share=share, loss=loss)
        short = self.words("curves.judged-short", n=n, what=what, loss=loss)
        shorter = [self.words("curves.judged-shorter", what=w, loss=loss) for w in (what, *briefly)]
        return [f"{said}  {self.words('curves.into')}", said, short, *shorter, ""]

    def _called(self, worst: Sequence[Mistaken], width: int) -> dict[int, str]:
        """The names of the classes, so that each fits into a line of so many cells."""
        rows = [(each.target, each.predicted) for each in worst]
        losses = max((cell_len(number(each.loss, 3)) for each in worst), default=0)
        room = width - 1 - cell_len(self.glyphs.arrow) - 1 - losses
        there = sorted({n for row in rows for n in row})
        return longest_that_fit(there, self.names, rows, room, self.glyphs.more)

    def _taken(self, each: Mistaken, cells: int | None = None) -> str:
        """A sample's class and what it was taken for, with names cut to ``cells``."""
        target, predicted = (
            name if cells is None else cut(name, cells, self.glyphs.more)
            for name in (name_of(n, self.names) for n in (each.target, each.predicted))
        )
        if each.target == each.predicted:
            return self.words("curves.judged-right", target=target)
        return self.words("curves.judged-wrong", target=target, predicted=predicted)

    def _drawn(
        self, worst: Sequence[Mistaken], n: int, pictures: bool, called: dict[int, str]
    ) -> list[Content]:
        each = worst[n]
        mark = self.glyphs.current if n == self._chosen else " "
        right = each.target == each.predicted
        target, predicted = called[each.target], called[each.predicted]
        text = f"{mark}{target}{self.glyphs.arrow}{predicted} {number(each.loss, 3)}"
        style = "bold reverse" if n == self._chosen and self.has_focus else ""
        style = style or ("$text-success" if right else "$text-error")
        caption = Content.styled(padded(text, WIDE), style)
        if not pictures or each.picture is None:
            return [caption]
        beside = Content(" " * (WIDE - SIDE))
        return [*(line + beside for line in small(each.picture, surface_of(self))), caption]

    def on_focus(self) -> None:
        """Show which one is chosen."""
        self.draw()

    on_blur = on_focus


def small(picture: npt.NDArray[np.float32], surface: Surface) -> list[Content]:
    """A picture of any size in ``SIDE`` × ``SIDE`` pixels, from its least to its largest number.

    A pixel is the mean of what it stands for.
    """
    rows, cols = (np.linspace(0, n, SIDE + 1).astype(int) for n in picture.shape)
    finite = np.nan_to_num(picture.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    made = np.array(
        [
            [
                finite[r : max(s, r + 1), c : max(d, c + 1)].mean()
                for c, d in itertools.pairwise(cols)
            ]
            for r, s in itertools.pairwise(rows)
        ]
    )
    low, high = made.min(), made.max()
    levels = (made - low) / (high - low) * TOP if high > low else np.zeros_like(made)
    return thumbnail(levels.astype(np.uint8), surface)
