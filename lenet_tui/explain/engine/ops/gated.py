"""Activations that read two numbers: ``glu``, whose halves gate each other, and ``prelu``."""

from __future__ import annotations

import numpy as np

from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.terms import (
    Gradient,
    Index,
    NoArithmetic,
    Operands,
    Sum,
    Terms,
    grid,
    read,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, exact, inside, rounded, sigmoid


def _halves(call: Call, index: Index) -> tuple[Operands, Operands, int, int]:
    """The number, the one that gates it, and the dimension with its half size."""
    x = call.source()
    dim = int(call.get("dim", -1)) % len(x.shape)
    half = x.shape[dim] // 2
    at = index[dim] % half
    one, other = ((*index[:dim], n, *index[dim + 1 :]) for n in (at, at + half))
    return read(x, one), read(x, other), dim, half


def glu_forward(call: Call, index: Index) -> Sum:
    a, b, _, half = _halves(call, index)
    with inside():
        made = a.number * sigmoid(b.number)
    return Sum(f"{a.tensor}[…,i] ⋅ sigmoid({a.tensor}[…,i + {half}])", [Terms((a, b), made)])


def glu_backward(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    a, b, dim, half = _halves(call, index)
    out = (*index[:dim], index[dim] % half, *index[dim + 1 :])
    gradient = read(g, out)
    with inside():
        s = sigmoid(b.number)
        first = index[dim] < half
        slope = s if first else (exact(1.0) - s) * s * a.number
        made = gradient.number * slope
    n = a.tensor
    shown = f"sigmoid({n}[…,i + {half}])" if first else f"{n}[…,i] ⋅ sigmoid′({n}[…,i + {half}])"
    return Sum(f"{g.name}[…,i] ⋅ {shown}", [Terms((gradient, a, b), made)])


def _slope(call: Call, index: Index) -> Operands:
    weight = call.source("weight")
    if weight.tensor.dim() > 1:
        raise NoArithmetic(call.op)
    shared = weight.tensor.numel() == 1
    at = () if weight.tensor.dim() == 0 else (0 if shared or len(index) < 2 else index[1],)
    return read(weight, at)


def prelu_forward(call: Call, index: Index) -> Sum:
    x, a = read(call.source(), index), _slope(call, index)
    right = f"{x.tensor}[…] where above 0, else {a.tensor}[c] ⋅ {x.tensor}[…]"
    if x.values[0] > 0:
        return Sum(right, [Terms((x, a), x.number)])
    with inside():
        made = a.number * x.number
    return Sum(right, [Terms((x, a), made)])


def prelu_backward(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    x = call.source()
    if argument == "input":
        gradient, own, a = read(g, index), read(x, index), _slope(call, index)
        right = f"{g.name}[…] ⋅ (1 where {x.name}[…] > 0, else {a.tensor}[c])"
        if own.values[0] > 0:
            return Sum(right, [Terms((gradient, own, a), gradient.number)])
        with inside():
            made = gradient.number * a.number
        return Sum(right, [Terms((gradient, own, a), made)])
    channels = [range(n) for n in x.shape]
    if call.source("weight").tensor.numel() > 1 and len(channels) > 1:
        channels[1] = range(index[0], index[0] + 1)
    cells = grid(*channels)
    values, gradients = read_each(x, cells), read_each(g, cells)
    with inside():
        made = gradients.number * values.number
    low = values.values <= 0
    terms = Rounded(np.where(low, made.value, 0.0), np.where(low, made.error, 0.0))
    # each product is rounded to a 16-bit type before they are added up
    right = f"Σ {g.name}[…] ⋅ min(0, {x.name}[…])"
    return Sum(right, [Terms((gradients, values), rounded(terms))], letters="c")


RULES = [
    Rule("glu", "input dim", glu_forward, glu_backward, whole_tensors),
    Rule("prelu", "input weight", prelu_forward, prelu_backward),
]
