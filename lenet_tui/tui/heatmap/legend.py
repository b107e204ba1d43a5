"""The line under a heatmap: what its colours mean, and the tensor's statistics."""

from __future__ import annotations

import numpy as np
from rich.segment import Segment
from rich.text import Text

from lenet_tui.core.numbers import ascii_text, number
from lenet_tui.core.views import TOP, View
from lenet_tui.text.words import Words
from lenet_tui.tui.heatmap.ink import Ink

STEPS = 9
"""Cells of the colour bar (in shades each is two wide)."""


def bar(ink: Ink) -> Text:
    """The scale from its low end to its high one, as the heatmap draws it."""
    codes = ink.levels[np.linspace(0, TOP, STEPS).astype(np.uint8)]
    lines = np.stack([codes, codes]) if ink.half_blocks else codes[None]
    segments = (ink.segments[int(cell)] for cell in ink.cells(lines)[0])
    return Text.assemble(*((s.text, s.style or "") for s in segments if isinstance(s, Segment)))


def legend(view: View, ink: Ink, words: Words, ascii_only: bool, width: int) -> Text:
    """The scale with its numbers, then what fits of: pixel blocks, odd values, statistics."""
    if view.scale is None or view.summary is None:
        return Text()
    limit = view.scale.limit
    low = number(-limit, 3) if view.scale.signed else "0"
    high = ("+" if view.scale.signed else "") + number(limit, 3)
    line = Text.assemble(low + " ", bar(ink), " " + high)
    for part in _parts(view, words):
        said = "  " + (ascii_text(part) if ascii_only else part)
        if line.cell_len + Text(said).cell_len <= width:
            line.append(said)
    return line


def _parts(view: View, words: Words) -> list[str]:
    summary = view.summary
    assert summary is not None
    parts = []
    if summary.nan:
        parts.append(f"╳ NaN {summary.nan}")
    if summary.plus_inf:
        parts.append(f"▲ +∞ {summary.plus_inf}")
    if summary.minus_inf:
        parts.append(f"▼ −∞ {summary.minus_inf}")
    if view.block != (1, 1):
        parts.append(words("view.block", down=view.block[0], across=view.block[1]))
    if view.scale_moved:
        parts.append(words("view.scale-moved"))
    parts.append(f"σ {number(summary.std, 3)}")
    parts.append(f"‖x‖ {number(summary.norm, 3)}")
    parts.append(f"{number(summary.low, 3)} … {number(summary.high, 3)}")
    return parts
