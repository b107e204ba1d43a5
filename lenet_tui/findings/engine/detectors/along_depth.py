"""Gradients and activations that vanish or explode over the depth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import product

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
from lenet_tui.findings.engine.numbers.watched_layers import WatchedLayers
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, FORWARD
from lenet_tui.training.engine.trainer import Trainer


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
