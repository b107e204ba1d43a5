"""Whether numbers that are of unit scale already are shifted and scaled again before the model."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.elements import wide

SHIFTS = frozenset(("sub", "subtract"))
"""Normalising takes the mean away, and divides then; the way back multiplies and adds."""
SCALES = frozenset(("div", "true_divide", "divide", "mul", "multiply"))
MOVES = frozenset(
    ("to", "float", "half", "bfloat16", "double", "type", "cuda", "cpu", "view", "reshape",
     "flatten", "unflatten", "permute", "transpose", "contiguous", "clone", "detach", "unsqueeze",
     "squeeze", "requires_grad_", "channels_last", "expand", "as_tensor")
)  # fmt: skip
"""Ops after which the numbers are the same ones."""
COLLATES = frozenset(("stack", "cat", "concat"))
CENTRED, LEAST, MOST = 0.3, 0.4, 1.6
"""Numbers of unit scale have a mean of so much of their spread, and a spread between these."""
NEGATIVE = 0.1
"""The part of them below zero at least: of pictures from 0 to 1 none is."""
AWAY, TIMES = 0.8, 2.5
"""How far from zero, in spreads, or how many times too wide or narrow they are afterwards."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of a tensor's numbers: the mean and the standard deviation."""

    mean: float
    std: float
    negative: float

    @property
    def unit(self) -> bool:
        """Whether they are centred and of about unit scale."""
        centred = abs(self.mean) <= CENTRED * self.std
        return centred and LEAST <= self.std <= MOST and self.negative >= NEGATIVE

    @property
    def far(self) -> bool:
        """Whether they are clearly not."""
        return abs(self.mean) > AWAY * self.std or not 1 / TIMES <= self.std <= TIMES


@dataclass(frozen=True, slots=True)
class Again:
    """``before`` was of unit scale where ``call`` takes it; ``after`` is what the model gets."""

    call: Call
    before: Spread
    after: Spread


def normalised_again(iteration: Iteration, last: Call) -> Again | None:
    """Whether what a call's first argument is was normalised although it was so before."""
    given = last.args[0] if last.args else None
    after = spread_of(_given(last)) if isinstance(given, Tensor) else None
    if after is None or not after.far:
        return None
    steps = list(_back(iteration, last))
    shifts = scales = False
    for call in steps:  # the last first
        shifts = shifts or (scales and call.name in SHIFTS)
        scales = scales or call.name in SCALES
        before = spread_of(_given(call)) if shifts and scales else None
        if before is not None and before.unit:
            return Again(call, before, after)
    return None


def _back(iteration: Iteration, last: Call) -> Iterator[Call]:
    """Yields the shifts and scalings by constants before a call, the last one first."""
    makers, wanted = iteration.once(_makers), id(last.args[0])
    at = iteration.once(places)[id(last)]
    while True:
        numbers = makers.get(wanted, [])
        before = bisect_left(numbers, at)
        if not before:
            return
        at = numbers[before - 1]
        call = iteration.calls[at]
        if not call.args:
            return
        if call.name in COLLATES and call.read:  # the first sample stands for all
            wanted = id(call.read[0][0])
            continue
        if not isinstance(call.args[0], Tensor):
            return
        if call.name in SHIFTS | SCALES:
            others = [t for t, _ in call.read if t is not call.args[0]]
            constant = iteration.once(_constants) if others else ()
            if any(id(t) not in constant or t.requires_grad for t in others):
                return
            yield call
        elif call.name not in MOVES:
            return
        wanted = id(call.args[0])


def places(iteration: Iteration) -> dict[int, int]:
    """The number of each call, by its ``id`` and by that of its entry."""
    numbered = list(enumerate(iteration.calls))
    found = {id(call.entry): n for n, call in reversed(numbered) if call.entry is not None}
    return found | {id(call): n for n, call in numbered}


def _makers(iteration: Iteration) -> dict[int, list[int]]:
    """The numbers of the calls that made or wrote a tensor, by its ``id``, the first one first."""
    found: dict[int, list[int]] = {}
    for number, call in enumerate(iteration.calls):
        for tensor in _made(call):
            found.setdefault(id(tensor), []).append(number)
    return found


def _made(call: Call) -> list[Tensor]:
    return [*call.made, *(t for t, _ in call.written)]


def _constants(iteration: Iteration) -> set[int]:
    """Tensors of few numbers for each channel, which nothing computed from the batch."""
    whole: set[int] = set()
    found: set[int] = set()
    for call in iteration.calls:
        for tensor, _ in call.read:
            if id(tensor) not in whole and _is_small(tensor):
                found.add(id(tensor))
        made = {id(t) for t in _made(call)}
        large = any(id(t) not in found for t, _ in call.read)
        whole |= made if large else set()
        found -= made if large else set()
    return found


CHANNELS = 4096


def _is_small(tensor: Tensor) -> bool:
    """Whether it has one number, or one for each place along one axis."""
    return tensor.numel() <= CHANNELS and sum(size > 1 for size in tensor.shape) <= 1


def _given(call: Call) -> Tensor:
    """Its first argument as it was before the call, which may have written into it."""
    entry = call.entry
    if entry is not None and entry.args and isinstance(entry.args[0], Tensor):
        return entry.args[0]
    found = call.args[0]
    assert isinstance(found, Tensor)
    return found


def spread_of(tensor: Tensor) -> Spread | None:
    """``None`` where they have none that is finite."""
    strided = tensor.layout is torch.strided
    if not strided or not tensor.is_floating_point() or tensor.numel() < 2:
        return None
    x = wide(tensor)
    mean, std = float(x.mean()), float(x.std())
    if not (math.isfinite(mean) and math.isfinite(std)):
        return None
    return Spread(mean, std, float((x < 0).double().mean()))
