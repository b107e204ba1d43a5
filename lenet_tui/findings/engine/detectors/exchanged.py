"""Reshapes that should have exchanged two axes of a sample, and only moved the borders between."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.losses import producers
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import FORWARD

RESHAPES = ("view", "reshape", "unflatten")
PAIRS = ("matmul", "bmm", "baddbmm", "einsum", "scaled_dot_product_attention")
"""Products of pairs of places, whose axes some models shift by a reshape on purpose."""
NEAR = 6
"""Calls after a reshape within which a layer reads what it made."""
Shape = tuple[int, ...]


class ExchangedAxes(Detector):
    """Looks at the shapes alone: numbers keep their order, so an axis is where its inner axes end.

    The axis of samples is the first one, and stays; where it does not, samples are mixed. Only what
    a layer with weights made or reads has features along one axis: scores of an attention do not.
    """

    def __init__(self) -> None:
        self._said: set[tuple[str, Shape, Shape]] = set()

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for call in iteration.calls:
            if call.name not in RESHAPES or not call.graph or call.entry is None or not call.read:
                continue
            given, made = tuple(call.read[0][0].shape), tuple(call.made[0].shape)
            key = call.line, given, made
            if key in self._said or not exchanges(given, made):
                continue
            if _from_layer(call, iteration) or _to_layer(call, iteration):
                self._said.add(key)
                evidence = {"op": call.name, "given": list(given), "made": list(made)}
                phase = iteration.phase_of(call.entry) or FORWARD.name
                yield Finding("axes-mixed", phase, call.where, call.line, evidence)


def exchanges(given: Shape, made: Shape) -> bool:
    """Whether ``made`` is ``given`` with axes exchanged, by its sizes, which no reshape does.

    Besides mere exchanges these are known: channels and the places of a picture, in both
    directions, and heads that are split off or joined on the wrong side of the places.
    """
    if len(given) < 3 or len(made) < 3 or given[0] != made[0]:
        return False
    a, b = _several(given[1:]), _several(made[1:])
    if len(a) == len(b):
        return a != b and sorted(a) == sorted(b)
    short, long = (a, b) if len(a) < len(b) else (b, a)
    if len(short) != 2 or len(long) < 3 or short[0] == short[1]:
        return False
    places, features = short
    pictures = long[0] == features and prod(long[1:]) == places
    heads = len(long) == 3 and long[1] == places and long[0] * long[2] == features
    return _apart(short, long) and (pictures or heads)


def _from_layer(call: Call, iteration: Iteration) -> bool:
    """Whether what is reshaped was made by a layer with weights."""
    makers, at = iteration.once(producers), call.read[0][0]
    seen: set[int] = set()
    while (before := makers.of(at)) is not None and id(before) not in seen and before.read:
        seen.add(id(before))
        if _weighs(before, iteration):
            return True
        if before.name in PAIRS:
            return False
        at = before.read[0][0]
    return False


def _to_layer(call: Call, iteration: Iteration) -> bool:
    """Whether a layer with weights reads what was made, or what was made of that in its shape."""
    number = next(n for n, each in enumerate(iteration.calls) if each is call)
    alike = {id(call.made[0])}
    for later in iteration.calls[number + 1 : number + 1 + NEAR]:
        if later.made and any(id(t) in alike for t, _ in later.read):
            if _weighs(later, iteration):
                return True
            alike |= {id(t) for t in later.made if t.shape == call.made[0].shape}
    return False


def _weighs(call: Call, iteration: Iteration) -> bool:
    names = iteration.trainer.names
    return any(id(t) in names and t.dim() > 1 for t, _ in call.read)


def _several(sizes: Shape) -> Shape:
    return tuple(size for size in sizes if size > 1)


def _apart(short: Shape, long: Shape) -> bool:
    """Whether no border between axes is where another shape has one too."""
    borders = {prod(long[n:]) for n in range(1, len(long))}
    return short[1] not in borders
