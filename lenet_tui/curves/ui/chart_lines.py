"""The lines of text that a chart is drawn with: its numbers, its cells, its axis."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from lenet_tui.curves.chart import BROKEN, HERE, MARK, SPAN, Chart, Run
from lenet_tui.curves.collected import BATCH, NAMED, OTHER, TEST, TRAINED
from lenet_tui.terminal.ui.runs import Runs
from lenet_tui.text.numbers import ascii_text, number, thousands

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
SIGNS = "*.o+"
"""Line, span, mark and hollow mark where only ASCII is drawn."""

Pieces = list[tuple[str, str]]


def lines_of(made: Chart, left: int, cols: int, *, axis: bool, ascii: bool) -> Iterator[Runs]:
    """Yield the lines of a chart of ``cols`` columns, beside ``left`` cells for its numbers.

    ``axis``: whether the iterations stand below. ``ascii``: whether nothing else may be drawn.
    """
    for row in range(len(made.rows)):
        yield _runs(_line(made, row, left), left + cols, ascii)
    if axis:
        below = f"{' ' * left}{_axis(made, cols):{cols}}"
        yield _runs([(below, "$foreground-muted")], left + cols, ascii)


def _runs(pieces: Pieces, width: int, ascii: bool) -> Runs:
    made = ((ascii_text(text), style) for text, style in pieces) if ascii else pieces
    return Runs(tuple(made), None if ascii else width)


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


def _line(made: Chart, row: int, left: int) -> Pieces:
    values = sorted(made.beside.values())
    step = min((b - a for a, b in pairwise(values)), default=math.inf)
    label = fitting(made.beside[row], left - 1, step) if row in made.beside else ""
    parts = [(f"{label:>{left - 1}} ", "$foreground-muted")] if left else []
    return [*parts, *((run.text, _style(run)) for run in made.rows[row])]


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
