"""Gradients and activations over the depth, closed units, and flat ends."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import product

import torch

from lenet_tui.findings.engine.detector import Detector, Measure
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.depth import (
    DECADES,
    Slope,
    layers_of,
    slopes,
    slopes_of,
)
from lenet_tui.findings.engine.numbers.forwards import FORWARDS
from lenet_tui.findings.engine.numbers.gates import Gates
from lenet_tui.findings.engine.numbers.units import RELUS, Units, flattened, opened
from lenet_tui.findings.engine.numbers.watched_layers import WatchedLayers
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import BACKWARD, FORWARD
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.training.engine.trainer import Trainer

CLOSED, MANY = 0.9, 8
"""The share of units that are closed to every sample where something is wrong, of so many."""
SOME, ENOUGH = 0.5, 32
"""The share of which a note is made, where there are so many samples."""
FLAT = 0.9
"""The share of numbers without a slope where something is wrong."""


class AlongDepth(Detector):
    """Vanishing and exploding, if they are so in every iteration with a finite loss."""

    of_numbers = True

    def __init__(self) -> None:
        self._seen: list[list[Slope]] = []
        self._names: list[str] = []
        """Of the layers of the last recorded iteration."""
        self._watched: WatchedLayers | None = None
        self._next: list[Slope] | None = None

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        loss = iteration.trainer.last_loss
        if self._decided:
            return ()  # it was not so in one of them
        tape, names = iteration.tape, iteration.trainer.names
        computed = any(s.ops for s in tape.segments if s.phase in FORWARDS)
        if computed and iteration.error is None and loss is not None and math.isfinite(loss):
            weighted = list(layers_of(tape, names))
            self._seen.append(slopes(tape, weighted))
            self._names = [op.name for op, _ in weighted] if not self._decided else []
        return ()

    @property
    def _decided(self) -> bool:
        return bool(self._seen) and not any(self._least())

    def undecided(self) -> bool:
        return not self._seen

    def measures(self, trainer: Trainer) -> Measure | None:
        """What was so in the iterations before is measured in one that is only run too."""
        live = trainer.parameters.values()
        self._watched = None if self._decided else WatchedLayers(self._names, live)
        return None if self._watched is None else self._watched.note

    def passes(self, trainer: Trainer) -> bool:
        watched, self._watched, self._next = self._watched, None, None
        if watched is None:
            return True
        layers = watched.layers()
        self._next = None if layers is None else slopes_of(layers)
        return layers is not None

    def passed(self, trainer: Trainer) -> None:
        if self._next is not None:
            self._seen.append(self._next)

    def end(self) -> Iterable[Finding]:
        return map(_of_slope, self._least())

    def _least(self) -> Iterator[Slope]:
        """Yields the least slope of all iterations, where each has one of the kind."""
        for what, sign in product(("gradients", "activations"), (-1, 1)):
            found = [
                next((s for s in several if s.what == what and s.decades * sign > 0), None)
                for several in self._seen
            ]
            known = [s for s in found if s is not None]
            if known and len(known) == len(found):
                least = min(known, key=lambda s: abs(s.decades))
                if abs(least.decades) >= DECADES:
                    yield least


def _of_slope(slope: Slope) -> Finding:
    sizes = [float(f"{size:.4g}") for size in slope.sizes]
    return Finding(
        "vanishing" if slope.decades < 0 else "exploding",
        BACKWARD.name if slope.what == "gradients" else FORWARD.name,
        slope.names[0 if slope.what == "gradients" else -1],
        "",
        {
            "reason": slope.what, "first": sizes[slope.first], "last": sizes[slope.last],
            "factor": slope.factor, "layers": len(sizes),
            "from": slope.names[slope.first], "to": slope.names[slope.last],
            "names": list(slope.names), "sizes": sizes,
        },
    )  # fmt: skip


class ClosedUnits(Detector):
    """Units that no sample of all iterations opened, and ends without a slope."""

    of_numbers = True

    def __init__(self) -> None:
        self._units: dict[str, tuple[Units, str]] = {}
        self._flat: dict[str, list[float]] = {}
        self._ops: dict[str, tuple[OpEntry, str]] = {}
        self._iterations = 0
        self._done: set[str] = set()
        """The names of the ops that are open, or not flat, in some sample."""
        self._layers: dict[str, str] = {}
        """Of the others, the layers that they stand behind."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._iterations += iteration.error is None
        for units in opened(iteration.tape, iteration.trainer.names, self._done):
            known = self._units.get(units.op.name)
            if known is not None and known[0].count == units.count:
                units.opened |= known[0].opened
                units.samples += known[0].samples
            self._units[units.op.name] = units, iteration.line(units.op)
        for flat in flattened(iteration.tape, self._done):
            if flat.total >= ENOUGH:
                self._flat.setdefault(flat.op.name, []).append(flat.share)
                self._ops[flat.op.name] = flat.op, iteration.line(flat.op)
        self._let_go()
        self._know_layers(iteration)
        return ()

    def _know_layers(self, iteration: Iteration) -> None:
        left = (self._units.keys() | self._flat.keys()) - self._layers.keys()
        for segment in iteration.tape.segments if left else ():
            gates = Gates(segment.ops, iteration.trainer.names)
            mine = [op for op in segment.ops if op.name in left and op.args]
            self._layers |= {op.name: gates.layer_of(op) for op in mine}

    def _let_go(self) -> None:
        """Of what is open already nothing more is wanted; its ops would keep their graph alive."""
        for name in [n for n, (u, _) in self._units.items() if u.closed < SOME * u.count]:
            del self._units[name]
            self._done.add(name)
        for name in [n for n, shares in self._flat.items() if min(shares) < FLAT]:
            del self._flat[name], self._ops[name]
            self._done.add(name)

    def undecided(self) -> bool:
        return bool(self._units) or any(self._ends())

    def end(self) -> Iterable[Finding]:
        yield from self._closed()
        yield from self._ends()

    def _ends(self) -> Iterator[Finding]:
        for name, shares in self._flat.items():
            if len(shares) >= self._iterations and min(shares) >= FLAT:
                op, line = self._ops[name]
                evidence = {"share": min(shares), "op": op.op, "percent": round(100 * min(shares))}
                evidence["layer"] = self._layers.get(name, "")
                yield Finding("saturated", FORWARD.name, name, line, evidence)

    def _closed(self) -> Iterator[Finding]:
        for name, (units, line) in self._units.items():
            share = units.closed / units.count
            wrong = share >= CLOSED and units.count >= MANY and units.samples >= MANY // 2
            if not wrong and not (share >= SOME and units.samples >= ENOUGH):
                continue
            evidence = {
                "closed": units.closed, "units": units.count, "samples": units.samples,
                "percent": round(100 * share), "op": units.op.op,
                "first": [int(n) for n in torch.nonzero(~units.opened.flatten())[:8, 0]],
            }  # fmt: skip
            if layer := self._layers.get(name, ""):
                evidence["layer"] = layer
            if units.op.op not in RELUS:
                evidence["reason"] = "slope"
            level = WARNING if wrong else NOTE
            yield Finding("inactive-units", FORWARD.name, name, line, evidence, level)
