"""Times and sizes as the screen shows them, and how much room parts of a line take."""

from __future__ import annotations

from rich.cells import cell_len
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


def total(parts: list[tuple[int, Content]], gap: str) -> int:
    """How many cells ``parts`` take."""
    return sum(c.cell_length for _, c in parts) + cell_len(gap) * max(0, len(parts) - 1)
