"""Reading plain values from a file that anybody may have written."""

from __future__ import annotations

from typing import Any


class Malformed(ValueError):
    """A value that is not what it should be: one line."""


def entry(values: dict[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
    """The value of ``name`` if it is of ``kind``; a truth value is no number."""
    value = values.get(name)
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise Malformed(f"its {name} is not what it should be")
    return value


def text(values: dict[str, Any], name: str) -> str:
    """The string ``name``."""
    value: str = entry(values, name, str)
    return value


def number(values: dict[str, Any], name: str, low: int, high: int) -> int:
    """The whole number ``name``, from ``low`` to ``high``."""
    return within(entry(values, name, int), name, low, high)


def within(value: Any, name: str, low: int, high: int) -> int:
    """``value`` if it is a whole number from ``low`` to ``high``."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Malformed(f"its {name} is not a whole number from {low} to {high}")
    return value
