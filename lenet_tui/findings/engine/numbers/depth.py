"""How gradients and activations change from layer to layer, and with the steps of a recurrence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.numbers.forwards import FORWARDS
from lenet_tui.findings.engine.numbers.many import norms
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
from lenet_tui.tape.engine.tape import Tape

WEIGHTED = frozenset(
    ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
     "conv_transpose3d", "matmul", "bmm", "mm", "addmm", "einsum", "bilinear", "rnn_tanh_cell",
     "rnn_relu_cell", "lstm_cell", "gru_cell")
)  # fmt: skip
"""Ops that multiply with weights."""
LEAST = 5
"""Layers from which on there is a depth."""
DECADES = 5.0
"""Powers of ten over the depth that no healthy initialisation makes."""
ONE_PLACE = 0.4
"""The share of them that a single layer may have: what is set to zero at the start has all."""


@dataclass(frozen=True, slots=True)
class Slope:
    """How a size changes over the depth.

    ``what``: ``gradients`` or ``activations``; ``decades``: log10 of what it is at the first layers
    by that at the last ones for gradients, the other way round for activations, as the numbers
    travel. ``names`` and ``sizes``: of each layer, in the order of the forward. ``first`` and
    ``last``: the places of the layers that stand for the two ends.
    """

    what: str
    decades: float
    names: tuple[str, ...]
    sizes: tuple[float, ...]
    first: int
    last: int

    @property
    def factor(self) -> float:
        """By how much it is multiplied from one layer to the next."""
        change = math.log10(self.sizes[self.last]) - math.log10(self.sizes[self.first])
        step = change / (self.last - self.first)
        return float(10 ** (-step if self.what == "gradients" else step))


@dataclass(slots=True, eq=False)
class Layer:
    """``weights``: of which parameters; ``made``: its output, with the ``gradient`` of that."""

    name: str
    weights: frozenset[int]
    made: Tensor
    gradient: Tensor


@dataclass(slots=True, eq=False)
class _Sized:
    """``size``: of a layer's numbers, ``gradient``: the norm of that of its output."""

    name: str
    weights: frozenset[int]
    size: float
    gradient: float


def slopes(tape: Tape, weighted: Iterable[tuple[OpEntry, frozenset[int]]]) -> list[Slope]:
    """Those of the gradients and of the activations of a step's layers.

    ``weighted``: what ``layers_of`` gives for this tape. Only those whose gradient is
    there and finite count; in a step with several backwards there is none. Where the same weights
    are used again and again, as in a recurrence, what shrinks counts once, where it is largest:
    that is what they learn from.
    """
    backwards = [s for s in tape.segments if s.phase is BACKWARD]
    if len(backwards) != 1:
        return []
    nodes = {n.node: n for n in backwards[0].nodes}
    return slopes_of([
        Layer(op.name, weights, op.tensor, gradient)
        for op, weights in weighted
        if (gradient := _gradient(op, nodes)) is not None
    ])  # fmt: skip


def slopes_of(layers: Sequence[Layer]) -> list[Slope]:
    """Those of these layers, which are in the order of the forward."""
    found = list(_sized(layers))
    once: dict[frozenset[int], _Sized] = {}
    for layer in found:
        known = once.get(layer.weights)
        if known is None or layer.gradient > known.gradient:
            once[layer.weights] = layer
    all_ = list(_both(found))
    first = all_ if len(once) == len(found) else list(_both(list(once.values())))
    shrink, grow = (s for s in first if s.decades < 0), (s for s in all_ if s.decades > 0)
    return [*shrink, *grow]


def _both(layers: Sequence[_Sized]) -> Iterator[Slope]:
    if len(layers) < LEAST:
        return
    names = tuple(layer.name for layer in layers)
    gradients = _slope("gradients", [x.gradient for x in layers], names, backward=True)
    activations = _slope("activations", [x.size for x in layers], names, backward=False)
    yield from (slope for slope in (gradients, activations) if slope is not None)


def _sized(layers: Sequence[Layer]) -> Iterator[_Sized]:
    known = norms(t for layer in layers for t in (layer.made, layer.gradient))
    for layer in layers:
        gradient = layer.gradient
        norm = known[id(gradient)] if id(gradient) in known else float(gradient.norm())
        size = _rms(layer.made, known)
        if 0 < norm < math.inf and 0 < size < math.inf:
            yield _Sized(layer.name, layer.weights, size, norm)


def layers_of(
    tape: Tape, parameters: Mapping[int, str]
) -> Iterator[tuple[OpEntry, frozenset[int]]]:
    """Yields the ops with weights that gradients go back through, and the ``id`` of those.

    Such are the parameters, by ``id``, of two axes or more. These ops may be layers, whether a
    gradient came to them or not.
    """
    for segment in tape.segments:
        for op in segment.ops if segment.phase in FORWARDS else ():
            weights = weights_of(op.op, (*op.args, *op.kwargs.values()), parameters)
            if weights and op.edge() is not None:
                yield op, weights


def weights_of(op: str, given: Iterable[Any], parameters: Mapping[int, str]) -> frozenset[int]:
    """The ``id`` of each parameter of two axes or more that an op multiplies with."""
    if op not in WEIGHTED:
        return frozenset()
    return frozenset([id(t) for t in given if id(t) in parameters and t.dim() > 1])


def _gradient(op: OpEntry, nodes: Mapping[Node, NodeEntry]) -> Tensor | None:
    """That of what an op made."""
    edge = op.edge()
    entry = nodes.get(edge[0]) if edge is not None else None
    received = entry.received if entry is not None else ()
    return received[edge[1]] if edge is not None and edge[1] < len(received) else None


def _rms(tensor: Tensor, known: Mapping[int, float]) -> float:
    """``known``: the norms of tensors by ``id``, as far as they were taken together."""
    count = math.sqrt(max(tensor.numel(), 1))
    if id(tensor) in known:
        return known[id(tensor)] / count
    numbers = tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
    return float(numbers.norm()) / count


def _slope(
    what: str, sizes: Sequence[float], names: tuple[str, ...], backward: bool
) -> Slope | None:
    """The change from one end to the other, if it is spread over the layers."""
    logs = [math.log10(size) for size in sizes]
    end = max(len(logs) // 4, 1)
    start, stop = logs[:end], logs[-end:]
    if backward:  # at the far end the one that has changed least, as some kinds of layers have less
        last = median(stop)
        first = max(start) if median(start) < last else min(start)
        decades = first - last
    else:
        first = median(start)
        last = max(stop) if median(stop) < first else min(stop)
        decades = last - first
    steps = [b - a for a, b in pairwise(logs)]
    along = [-step if backward else step for step in steps]
    most = max((step if decades > 0 else -step for step in along), default=0.0)
    if decades and most > ONE_PLACE * abs(decades):
        return None
    places = range(len(logs))
    at_start = min(places[:end], key=lambda n: abs(logs[n] - first))
    at_end = min(places[-end:], key=lambda n: abs(logs[n] - last))
    return Slope(what, decades, names, tuple(sizes), at_start, at_end)
