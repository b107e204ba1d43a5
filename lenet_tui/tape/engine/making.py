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
_unseen: list[Callable[[], None]] = []
"""Who is told of each call inside ``vmap`` and its like, which nobody can be shown."""


@contextmanager
def made_by(make: Make) -> Iterator[None]:
    """Have the recorders that are made meanwhile leave their calls to ``make``."""
    _makers.append(make)
    try:
        yield
    finally:
        _makers.remove(make)


@contextmanager
def told_of_unseen(tell: Callable[[], None]) -> Iterator[None]:
    """Have ``tell`` called for each call that recorders are passed meanwhile and cannot show."""
    _unseen.append(tell)
    try:
        yield
    finally:
        _unseen.remove(tell)


def pass_unseen() -> None:
    """A recorder was passed a call that it cannot show."""
    for tell in _unseen:
        tell()


def maker() -> Make:
    """Who makes the calls of a new recorder."""
    return _makers[-1] if _makers else plain_call


def plain_call(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Make a call as it stands."""
    return func(*args, **kwargs)
