"""Softmax and its logarithm, along one dimension."""

from __future__ import annotations

import numpy as np

from lenet_tui.engine.explain.call import Call
from lenet_tui.engine.explain.rounding import Rounded, exp, log
from lenet_tui.engine.explain.rule import Box, Rule
from lenet_tui.engine.explain.work import (
    Block,
    Column,
    Index,
    Indices,
    NoArithmetic,
    Source,
    Work,
    column,
    gather,
    one,
    repeat,
    row,
)


def shifted(x: Rounded) -> tuple[Rounded, Rounded]:
    """``x − max x`` along the last axis, and the logarithm of the sum of its exponentials.

    That is how torch does it, so that no exponential overflows.
    """
    top = x.value.max(-1, keepdims=True)
    low = x - Rounded(top, np.zeros_like(top))
    return low, log(exp(low).sum(-1, keepdims=True))


def log_softmax(x: Rounded) -> Rounded:
    """Along the last axis."""
    low, total = shifted(x)
    return low - total


def softmax(x: Rounded) -> Rounded:
    """Along the last axis; by whichever of torch's two ways is further off."""
    low, _ = shifted(x)
    share = exp(low)
    direct = share / share.sum(-1, keepdims=True)
    return Rounded(direct.value, np.maximum(direct.error, exp(log_softmax(x)).error))


def _dim(call: Call) -> int:
    dim = call.get("dim")
    if not isinstance(dim, int):
        raise NoArithmetic(call.op)
    return dim % max(call.source().tensor.dim(), 1)


def cells(index: Index, dim: int, size: int) -> Indices:
    """The indices of a whole row along ``dim`` through ``index``."""
    found = np.tile(np.asarray(index, np.int64), (size, 1))
    found[:, dim] = np.arange(size)
    return found


def _row(call: Call, source: Source, index: Index) -> Indices:
    dim = _dim(call)
    return cells(index, dim, source.shape[dim])


def softmax_forward(call: Call, index: Index) -> Work:
    return share_of_row(call.source(), index, _dim(call), call.op)


def share_of_row(x: Source, index: Index, dim: int, op: str) -> Work:
    """``exp(x_i) / Σ_j exp(x_j)``: one term, the row its operands."""
    along = cells(index, dim, x.shape[dim])
    made = softmax(Rounded(gather(x.tensor, along), np.zeros(len(along))))
    block = Block(row(x, along), made[index[dim] : index[dim] + 1])
    right = f"exp({x.name}[…,i]) / Σ_j exp({x.name}[…,j])"
    return Work(op, "…,i", right, [block])


def log_softmax_forward(call: Call, index: Index) -> Work:
    x, dim = call.source(), _dim(call)
    along = _row(call, x, index)
    numbers = Rounded(gather(x.tensor, along), np.zeros(len(along)))
    made = log_softmax(numbers)
    own = one(x, index)
    rest = made.value[index[dim]] - own.values[0]
    blocks = [
        Block((own,), own.number),
        Block(row(x, along), Rounded(np.asarray([rest]), np.zeros(1))),
    ]
    right = f"{x.name}[…,i] − log Σ_j exp({x.name}[…,j])"
    return Work(call.op, "…,i", right, blocks, error=float(made.error[index[dim]]))


def softmax_backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    """``y_i g_i − y_i Σ_j y_j g_j``, from the output y as torch has saved it."""
    y, gradient, own = _parts(call, index, g)
    first = Block((own, one(g, index)), own.number * one(g, index).number)
    others = -(own.number * y.number * gradient.number)
    rest = Block((repeat(own, len(y.values)), y, gradient), others)
    n = call.name
    right = f"{n}[…,i] ⋅ {g.name}[…,i] − Σ_j {n}[…,i] ⋅ {n}[…,j] ⋅ {g.name}[…,j]"
    return Work("", "…,i", right, [first, rest])


def log_softmax_backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    """``g_i − exp(y_i) Σ_j g_j``, from the output y."""
    _, gradient, own = _parts(call, index, g)
    first = Block((one(g, index),), one(g, index).number)
    rest = Block(
        (repeat(own, len(gradient.values)), gradient), -(exp(own.number) * gradient.number)
    )
    right = f"{g.name}[…,i] − Σ_j exp({call.name}[…,i]) ⋅ {g.name}[…,j]"
    return Work("", "…,i", right, [first, rest])


def _parts(call: Call, index: Index, g: Source) -> tuple[Column, Column, Column]:
    along = _row(call, call.output, index)
    return column(call.output, along), column(g, along), one(call.output, index)


def back(call: Call, box: Box) -> dict[str, Box]:
    return {"input": _along(call, box)}


def ahead(call: Call, argument: str, box: Box) -> Box | None:
    return _along(call, box)


def _along(call: Call, box: Box) -> Box:
    dim = _dim(call)
    return (*box[:dim], (0, call.source().shape[dim] - 1), *box[dim + 1 :])


SOFTMAX = Rule(softmax_forward, softmax_backward, back, ahead)
LOG_SOFTMAX = Rule(log_softmax_forward, log_softmax_backward, back, ahead)
