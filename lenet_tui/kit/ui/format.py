"""Times and sizes as the screen shows them, and how parts of a line are fitted into it."""

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


def fit(parts: list[tuple[int, Content]], gap: str, width: int) -> Content:
    """``parts`` joined by ``gap``, in order; those of the highest rank go until they fit."""
    rest = list(parts)
    while rest and total(rest, gap) > width:
        worst = max(rank for rank, _ in rest)
        del rest[max(i for i, (rank, _) in enumerate(rest) if rank == worst)]
    return Content(gap).join([content for _, content in rest])


def total(parts: list[tuple[int, Content]], gap: str) -> int:
    """How many cells ``parts`` take."""
    return sum(c.cell_length for _, c in parts) + cell_len(gap) * max(0, len(parts) - 1)
