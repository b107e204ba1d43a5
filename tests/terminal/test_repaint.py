"""What is sent to the terminal: less, and yet the same picture, cell by cell."""

from __future__ import annotations

import random
import re
import time
from typing import Any

import numpy as np
import pyte
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import Color, ColorSystem
from rich.console import Console, RenderableType
from rich.segment import ControlType, Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widgets import Input, Label, Static

from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.tensors.layout import arrange
from lenet_tui.tensors.ui.heatmap.drawing import draw
from lenet_tui.tensors.ui.heatmap.heatmap import Heatmap
from lenet_tui.tensors.ui.heatmap.ink import Surface, ink_for
from lenet_tui.terminal.ui.pens import cells_of
from lenet_tui.terminal.ui.private.cell_diff import CellDiffApp, Shadow
from lenet_tui.terminal.ui.private.partial_compositor import PartScreen, PartUpdate

SIZE = (60, 24)
# pyte does not know hyperlinks.
_LINKS = re.compile(r"\x1b\]8;.*?\x1b\\")
Drawn = tuple[str, str, str, bool, bool, bool, bool]


class Emulator:
    """A terminal that keeps what it shows."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        self.screen = pyte.Screen(*size)
        self.stream = pyte.Stream(self.screen)
        self.bytes = 0

    def feed(self, data: str) -> None:
        self.bytes += len(data.encode())
        self.stream.feed(_LINKS.sub("", data))

    def looks(self) -> list[list[Drawn]]:
        """Every cell, as eyes see it."""
        screen = self.screen
        return [
            [look(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)
        ]


def look(cell: Any) -> Drawn:
    data, fore, back = cell.data, cell.fg, cell.bg
    if data == "▄" and not cell.reverse and "default" not in (fore, back):
        data, fore, back = "▀", back, fore
    if data == " " and not (cell.reverse or cell.underscore):
        fore = ""
    return data, fore, back, cell.bold, cell.italics, cell.underscore, cell.reverse


class Loud(HeadlessDriver):
    """A driver without a terminal that says what it is given to write."""

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        app = self._app
        assert isinstance(app, TwinApp)
        app.sent.feed(data)


class Question(ModalScreen[None]):
    CSS = "Question { align: center middle; background: $background 50%; } Label { padding: 1 4; }"

    def compose(self) -> ComposeResult:
        yield Label("什么？ what?")


class TwinApp(CellDiffApp[None]):
    """Every update is drawn twice: as Textual writes it, and as we do."""

    CSS = """
    Horizontal { height: 14; }
    Heatmap { width: 1fr; height: 12; border: round $border; }
    #text { width: 16; }
    .text { height: 3; }
    """

    def __init__(self) -> None:
        super().__init__(driver_class=Loud)
        self.console._color_system = ColorSystem.EIGHT_BIT
        self.plain = Emulator()
        self.sent = Emulator()
        self.updates = self.parts = 0
        self.fresh = False
        self.random = torch.Generator().manual_seed(1)
        self.values = torch.randn(24, 60, generator=self.random)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            with Horizontal():
                yield Heatmap()
                yield Static("步骤 step  [b]bold[/] [link='https://pytorch.org']link[/]", id="text")
            yield Input("input")
            for number in range(20):
                yield Static(f"{number} 行 " + "ab" * number, classes="text")

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        written = isinstance(renderable, CompositorUpdate) and self._running
        if written and not self._batch_count:
            assert isinstance(renderable, CompositorUpdate)
            ordinary = self.ordinary(screen, renderable)
            self.plain.feed(ordinary.render_segments(self.console))
        super()._display(screen, renderable)
        if written and not self._batch_count:
            self.fresh = True
            self.updates += 1
            assert self.sent.looks() == self.plain.looks()

    def ordinary(self, screen: Screen[Any], update: CompositorUpdate) -> CompositorUpdate:
        """What Textual would have written."""
        return update

    def change(self, share: float) -> None:
        """Change some of the picture's pixels."""
        heatmap = self.query_one(Heatmap)
        where = torch.rand(self.values.shape, generator=self.random) < share
        fresh = torch.randn(self.values.shape, generator=self.random)
        self.values = torch.where(where, fresh, self.values)
        layout = arrange((24, 60), heatmap.room)
        heatmap.show(make_view(self.values, layout.request("key", "name")), layout)

    def resized(self, width: int, height: int) -> None:
        for emulator in (self.plain, self.sent):
            emulator.screen.resize(height, width)


