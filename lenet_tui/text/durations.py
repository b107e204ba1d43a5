"""How lengths of time are written."""

from __future__ import annotations

UNITS = ((60.0, "s"), (60.0, "min"), (24.0, "h"), (365.0, "d"), (float("inf"), "y"))
"""How many of each unit of time make up one of the next."""


def duration(seconds: float) -> str:
    """A length of time in its largest unit, such as ``5 min``."""
    units = iter(UNITS)
    count, unit = next(units)
    while seconds >= count:
        seconds /= count
        count, unit = next(units)
    return f"{seconds:,.0f} {unit}"
