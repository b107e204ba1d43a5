"""What losses over class numbers have in common: which samples count, and the share of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    NoArithmetic,
    Operands,
    Source,
    gather,
    grid,
    read,
)
from lenet_tui.explain.rounding import Rounded, constant
from lenet_tui.tape.engine.loss_parts import class_dim

SIGNATURE = "input target weight size_average ignore_index reduce reduction"
"""The arguments of a loss over class numbers, in torch's order."""


def reduction(call: Call) -> str:
    """``mean``, ``sum`` or ``none``; ``NoArithmetic`` where it is said in torch's old way."""
    if call.get("size_average") is not None or call.get("reduce") is not None:
        raise NoArithmetic(call.op)
    return str(call.get("reduction", "mean"))


def plain_classes(call: Call) -> None:
    """``NoArithmetic`` for class weights, smoothing, and targets that are probabilities."""
    odd = call.get("weight") is not None or call.get("label_smoothing", 0.0) != 0.0
    if odd or call.source("target").tensor.is_floating_point():
        raise NoArithmetic(call.op)


def samples_of(call: Call, index: Index | None) -> tuple[Indices, Any]:
    """The samples that count (all, or that of one output), and their target classes."""
    target = call.source("target")
    if index is None or reduction(call) != "none":
        samples = grid(*(range(n) for n in target.shape))
    else:
        samples = np.asarray([index], np.int64).reshape(1, -1)
    classes = gather(target.tensor, samples).astype(np.int64)
    counted = classes != call.get("ignore_index", -100)
    return samples[counted], classes[counted]


def shared(call: Call, numbers: Rounded, count: int) -> Rounded:
    """A sample's part of the mean, or of the sum."""
    return numbers / constant(float(count)) if reduction(call) == "mean" else numbers


def each_sample(call: Call, count: int) -> str:
    """How a formula begins that adds up what each of so many samples comes to."""
    if count == 1:
        return ""
    return f"1/{count} ⋅ Σ_n " if reduction(call) == "mean" else "Σ_n "


def one_class(call: Call, index: Index, g: Source) -> tuple[int, int, Operands, Operands]:
    """For an element of the input: the dimension of the classes, how many samples count, the
    gradient on the loss, and the target of the element's sample.
    """
    dim = class_dim(call.source().tensor)
    sample = (*index[:dim], *index[dim + 1 :])
    gradient = read(g, sample if reduction(call) == "none" else ())
    return dim, len(samples_of(call, None)[1]), gradient, read(call.source("target"), sample)
