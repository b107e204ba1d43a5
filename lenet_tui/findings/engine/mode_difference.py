"""Where a forward in train mode and one in eval mode differ first, on the same batch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.findings.engine.numbers.elements import wide
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.module_paths import Paths

Call = tuple[nn.Module, tuple[Any, ...], dict[str, Any]]
"""A call of a module with its arguments."""


@dataclass(frozen=True, slots=True)
class ModeDifference:
    """``first``: the op whose output differs first; ``None``: none does.

    ``before``: the ops before it, ``ops``: all. ``difference``: the largest of that op's output;
    ``output``: of the model's. Infinity: the shapes differ, or one of the two is not finite.
    """

    first: OpEntry | None
    ops: int
    before: int
    difference: float
    output: float


def recorded(call: Call, paths: Paths) -> ForwardRecorder:
    """The ops of a call, run anew; no gradients."""
    module, args, kwargs = call
    recorder = ForwardRecorder(paths, lambda done, name: None)
    with torch.no_grad():
        recorder.run(module, *args, **kwargs)
    return recorder


def mode_difference(train: ForwardRecorder, evaluated: ForwardRecorder) -> ModeDifference:
    """The first op of two recorded forwards at which they part."""
    ours, theirs = _numeric(train), _numeric(evaluated)
    pairs = list(zip(ours, theirs, strict=False))
    output = 0.0
    if train.output is not None and evaluated.output is not None:
        output = largest_difference(train.output.tensor, evaluated.output.tensor)
    for number, (a, b) in enumerate(pairs):
        apart = largest_difference(a.tensor, b.tensor)
        if a.op != b.op or apart:
            return ModeDifference(a, len(ours), number, apart, output)
    if len(ours) != len(theirs):
        longer = max((ours, theirs), key=len)
        return ModeDifference(longer[len(pairs)], len(ours), len(pairs), 0.0, output)
    return ModeDifference(None, len(ours), len(pairs), 0.0, output)


def _numeric(recorder: ForwardRecorder) -> list[OpEntry]:
    """Its ops without the counting of batches, which a norm does in train mode alone."""
    return [e for e in recorder.entries if e.tensor.is_floating_point() or e.tensor.dim()]


def largest_difference(a: Tensor, b: Tensor) -> float:
    """The largest |a − b|; 0 where both are the same to the bit; infinity where they have
    different shapes or one is no finite number.
    """
    if a.shape != b.shape or a.dtype != b.dtype:
        return float("inf")
    if torch.equal(a, b) or not a.numel():
        return 0.0
    if a.is_complex() or not a.is_floating_point():
        return float((a != b).any())
    same = (a == b) | (a.isnan() & b.isnan())
    apart = (wide(a) - wide(b)).abs().masked_fill(same, 0.0)
    found = float(apart.max())
    return float("inf") if math.isnan(found) else found
