"""Which modules were put into train or eval mode, at which line and by which function."""

from __future__ import annotations

from collections.abc import Callable
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

    def __enter__(self) -> ModeChanges:
        self._set = sets = nn.Module.__setattr__

        def observed(module: nn.Module, name: str, value: Any) -> None:
            if name == "training" and module.__dict__.get(name, value) is not value:
                place = frame_now(past=("train", "eval"))
                at = self._count()
                self.changes.append(ModeChange(module, bool(value), at, place.line, place.function))
            sets(module, name, value)

        nn.Module.__setattr__ = observed  # type: ignore[method-assign,assignment]
        return self

    def __exit__(self, *error: object) -> None:
        nn.Module.__setattr__ = self._set  # type: ignore[method-assign]
        self._count = int  # whoever has kept the observed function keeps nothing else
