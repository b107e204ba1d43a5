"""What a session on a script's objects runs: it is undone, and no part of what the script does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

_under_way: list[bool] = []
_silences: list[Callable[[], AbstractContextManager[object]]] = []


@contextmanager
def aside() -> Iterator[None]:
    """Run something that neither counts nor is recorded as the script's."""
    with ExitStack() as stack:
        for silence in _silences:
            stack.enter_context(silence())
        _under_way.append(True)
        stack.callback(_under_way.pop)
        yield


def under_way() -> bool:
    """Whether something of that kind is being run."""
    return bool(_under_way)


@contextmanager
def silenced_by(silence: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
    """Have ``silence`` be entered around whatever is run aside meanwhile."""
    _silences.append(silence)
    try:
        yield
    finally:
        _silences.remove(silence)
