"""The text under a picture or numbers: what the colours mean, and the tensor's statistics."""

from __future__ import annotations

from functools import lru_cache
from math import prod

import numpy as np
from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from lenet_tui.protocol.views import TOP, View
from lenet_tui.tensors.ui.heatmap.ink import Ink
from lenet_tui.text.numbers import ascii_text, number
from lenet_tui.text.words import Words

STEPS = {True: (9, 5, 3), False: (5, 3)}
"""Colours in the bar, as many as there is room for: with half-blocks, and where a pixel is two
cells.
"""


@lru_cache(maxsize=64)
def bar(ink: Ink, steps: int) -> Content:
    """The scale from its low end to its high one in so many steps, as the heatmap draws it."""
    codes = ink.levels[np.linspace(0, TOP, steps).astype(np.uint8)]
    lines = np.stack([codes, codes]) if ink.half_blocks else codes[None]
    segments = (ink.segments[int(cell)] for cell in ink.cells(lines)[0])
    return Content.assemble(
        *((text, Style.from_rich_style(style) if style else "") for text, style, _ in segments)
    )


def legend(
    view: View,
    ink: Ink,
    words: Words,
    *,
    width: int,
    moved: bool = False,
    ascii_only: bool = False,
) -> Content:
    """The scale with its numbers, then as much as fits ``width``: the most important first.

    ``moved``: the scale is not the one of the step before. Numbers have statistics only. Empty
    where not even the scale has room. Where no number is finite there is neither.
    """
    if view.summary is None:
        return Content()
    plain = ascii_text if ascii_only else str
    line = Content()
    if view.scale is not None and _finite(view):
        limit = view.scale.limit
        low = number(-limit, 3) if view.scale.signed else "0"
        high = ("+" if view.scale.signed else "") + number(limit, 3)
        for steps in STEPS[ink.half_blocks]:
            line = Content.assemble(plain(f"{low} "), bar(ink, steps), f" {high}")
            if line.cell_length <= width:
                break
        else:
            line = Content(plain(f"{low} … {high}"))
            if line.cell_length > width:
                return Content()
    for part in _parts(view, words, moved):
        text = plain(f"  {part}" if line else part)
        if line.cell_length + cell_len(text) <= width:
            line += text
    return line


def _parts(view: View, words: Words, moved: bool) -> list[str]:
    summary = view.summary
    assert summary is not None
    parts = []
    for mark, count in (
        ("╳ NaN", summary.nan),
        ("▲ +∞", summary.plus_inf),
        ("▼ −∞", summary.minus_inf),
    ):
        if count:
            parts.append(f"{mark} {count}")
    if not _finite(view):
        return parts
    if moved:
        parts.append(words("view.scale-moved"))
    parts.append(f"σ {number(summary.std, 3)}")
    parts.append(f"‖x‖ {number(summary.norm, 3)}")
    parts.append(f"{number(summary.low, 3)} … {number(summary.high, 3)}")
    parts.append(f"μ {number(summary.mean, 3)}")
    return parts


def _finite(view: View) -> int:
    """How many numbers of the tensor are finite."""
    summary = view.summary
    odd = summary.nan + summary.plus_inf + summary.minus_inf if summary else 0
    return prod(view.shape) - odd
