"""The layers of an iteration that is only run: what each made, and the gradient of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from lenet_tui.findings.engine.calls import version
from lenet_tui.findings.engine.numbers.depth import WEIGHTED, Layer
from lenet_tui.tape.engine.node_hooks import hear


@dataclass(slots=True, eq=False)
class _Seen:
    """``made`` had been written ``times``; ``gradients``: of it, one for each backward."""

    weights: frozenset[int]
    made: Tensor
    times: int
    gradients: list[Tensor] = field(default_factory=list)


class WatchedLayers:
    """``names``: of the layers of a recorded iteration; ``parameters``: of the trainer."""

    def __init__(self, names: Sequence[str], parameters: Iterable[Tensor]) -> None:
        self._names = names
        self._matrices = frozenset(id(p) for p in parameters if p.dim() > 1)
        self._seen: list[_Seen] = []

    def note(self, op: str, args: tuple[Any, ...], kwargs: dict[str, Any], made: Tensor) -> None:
        """An op that gradients go through has been made; what it made has a hook from now on."""
        if op not in WEIGHTED:
            return
        given = (*args, *kwargs.values()) if kwargs else args
        weights = self._matrices.intersection(map(id, given))
        if weights:
            seen = _Seen(weights, made.detach(), version(made))
            hear(made, seen.gradients.append)
            self._seen.append(seen)

    def layers(self) -> list[Layer] | None:
        """The layers with a gradient, as the tape of such an iteration has them.

        ``None``: there are others, one had several gradients, or what it made is overwritten.
        """
        seen = self._seen
        written = any(version(each.made) != each.times for each in seen)
        if len(seen) != len(self._names) or written or any(len(s.gradients) > 1 for s in seen):
            return None
        pairs = zip(self._names, seen, strict=True)
        return [Layer(name, s.weights, s.made, g) for name, s in pairs for g in s.gradients]
