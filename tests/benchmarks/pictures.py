"""A heatmap's whole repaint: of a small tensor and a large one, and of ``Text`` with styles."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterable
from typing import TypeVar

import torch
from rich.color import Color, ColorSystem
from rich.style import Style
from rich.text import Text
from textual._compositor import LayoutUpdate
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget
from torch import Tensor

from lenet_tui.protocol.messages import Painting
from lenet_tui.protocol.views import View
from lenet_tui.tensors.arrangement import Arrangement
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.tensors.layout import arrange
from lenet_tui.tensors.ui.heatmap.heatmap import Heatmap
from lenet_tui.terminal.ui.private.cell_diff import Shadow
from tests.benchmarks.measure import Paired, Result, Row, once, paired, result
from tests.harness.pane_app import make_frame

SMALL, LARGE = 64, 4096
SIZE = (64, 32)
"""Cells of the pane: 64 × 64 pixels, which both tensors fill."""
WIDE = (100, 40)
"""Cells of the picture that is held against ``Text``."""
REPEATS = 5
SHADES = 15
COLOURS = [Color.from_rgb(n * 17, 0, 255 - n * 17) for n in range(SHADES)]

T = TypeVar("T")


class Canvas(App[None]):
    """Widgets one below the other, each of the same size, in 256 colours."""

    def __init__(self, *widgets: Widget, height: int) -> None:
        super().__init__()
        self.console._color_system = ColorSystem.EIGHT_BIT
        self._widgets, self._height = widgets, height

    def compose(self) -> ComposeResult:
        for widget in self._widgets:
            widget.styles.height = self._height
            yield widget


class Styled(Widget):
    """The picture as one would first write it: a ``Text``, each cell with a style of its own."""

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        shades = ((matrix.clamp(-3, 3) + 3) / 6 * (SHADES - 1)).int()
        self._rows = list(zip(shades[0::2].tolist(), shades[1::2].tolist(), strict=True))

    def render(self) -> Text:
        text = Text()
        for number, (top, bottom) in enumerate(self._rows):
            text.append("\n" if number else "")
            for above, below in zip(top, bottom, strict=True):
                text.append("▀", Style(color=COLOURS[above], bgcolor=COLOURS[below]))
        return text


def seen(tensor: Tensor, heatmap: Heatmap) -> tuple[View, Arrangement]:
    """What the engine sends of a tensor for the heatmap's size."""
    arrangement = arrange(tuple(tensor.shape), heatmap.room, kernels=False, sample=None, top=0)
    return make_view(tensor, arrangement.request("tensor", "fc")), arrangement


def repaint(widget: Widget) -> str:
    """All that is sent to show the whole widget, as the app sends it."""
    widget.refresh()
    strips: list[Iterable[Strip]] = [[strip] for strip in widget.render_lines(widget.size.region)]
    return Shadow().sequence(LayoutUpdate(strips, widget.size.region), widget.app.console)


def mounted(measure: Callable[[], T], *widgets: Widget, size: tuple[int, int]) -> T:
    """What ``measure`` gives once the widgets, each of ``size`` cells, are laid out."""

    async def run() -> T:
        app = Canvas(*widgets, height=size[1])
        async with app.run_test(size=(size[0], size[1] * len(widgets))) as pilot:
            await pilot.pause()
            assert all(widget.size == size for widget in widgets)
            return measure()

    return asyncio.run(run())


def picture(size: int) -> tuple[Tensor, Tensor]:
    """Two square tensors to be shown in turn, so that every cell is drawn anew."""
    torch.manual_seed(0)
    return torch.randn(size, size), torch.randn(size, size)


@once
def size_ratios() -> tuple[Paired, float]:
    """A repaint of the large one over one of the small one; and the bytes of their frames."""
    heatmap = Heatmap()

    def measure() -> tuple[Paired, float]:
        small, large = ([seen(t, heatmap) for t in picture(n)] for n in (SMALL, LARGE))
        sent = [len(pickle.dumps(Painting(make_frame((views[0][0],))))) for views in (small, large)]
        timed = paired(shows(heatmap, large), shows(heatmap, small), 31)
        return timed, sent[1] / sent[0]

    return mounted(measure, heatmap, size=SIZE)


def shows(heatmap: Heatmap, views: list[tuple[View, Arrangement]]) -> Callable[[], None]:
    """Show two pictures in turn, some times, each to the bytes for the terminal."""

    def show() -> None:
        for number in range(REPEATS):
            heatmap.show(*views[number % 2])
            assert len(repaint(heatmap)) > heatmap.size.area

    return show


def size() -> Result:
    """From the frame's arrival to the bytes for the terminal; reducing it is the engine's work."""
    what = f"repaint of {LARGE}² over {SMALL}² in the same pane"
    ratios, small = size_ratios()[0]
    return result("heatmap-size", ratios, 1.25, what, either_way=True, baseline=small)


def sent() -> Result:
    """The bytes of a frame with the picture, as it crosses between the processes."""
    what = "the same, bytes between the processes"
    return result("heatmap-sent", [size_ratios()[1]], 1.01, what, either_way=True)


def text() -> Result:
    """The whole picture of 100×40 cells over ``Text`` with a style for each cell."""
    torch.manual_seed(0)
    matrix = torch.randn(WIDE[1] * 2, WIDE[0])
    heatmap, styled = Heatmap(), Styled(matrix)

    def measure() -> Paired:
        ours = shows(heatmap, [seen(matrix, heatmap), seen(-matrix, heatmap)])

        def plain() -> None:
            for _ in range(REPEATS):
                assert len(repaint(styled)) > styled.size.area

        return paired(ours, plain, 7)

    ratios, plain = mounted(measure, heatmap, styled, size=WIDE)
    what = "repaint over Text with a style per cell"
    return result("heatmap-text", ratios, 0.1, what, baseline=plain)


PICTURES = {
    "heatmap-size": Row(size, 8, 4),
    "heatmap-sent": Row(sent, 1, 1),
    "heatmap-text": Row(text, 8, 3),
}
