"""Units that no sample opens, and ends of a model without a slope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine.detector import Detector, Measure
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.gates import Gates
from lenet_tui.findings.engine.numbers.units import (
    BOUNDED,
    RELUS,
    Units,
    flat_share,
    flattened,
    opened,
    relu_opens,
)
from lenet_tui.findings.engine.pattern import calls_of
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import FORWARD
from lenet_tui.training.engine.trainer import Trainer

CLOSED, MANY = 0.9, 8
"""The share of units that are closed to every sample where something is wrong, of so many."""
SOME, ENOUGH = 0.5, 32
"""The share of which a note is made, where there are so many samples."""
FLAT = 0.9
"""The share of numbers without a slope where something is wrong."""


class ClosedUnits(Detector):
    """Units that no sample of all iterations opened, and ends without a slope."""

    of_numbers = True

    def __init__(self) -> None:
        self._units: dict[str, Units] = {}
        self._flat: dict[str, list[float]] = {}
        self._ops: dict[str, str] = {}
        """What torch calls the ops without a slope."""
        self._lines: dict[str, str] = {}
        self._iterations = 0
        self._done: set[str] = set()
        """The names of the ops that are open, or not flat, in some sample."""
        self._layers: dict[str, str] = {}
        """Of the others, the layers that they stand behind."""
        self._places: dict[int, str] = {}
        """Where those come among the ops of an iteration that does the same, with their names."""
        self._next: list[tuple[str, Tensor | float]] = []
        """Of an iteration that is only run: where units are open, or the share without a slope."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._iterations += iteration.error is None
        for units in opened(iteration.tape, iteration.trainer.names, self._done):
            known = self._units.get(units.name)
            if known is not None and known.count == units.count:
                units.opened |= known.opened
                units.samples += known.samples
            self._units[units.name] = units
        for flat in flattened(iteration.tape, self._done):
            if flat.total >= ENOUGH:
                self._flat.setdefault(flat.op.name, []).append(flat.share)
                self._ops[flat.op.name] = flat.op.op
        self._let_go()
        self._know_places(iteration)
        return ()

    def _know_places(self, iteration: Iteration) -> None:
        """Of what is closed still: its line, its layer, and where it comes among the ops."""
        closed = self._units.keys() | self._flat.keys()
        self._places = {}
        for place, call in enumerate(calls_of(iteration) if closed else ()):
            name = call.entry.name if call.entry is not None else ""
            if name in closed:
                self._lines[name] = call.line
                if call.name in RELUS or call.name in BOUNDED:
                    self._places[place] = name
        left = closed - self._layers.keys()
        for segment in iteration.tape.segments if left else ():
            gates = Gates(segment.ops, iteration.trainer.names)
            mine = [op for op in segment.ops if op.name in left and op.args]
            self._layers |= {op.name: gates.layer_of(op) for op in mine}

    def _let_go(self) -> None:
        """Of what is open already nothing more is wanted."""
        for name in [n for n, u in self._units.items() if u.closed < SOME * u.count]:
            del self._units[name]
            self._done.add(name)
        for name in [n for n, shares in self._flat.items() if min(shares) < FLAT]:
            del self._flat[name], self._ops[name]
            self._done.add(name)

    def undecided(self) -> bool:
        """Whether there are others than those that can be measured where they only run."""
        flat = {finding.where for finding in self._ends()}
        return not (self._units.keys() | flat) <= {*self._places.values()}

    def measures(self, trainer: Trainer) -> Measure | None:
        """What looks at those that are closed still."""
        self._next, place = [], -1
        wanted = {at: n for at, n in self._places.items() if n not in self._done}
        if not wanted:
            return None

        def measure(op: str, args: tuple[Any, ...], kwargs: dict[str, Any], made: Tensor) -> None:
            nonlocal place
            place += 1
            name = wanted.get(place)
            if name is not None:
                there = relu_opens(made) if name in self._units else flat_share(op, made)
                self._next.append((name, there))

        return measure

    def passed(self, trainer: Trainer) -> None:
        self._iterations += 1
        for name, there in self._next:
            if isinstance(there, Tensor):
                self._units[name].take(there)
            else:
                self._flat[name].append(there)
        self._let_go()

    def end(self) -> Iterable[Finding]:
        yield from self._closed()
        yield from self._ends()

    def _ends(self) -> Iterator[Finding]:
        for name, shares in self._flat.items():
            if len(shares) >= self._iterations and min(shares) >= FLAT:
                evidence = {
                    "share": min(shares), "op": self._ops[name],
                    "percent": round(100 * min(shares)), "layer": self._layers.get(name, ""),
                }  # fmt: skip
                yield Finding("saturated", FORWARD.name, name, self._lines.get(name, ""), evidence)

    def _closed(self) -> Iterator[Finding]:
        for name, units in self._units.items():
            share = units.closed / units.count
            wrong = share >= CLOSED and units.count >= MANY and units.samples >= MANY // 2
            if not wrong and not (share >= SOME and units.samples >= ENOUGH):
                continue
            evidence = {
                "closed": units.closed, "units": units.count, "samples": units.samples,
                "percent": round(100 * share), "op": units.op,
                "first": [int(n) for n in torch.nonzero(~units.opened.flatten())[:8, 0]],
            }  # fmt: skip
            if layer := self._layers.get(name, ""):
                evidence["layer"] = layer
            if units.op not in RELUS:
                evidence["reason"] = "slope"
            level = WARNING if wrong else NOTE
            line = self._lines.get(name, "")
            yield Finding("inactive-units", FORWARD.name, name, line, evidence, level)
