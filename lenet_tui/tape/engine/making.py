"""Who makes the calls that a recorder writes down: a check does, to see each with live tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Make = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]
"""Makes a call of torch, ``func(*args, **kwargs)``, and returns what it returned."""
SEEN = frozenset(("data",))
"""Attributes of a tensor that are no ops, yet leave the graph: they are made by it too."""

_makers: list[Make] = []


@contextmanager
def made_by(make: Make) -> Iterator[None]:
    """Have the recorders that are made meanwhile leave their calls to ``make``."""
    _makers.append(make)
    try:
        yield
    finally:
        _makers.remove(make)


def maker() -> Make:
    """Who makes the calls of a new recorder."""
    return _makers[-1] if _makers else plain_call


def plain_call(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Make a call as it stands."""
    return func(*args, **kwargs)
