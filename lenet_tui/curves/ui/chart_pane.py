"""One chart of the training view."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var

from lenet_tui.curves.chart import (
    Curve,
    chart,
    column_of,
    mark,
)
from lenet_tui.curves.collected import (
    ACCURACY,
    GRADIENT,
    LOSS,
    RATIO,
    Collected,
)
from lenet_tui.curves.loss_names import called
from lenet_tui.curves.other_run import EPOCHS, ROWS
from lenet_tui.curves.series import Window
from lenet_tui.curves.ui.chart_lines import SIGNS, lines_of
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only, spelled_content
from lenet_tui.protocol.frame import Frame
from lenet_tui.terminal.ui.line_widget import Line, LineWidget
from lenet_tui.text.numbers import number, thousands

LEGEND = (32, 20, 12, 7)
"""Characters of the names of other runs in the title: so many as there is room for."""
COUNTED = {ROWS: "curves.by-row", EPOCHS: "curves.by-epoch", f"{EPOCHS}?": "curves.epochs"}
"""What is said of other runs that are not counted by iterations."""
SIDE_FROM = 120
"""Columns from which the panes beside the charts are seen."""
OFTEN = 0.5
"""Seconds after which a chart of a run is drawn again, even if less than a column of it is new."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What a chart was drawn of. ``column``: the one of the chosen iteration ``at``."""

    changes: int
    window: Window
    at: int
    column: int | None
    when: float = field(compare=False)
    """By the clock, in seconds."""

    def hardly_differs(self, earlier: _Drawn, cols: int) -> bool:
        """Whether less than a column of the picture is new, not long after it was drawn."""
        old, new = earlier.window, self.window
        grown = new.last - old.last
        near = new.first == old.first and 0 <= grown * cols < old.length
        return near and self.column == earlier.column and self.when - earlier.when < OFTEN


