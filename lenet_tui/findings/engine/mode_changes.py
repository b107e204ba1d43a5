"""Which modules were put into train or eval mode, at which line and by which function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from torch import nn

from lenet_tui.findings.engine.own_frames import frame_now


@dataclass(frozen=True, slots=True)
class ModeChange:
    """``module`` was in another mode before. ``at``: how many calls of torch came before it.

    ``line``: ``file.py:17`` of the owner's code, ``by``: the function that it is in.
    """

    module: nn.Module
    training: bool
    at: int
    line: str
    by: str


class ModeChanges:
    """Notes meanwhile each change of a module's mode; ``count`` says how many calls there were."""

    def __init__(self, count: Callable[[], int]) -> None:
        self.changes: list[ModeChange] = []
        self._count = count
        self._entered = ExitStack()

    def __enter__(self) -> ModeChanges:
        self._entered.enter_context(told())
        _listening.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        _listening.remove(self)
        self._entered.close()

    def note(self, module: nn.Module, training: bool) -> None:
        """A module is about to be put into another mode."""
        place = frame_now(past=("train", "eval"))
        self.changes.append(ModeChange(module, training, self._count(), place.line, place.function))


_listening: list[ModeChanges] = []
_telling: list[object] = []


@contextmanager
def told() -> Iterator[None]:
    """Meanwhile every module tells those who listen. To begin and end it makes torch's modules
    slower for a while, as Python looks up the attributes of all their classes anew.
    """
    if _telling:
        yield
        return
    sets = nn.Module.__setattr__

    def observed(module: nn.Module, name: str, value: Any) -> None:
        if name == "training" and module.__dict__.get(name, value) is not value:
            for each in _listening:
                each.note(module, bool(value))
        sets(module, name, value)

    _telling.append(sets)
    nn.Module.__setattr__ = observed  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        nn.Module.__setattr__ = sets  # type: ignore[method-assign]
        _telling.clear()
