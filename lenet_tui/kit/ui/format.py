"""Times and sizes as the screen shows them, and how much room parts of a line take."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content


def seconds(value: float, micro: str = "µ") -> str:
    """A time with a fitting unit: ``12 µs``, ``0.41 ms``, ``3.2 s``."""
    if value < 1e-4:
        return f"{value * 1e6:.0f} {micro}s"
    if value < 1e-2:
        return f"{value * 1e3:.2f} ms"
    if value < 1:
        return f"{value * 1e3:.0f} ms"
    return f"{value:.1f} s"


def megabytes(count: int) -> str:
    """Bytes in MB of 2^20, one decimal below 10."""
    size = count / 2**20
    return f"{size:.1f}" if size < 10 else f"{size:.0f}"


def padded(text: str, cells: int, *, left: bool = False) -> str:
    """``text`` in so many cells at least, of which a Chinese character takes two."""
    gap = " " * (cells - cell_len(text))
    return gap + text if left else text + gap


def total(parts: list[tuple[int, Content]], gap: str) -> int:
    """How many cells ``parts`` take."""
    return sum(c.cell_length for _, c in parts) + cell_len(gap) * max(0, len(parts) - 1)


def fitting(candidates: Sequence[str], room: int, more: str = "…") -> str:
    """The first of ``candidates`` that has room; else what has room of the last one.

    Its parts, with two blanks between them, are whole or left out, so that no number is cut; only
    a first part that is too long is cut, and ends with ``more``.
    """
    for text in candidates:
        if cell_len(text) <= room:
            return text
    parts = candidates[-1].split("  ")
    while len(parts) > 1 and cell_len("  ".join(parts)) > room:
        parts.pop()
    text = "  ".join(parts)
    return text if cell_len(text) <= room else f"{set_cell_size(text, max(0, room - 1))}{more}"