class ChartPane(Pane):
    """A chart of ``kind``. ``window``: the iterations that are seen; ``at``: the chosen one."""

    ALLOW_MAXIMIZE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "go(-1)", show=False),
        Binding("right,l", "go(1)", show=False),
        Binding("shift+left,pageup", "go(-10)", show=False),
        Binding("shift+right,pagedown", "go(10)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
        Binding("up,k", "zoom(1)", show=False),
        Binding("down,j", "zoom(-1)", show=False),
        Binding("y", "toggle_log", show=False),
        Binding("enter", "enter", show=False),
    ]
    can_focus = True

    @dataclass
    class Go(Message):
        """The person moves the chosen iteration by so many columns, of which there are ``cols``."""

        by: int
        cols: int

    @dataclass
    class End(Message):
        """The person wants the first or the last iteration."""

        side: int

    @dataclass
    class Zoom(Message):
        """The person wants to see fewer iterations (1) or more (-1)."""

        by: int

    class Enter(Message):
        """The session is to go to the chosen iteration."""

    window: var[Window] = var(Window(1, 1), init=False)
    at: var[int] = var(0, init=False)

    def __init__(self, kind: str, collected: Collected, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kind = kind
        self._collected = collected
        self._log = False
        self._cols = 1
        self._frame: Frame | None = None
        self._drawn: _Drawn | None = None
        """What it was last drawn of; ``None``: it is to be drawn in any case."""
        self._due = False
        self.may_draw = True
        """Whether a frame that comes now may be drawn: a run's frame draws one of the charts."""

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def show(self, frame: Frame) -> None:
        if frame is self._frame:  # shown once more, for another language or other colours
            self._drawn = None
        self._frame = frame
        if self.may_draw or self._drawn is None:
            self._catch_up()

    def remember(self) -> bool:
        return self._log

    def recall(self, remembered: bool) -> None:
        self._log = remembered
        self.draw()

    def watch_window(self) -> None:
        """Draw the other iterations."""
        self._draw_soon()

    def watch_at(self) -> None:
        """Draw the line elsewhere."""
        self._draw_soon()

    def _draw_soon(self) -> None:
        """Draw once, however much of what is drawn changes now: a frame changes all of it, and is
        shown after that.
        """
        if not self._due and not self._collected.taking:
            self._due = True
            self.call_later(self._catch_up)

    def _catch_up(self) -> None:
        self._due = False
        running = self._frame is not None and self._frame.running
        if self._drawn is None or self.waits(running):
            self.draw()

    @property
    def drawn_at(self) -> float:
        """When it was last drawn, in seconds by a clock; 0: never."""
        return 0.0 if self._drawn is None else self._drawn.when

    def waits(self, running: bool) -> bool:
        """Whether what is known differs from what is drawn: in a run, by a column or for long."""
        now, drawn = self._state(), self._drawn
        if drawn is None:
            return self.content_size.area > 0
        return drawn != now and not (running and now.hardly_differs(drawn, self._cols))

    def _state(self) -> _Drawn:
        column = column_of(self.at, self.window, self._cols)
        return _Drawn(self._collected.changes, self.window, self.at, column, time.monotonic())

    def action_go(self, by: int) -> None:
        """Choose an iteration some columns further."""
        self.post_message(self.Go(by, self._cols))

    def action_end(self, side: int) -> None:
        """Choose the first or the last iteration."""
        self.post_message(self.End(side))

    def action_zoom(self, by: int) -> None:
        """See half as many iterations, or twice as many."""
        self.post_message(self.Zoom(by))

    def action_toggle_log(self) -> None:
        """Switch between a linear and a logarithmic scale."""
        self._log = not self._log
        self.draw()

    def action_enter(self) -> None:
        """Go to the chosen iteration."""
        self.post_message(self.Enter())

    def draw(self) -> None:
        """Draw the chart and its titles."""
        size = self.content_size
        if self._frame is None or size.area == 0:
            return
        curves = self._collected.curves(self.kind)
        known = self._known(curves)
        lines = self._lines(curves, size.width, size.height) if known else self._nothing()
        self._drawn = self._state()
        self.query_one(LineWidget).put(lines)
        self._titles(curves if known else [])

    def on_resize(self) -> None:
        """Draw for another size."""
        super().on_resize()
        self.draw()

    def _known(self, curves: list[Curve]) -> bool:
        last, value = self._collected.last, self._collected.value
        return any(
            (c.letter and not c.called) or (last and (c.dense or value(c, last))) for c in curves
        )

    def _nothing(self) -> list[Line]:
        key = "curves.nothing"
        if self.kind == ACCURACY:
            held_out = self._frame is not None and self._frame.held_out
            key += ".accuracy" if held_out else ".held-out"
        elif self.kind in (GRADIENT, RATIO):
            key += ".seen"
        text = Content.styled(self.words(key), "$foreground-muted")
        return [spelled_content(self, line) for line in text.wrap(self.content_size.width)]

    def _lines(self, curves: list[Curve], width: int, height: int) -> list[Line]:
        rows = max(1, height - 1)
        left = 7 if width >= 30 else 0
        cols = self._cols = max(1, width - left)
        signs = SIGNS if ascii_only(self) else ""
        made = chart(
            curves, self.window, cols, rows, log=self._log, here=self.at or None, signs=signs
        )
        return [*lines_of(made, left, cols, axis=height > 1, ascii=bool(signs))]

    def _titles(self, curves: list[Curve]) -> None:
        words = self.words
        title = words(f"curves.{self.kind}")
        if self._log:
            title = words("curves.log", title=title)
        own = [curve for curve in curves if curve.called or not curve.letter]
        several = self.kind in (LOSS, ACCURACY)
        names = [f"{self._sign(curve)} {self._called(curve)}" for curve in own if several]
        counted = {by: words(key) for by, key in COUNTED.items()}
        legends = [self._collected.legend(self.kind, longest, counted) for longest in LEGEND]
        titles = ["  ".join([title, *names, *legend]) for legend in legends]
        if names:  # what is drawn in signs is this run
            briefly = [f"{self._sign(curve)} {self._called(curve, '.brief')}" for curve in own]
            titles += ["  ".join([title, *briefly, *legend]) for legend in legends]
            titles += [" ".join([title, *briefly, *legends[-1]])]
        if names and legends[-1]:  # else the letters first
            titles += ["  ".join([title, *legend]) for legend in legends]
        if any(c.dense and c.spans for c in own) and self.window.length > 2 * self.title_room:
            spans = words("curves.span"), words("curves.span.short")
            titles[:0] = [f"{titles[0]}  {span}" for span in spans]
        if self.kind == LOSS and (begins := self._collected.named_from) > 1:
            titles.insert(0, f"{titles[0]}  {words('curves.named', n=thousands(begins))}")
        first = self._collected.seen_from(self.kind) if self.kind in (GRADIENT, RATIO) else 0
        if first > max(self.window.first, 1):
            titles.insert(0, f"{titles[0]}  {words('curves.since', n=thousands(first))}")
        below = [""] if not curves or not self.at else self._below(curves, several)
        self.entitle(titles, below)

    def _below(self, curves: list[Curve], several: bool) -> list[str]:
        """What the curves say at the chosen iteration, and the keys, where there is room."""
        words, room = self.words, self.title_room
        curves = sorted(
            curves, key=lambda curve: bool(curve.letter) and not curve.called
        )  # this run's first
        named = [(curve, self._called(curve) if several else "") for curve in curves]
        signed = [(curve, self._sign(curve) if several else "") for curve in curves]

        def all_of(pairs: list[tuple[Curve, str]], brief: str = "") -> str:
            here = words(f"curves.at{brief}", n=thousands(self.at))
            return "  ".join([here, *filter(None, (self._value(*p, brief) for p in pairs))])

        said = all_of(named)
        ends = [words("curves.go"), words("curves.keys")]
        if self.kind == ACCURACY and self.app.size.width < SIDE_FROM:
            ends = [words("curves.panes")]
        with_keys = [f"{said}  {end}" for end in ("  ".join(ends), ends[0])]
        return [
            *(text for text in with_keys if cell_len(text) <= room),
            said, all_of(signed), all_of(signed, ".brief"),
        ]  # fmt: skip

    def _called(self, curve: Curve, brief: str = "") -> str:
        if curve.called:
            return called(curve.called, self.words)
        return curve.letter or self.words(f"curves.{curve.key}{brief}")

    def _sign(self, curve: Curve) -> str:
        signs = SIGNS if ascii_only(self) else ""
        line = signs[0] if signs else "━"
        return curve.letter or (line if curve.dense is not None else mark(curve.hollow, signs))

    def _value(self, curve: Curve, name: str, brief: str = "") -> str:
        found = self._collected.value(curve, self.at)
        if found is None:
            return ""
        value, n = found
        key = "curves.at.value" if n == self.at else f"curves.at.earlier{brief}"
        name = name or curve.letter
        return self.words(key, name=name, value=number(value), n=thousands(n)).strip()
