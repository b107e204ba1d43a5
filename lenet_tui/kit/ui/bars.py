"""Bars: a line for each number, with its label, its bar and a mark at what it should be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from textual.content import Content

from lenet_tui.text.numbers import aligned, ascii_text

BLOCKS = " ▏▎▍▌▋▊▉█"
Numbers = npt.NDArray[np.float64]


def bars(
    values: Numbers,
    wanted: int | None,
    goals: Numbers | None,
    width: int,
    ascii_only: bool,
    *,
    labels: Sequence[str] = (),
) -> list[Content]:
    """A line for each value: its label, its bar, its number, and a mark at the target.

    ``wanted``: the target's line. ``goals``: real-valued targets, shown beside the numbers. A
    negative number has its sign before its bar. ``labels``: their numbers, if not given.
    """
    labels = labels or [str(n) for n in range(len(values))]
    plain = ascii_text if ascii_only else str
    texts = [plain(text) for text in aligned(values.tolist())]
    widest = max(map(len, texts))
    mark = plain(" ◀")
    beside = None
    if goals is not None and len(goals) == len(values):
        beside = [plain(f" → {text}") for text in aligned(goals.tolist())]
    label = max(map(len, labels), default=1)
    room = max(1, width - label - 3 - widest - max(map(len, beside or [mark])))
    finite = np.abs(values[np.isfinite(values)])
    top = max(float(finite.max()) if finite.size else 1.0, 1e-30)
    if (values >= 0).all() and top <= 1:
        top = 1.0
    best = int(np.nanargmax(values)) if np.isfinite(values).any() else -1
    lines = []
    for number, value in enumerate(values):
        share = abs(value) / top if np.isfinite(value) else 0.0
        goal = beside[number] if beside else mark if number == wanted else ""
        sign = plain("−") if value < 0 else " "
        text = f"{sign}{bar(share, room, ascii_only)} {texts[number].rjust(widest)}"
        style = "bold" if number == best else ""
        named = (f"{labels[number]:>{label}} {text}", style)
        lines.append(Content.assemble(named, goal))
    return lines


def bar(share: float, room: int, ascii_only: bool) -> str:
    """A bar of ``share`` (0 to 1) of ``room`` cells, padded to it."""
    if ascii_only:
        return ("#" * round(share * room)).ljust(room)
    eighths = round(share * room * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (BLOCKS[rest] if rest else "")).ljust(room)
