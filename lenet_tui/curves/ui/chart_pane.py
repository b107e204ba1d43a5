"""One chart of the training view."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var

from lenet_tui.curves.chart import (
    BROKEN,
    HERE,
    MARK,
    SPAN,
    Chart,
    Curve,
    Run,
    chart,
    mark,
)
from lenet_tui.curves.collected import (
    ACCURACY,
    BATCH,
    GRADIENT,
    LOSS,
    NAMED,
    OTHER,
    RATIO,
    TEST,
    TRAINED,
    Collected,
)
from lenet_tui.curves.loss_names import called
from lenet_tui.curves.series import Window
from lenet_tui.kit.ui.pane import Pane
from lenet_tui.kit.ui.settings import ascii_only, spelled_content
from lenet_tui.protocol.frame import Frame
from lenet_tui.terminal.ui.line_widget import LineWidget
from lenet_tui.text.numbers import number, thousands

OTHERS = ("$text-success", "$text-secondary", "$text-accent")
"""The styles of runs beside this one."""
OWN = ("$primary", "$text-warning", "$text-success")
"""The styles of several losses of this run."""
STYLES = {
    BATCH: "$primary",
    BATCH + SPAN: "$foreground-disabled",
    TEST: "$text-warning",
    TEST + MARK: "bold $text-warning",
    TRAINED: "$text-success",
    TRAINED + MARK: "bold $text-success",
    **{f"{OTHER}{n}{end}": style for n, style in enumerate(OTHERS) for end in ("", MARK)},
    **{f"{NAMED}{n}": style for n, style in enumerate(OWN)},
    **{f"{NAMED}{n}{MARK}": f"bold {style}" for n, style in enumerate(OWN)},
    BROKEN: "bold $text-error",
    HERE: "$foreground-muted",
}
LEGEND = (32, 20, 12, 7)
"""Characters of the names of other runs in the title: so many as there is room for."""
SIDE_FROM = 120
"""Columns from which the panes beside the charts are seen."""
SIGNS = "*.o+"
"""Line, span, mark and hollow mark where only ASCII is drawn."""


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
        self._drawn = -1
        """Of which state of what is collected it was last drawn; negative: it is to be drawn."""

    def compose(self) -> ComposeResult:
        yield LineWidget()

    def show(self, frame: Frame) -> None:
        if frame is self._frame:  # shown once more, for another language or other colours
            self._drawn = -1
        self._frame = frame
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
        """Draw once, however much of what is drawn changes now: a frame changes all of it."""
        self._drawn = -1
        self.call_later(self._catch_up)

    def _catch_up(self) -> None:
        if self._drawn != self._collected.changes:
            self.draw()

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
        self._drawn = self._collected.changes
        curves = self._collected.curves(self.kind)
        known = self._known(curves)
        lines = self._lines(curves, size.width, size.height) if known else self._nothing()
        self.query_one(LineWidget).put([spelled_content(self, line) for line in lines])
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

    def _nothing(self) -> list[Content]:
        key = "curves.nothing"
        if self.kind == ACCURACY:
            held_out = self._frame is not None and self._frame.held_out
            key += ".accuracy" if held_out else ".held-out"
        elif self.kind in (GRADIENT, RATIO):
            key += ".seen"
        text = Content.styled(self.words(key), "$foreground-muted")
        return list(text.wrap(self.content_size.width))

    def _lines(self, curves: list[Curve], width: int, height: int) -> list[Content]:
        rows = max(1, height - 1)
        left = 7 if width >= 30 else 0
        cols = self._cols = max(1, width - left)
        signs = SIGNS if ascii_only(self) else ""
        made = chart(
            curves, self.window, cols, rows, log=self._log, here=self.at or None, signs=signs
        )
        lines = [_line(made, row, left) for row in range(rows)]
        if height > 1:
            lines.append(Content.styled(" " * left + _axis(made, cols), "$foreground-muted"))
        return lines

    def _titles(self, curves: list[Curve]) -> None:
        words = self.words
        title = words(f"curves.{self.kind}")
        if self._log:
            title = words("curves.log", title=title)
        own = [curve for curve in curves if curve.called or not curve.letter]
        several = self.kind in (LOSS, ACCURACY)
        names = [f"{self._sign(curve)} {self._called(curve)}" for curve in own if several]
        by_row = words("curves.by-row")
        legends = [self._collected.legend(self.kind, longest, by_row) for longest in LEGEND]
        titles = ["  ".join([title, *names, *legend]) for legend in legends]
        if names and legends[-1]:  # the letters first: what is drawn in signs is this run
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
        here = words("curves.at", n=thousands(self.at))
        curves = sorted(
            curves, key=lambda curve: bool(curve.letter) and not curve.called
        )  # this run's first
        named = [(curve, self._called(curve) if several else "") for curve in curves]
        signed = [(curve, self._sign(curve) if several else "") for curve in curves]
        said, short = (
            "  ".join([here, *filter(None, (self._value(*pair) for pair in pairs))])
            for pairs in (named, signed)
        )
        ends = [words("curves.go"), words("curves.keys")]
        if self.kind == ACCURACY and self.app.size.width < SIDE_FROM:
            ends = [words("curves.panes")]
        with_keys = [f"{said}  {end}" for end in ("  ".join(ends), ends[0])]
        return [*(text for text in with_keys if cell_len(text) <= room), said, short]

    def _called(self, curve: Curve) -> str:
        if curve.called:
            return called(curve.called, self.words)
        return curve.letter or self.words(f"curves.{curve.key}")

    def _sign(self, curve: Curve) -> str:
        signs = SIGNS if ascii_only(self) else ""
        line = signs[0] if signs else "━"
        return curve.letter or (line if curve.dense is not None else mark(curve.hollow, signs))

    def _value(self, curve: Curve, name: str) -> str:
        found = self._collected.value(curve, self.at)
        if found is None:
            return ""
        value, n = found
        key = "curves.at.value" if n == self.at else "curves.at.earlier"
        name = name or curve.letter
        return self.words(key, name=name, value=number(value), n=thousands(n)).strip()


def fitting(value: float, room: int, step: float = math.inf) -> str:
    """A value on the axis in at most ``room`` characters; empty where that would be another one.

    ``step``: to the next value on it, from which it is told apart.
    """
    most = min(abs(value) * 0.005, step / 4)
    for digits in (3, 4, 5, 6, 2, 1):
        same = abs(float(f"{value:.{digits - 1}e}") - value) <= most
        label = number(value, digits)
        if same and len(label) <= room:
            return label
    return ""


def _line(made: Chart, row: int, left: int) -> Content:
    values = sorted(made.beside.values())
    step = min((b - a for a, b in pairwise(values)), default=math.inf)
    label = fitting(made.beside[row], left - 1, step) if row in made.beside else ""
    parts = [(f"{label:>{left - 1}} " if left else "", "$foreground-muted")]
    return Content.assemble(*parts, *((run.text, _style(run)) for run in made.rows[row]))


def _style(run: Run) -> str:
    return STYLES.get(run.kind, "$primary" if run.kind else "")


def _axis(made: Chart, cols: int) -> str:
    """The iterations below the chart; one that would touch another is left out."""
    line = [" "] * cols
    items = list(made.below.items())
    for column, value in [*items[:1], *items[-1:], *items[1:-1]]:
        text = thousands(value)
        start = min(max(0, column - len(text) // 2 if 0 < column < cols - 1 else column), cols)
        start = max(0, min(start, cols - len(text)))
        around = line[max(0, start - 1) : start + len(text) + 1]
        if all(c == " " for c in around) and len(text) <= cols:
            line[start : start + len(text)] = text
    return "".join(line).rstrip()
