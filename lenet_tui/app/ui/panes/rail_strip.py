"""A strip that shows where among the ops of a phase the cursor is, with a tick at each module."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from lenet_tui.kit.ui.glyphs import Glyphs
from lenet_tui.protocol.frame import OpRow

MANY = 40
"""Ops of a phase from which the strip is of use."""
NARROW, WIDE = 12, 32
"""Cells of the strip."""
ROOMY = 110
"""Columns from which it is wide."""

_last: tuple[tuple[OpRow, ...], tuple[int, ...]] = ((), ())


def strip(done: int, total: int, width: int, ticks: Sequence[int], glyphs: Glyphs) -> Content:
    """``width`` cells for ``total`` ops of which ``done`` are passed; ``ticks``: ops that begin
    something.
    """
    here = _cell(max(done, 1) - 1, total, width)
    marked = {_cell(tick, total, width) for tick in ticks}
    marked = marked if len(marked) <= width // 2 else set()
    parts: list[tuple[str, str]] = []
    for cell in range(width):
        if cell == here:
            parts.append((glyphs.current, "bold $text-accent"))
        elif cell in marked:
            parts.append((glyphs.tick, "$foreground 60%"))
        elif cell < here:
            parts.append((glyphs.way, "$text-accent"))
        else:
            parts.append((glyphs.line, "$foreground 30%"))
    return Content.assemble(*parts)


def module_ticks(ops: tuple[OpRow, ...]) -> tuple[int, ...]:
    """The numbers of the ops with which another of the outermost modules begins.

    The answer for the list asked for last is remembered: a frame asks for the same one again.
    """
    global _last  # noqa: PLW0603 - a memory of one
    if _last[0] is not ops:
        found, before = [], ""
        for number, row in enumerate(ops):
            outermost = row.module.partition(".")[0]
            if outermost and outermost != before:
                found.append(number)
                before = outermost
        _last = ops, tuple(found)
    return _last[1]


def _cell(number: int, total: int, width: int) -> int:
    return min(width - 1, number * width // max(1, total))
