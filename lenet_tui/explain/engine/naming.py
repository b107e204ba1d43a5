"""What operands are called, so that their names can be asked for: with their time where needed."""

from __future__ import annotations

import torch
from torch import Tensor

from lenet_tui.explain.engine.scope import Place
from lenet_tui.protocol.optimizers import STATES
from lenet_tui.tape.engine.entries import same


class TimedNames:
    """Names of tensors as of some places, made unmistakable ``here``.

    A name that means the same tensor here stays; else it gets the iteration (``fc1.weight@2``), or
    the point of its tape (``fc1.weight@2.40``), at which it does: one of ``there``.
    """

    def __init__(self, here: Place, *there: Place) -> None:
        first = there[0]
        whole = Place(first.tape, first.tape.end, first.names, whole=True)
        self._here = here
        self._there = (whole, *there)
        self._known: dict[tuple[str, int], str] = {}

    def __call__(self, name: str, tensor: Tensor | None) -> str:
        key = name, id(tensor)
        if key not in self._known:
            self._known[key] = name if tensor is None else self._timed(name, tensor)
        return self._known[key]

    def _timed(self, name: str, tensor: Tensor) -> str:
        if _means(self._here, name, tensor):
            return name
        for place in self._there:
            if _means(place, name, tensor):
                return f"{name}{_time(place)}"
        return f"{name}{_time(self._there[1])}" if name.endswith(STATES) else name


def _means(place: Place, name: str, tensor: Tensor) -> bool:
    """Whether ``name`` is the name of ``tensor`` at a place."""
    found = place.meaning(name)
    if found is None:
        return False
    if name.endswith(STATES):  # the tape copies these before each step
        return found.shape == tensor.shape and torch.equal(found, tensor)
    return same(found, tensor)


def _time(place: Place) -> str:
    entry = "" if place.whole else f".{place.tape.index(place.cursor)}"
    return f"@{place.tape.iteration}{entry}"