class PartTwin(TwinApp):
    """Draws the changed parts only; held against the whole screen as Textual draws it."""

    def get_default_screen(self) -> Screen[Any]:
        return PartScreen()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, PartUpdate):
            self.parts += 1
        super()._display(screen, renderable)

    def ordinary(self, screen: Screen[Any], update: CompositorUpdate) -> CompositorUpdate:
        whole = [[strip] for strip in screen._compositor.render_strips()]
        return LayoutUpdate(list(whole), screen.size.region)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until something has been painted, and then nothing more is."""
    app = pilot.app
    assert isinstance(app, TwinApp)
    until = time.monotonic() + 10
    while not app.fresh and time.monotonic() < until:
        await pilot.pause(0.02)
    assert app.fresh
    while app.fresh:
        app.fresh = False
        await pilot.pause(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [pytest.param(TwinApp, marks=pytest.mark.slow), PartTwin])
async def test_the_terminal_shows_the_same_as_by_the_ordinary_way(kind: type[TwinApp]) -> None:
    app = kind()
    async with app.run_test(headless=False, size=SIZE) as pilot:
        await settle(pilot)
        for share in (1.0, 0.01, 0.3):
            app.change(share)
            await settle(pilot)
        app.push_screen(Question())
        await settle(pilot)
        app.change(0.2)
        await settle(pilot)
        app.pop_screen()
        await settle(pilot)
        app.change(0.05)
        app.query_one("#text", Static).update("[reverse]一二三[/] and [u]more[/]")
        await settle(pilot)
        app.query_one(VerticalScroll).scroll_to(y=5, animate=False)
        await settle(pilot)
        app.change(0.1)
        await settle(pilot)
        app.resized(50, 20)
        await pilot.resize_terminal(50, 20)
        await settle(pilot)
        app.change(1.0)
        await settle(pilot)
        app.theme = "textual-light"
        await settle(pilot)
        await pilot.press("tab", "right", "down", "down")
        await settle(pilot)
        with app.batch_update():
            app.change(0.5)
            await pilot.pause(0.1)
        app.change(0.01)
        await settle(pilot)
        app.repaint()
        await settle(pilot)
        assert app.updates > 12
        assert bool(app.parts) is (kind is PartTwin)


async def test_a_small_change_sends_little() -> None:
    app = TwinApp()
    async with app.run_test(headless=False, size=SIZE) as pilot:
        await settle(pilot)
        app.change(1.0)
        await settle(pilot)
        app.plain.bytes = app.sent.bytes = 0
        app.change(0.01)
        await settle(pilot)
        assert 0 < app.sent.bytes < app.plain.bytes / 10


async def test_what_disturbed_the_screen_is_painted_over() -> None:
    app = TwinApp()
    async with app.run_test(headless=False, size=SIZE) as pilot:
        await settle(pilot)
        app.sent.feed("\x1b[5;5Hstray output")
        app.repaint()
        await settle(pilot)
        assert app.sent.looks() == app.plain.looks()


STYLES = [
    Style(color="color(20)", bgcolor="color(208)"),
    Style(color="color(20)", bgcolor="color(20)"),
    Style(color="color(208)", bgcolor="color(20)"),
    Style(bgcolor="color(233)"),
    Style(color="#123456", bold=True),
    Style(reverse=True),
    Style(underline=True, color="red"),
    Style(color="blue", link="https://pytorch.org"),
    Style.null(),
    None,
]
TEXTS = ["▀", "▄", "█", " ", "    ", "abc", "梯度", "─╮", "x"]


def random_strip(chance: random.Random, width: int) -> Strip:
    segments: list[Segment] = []
    while sum(s.cell_length for s in segments) < width:
        segments.append(Segment(chance.choice(TEXTS), chance.choice(STYLES)))
    return Strip(segments).adjust_cell_length(width)


@pytest.mark.slow
@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_random_updates(seed: int) -> None:
    chance = random.Random(seed)
    console = Console(color_system="256", force_terminal=True)
    shadow, width, height = Shadow(), 24, 4
    plain, sent = Emulator((width, height)), Emulator((width, height))
    for step in range(6):
        cut = chance.randrange(1, width)
        rows = [
            {0: random_strip(chance, cut), cut: random_strip(chance, width - cut)}
            for _ in range(height)
        ]
        update: CompositorUpdate
        if step == 0 or chance.random() < 0.2:
            update = LayoutUpdate([list(row.values()) for row in rows], Region(0, 0, width, height))
        else:
            spans = [(y, 0, cut if chance.random() < 0.5 else width) for y in range(height)]
            update = ChopsUpdate(rows, spans, [[cut, width]] * height)
        plain.feed(update.render_segments(console))
        sent.feed(shadow.sequence(update, console))
        assert sent.looks() == plain.looks()
    again = LayoutUpdate([list(row.values()) for row in rows], Region(0, 0, width, height))
    shadow.sequence(again, console)
    repeated = shadow.sequence(again, console)
    segments = [s for line in again.strips for strip in line for s in strip]
    odd = any(s.style and s.style.link for s in segments)
    assert bool(repeated) == odd


def test_unusual_text_is_left_to_textual() -> None:
    for text in ("e\u0301", "👩\u200d🔬", "\u200b"):
        assert cells_of(Strip([Segment(text)]), ColorSystem.TRUECOLOR) is None
    assert (
        cells_of(Strip([Segment("ab", None, [(ControlType.BELL,)])]), ColorSystem.TRUECOLOR) is None
    )


@pytest.mark.parametrize("system", ["256", "truecolor"])
def test_a_whole_repaint_is_near_the_fewest_bytes(system: str) -> None:
    """The least that the cells need, greedily: each colour only where it changes."""
    values = torch.randn(80, 100, generator=torch.Generator().manual_seed(0)) * 0.1
    surface_lines = heatmap_lines(values, system)
    console = Console(color_system=system, force_terminal=True)  # type: ignore[arg-type]
    update = LayoutUpdate([[line] for line in surface_lines], Region(0, 0, 100, 40))
    sent = len(Shadow().sequence(update, console).encode())
    fewest = 0
    fore = back = None
    for line in surface_lines:
        for text, style, _ in line:
            assert style is not None
            for character in text:
                parts = []
                if character != " " and style.color != fore:
                    assert style.color is not None
                    fore = style.color
                    parts.append(";".join(fore.downgrade(console._color_system).get_ansi_codes()))
                if style.bgcolor != back:
                    assert style.bgcolor is not None
                    back = style.bgcolor
                    codes = back.downgrade(console._color_system).get_ansi_codes(False)
                    parts.append(";".join(codes))
                fewest += (3 + len(";".join(parts)) if parts else 0) + len("▀".encode())
    assert sent <= 1.3 * fewest


def heatmap_lines(values: torch.Tensor, system: str) -> list[Strip]:
    ink = ink_for(Surface(system, True, False, Color.from_rgb(0, 0, 0)), "signed")
    layout = arrange((80, 100), ink.room(100, 40))
    view = make_view(values, layout.request("key", "name"))
    drawing = draw((view, layout), ink, 100, 40)
    assert np.prod(drawing.cells.shape) == 4000
    return [drawing.line(y) for y in range(40)]
