"""Softmax and its logarithm, along one dimension."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from lenet_tui.explain.engine.links import SAME, Links, every
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    NoArithmetic,
    Note,
    Operands,
    Source,
    Sum,
    Terms,
    gather,
    plain,
    read,
    read_each,
    repeat,
)
from lenet_tui.explain.rounding import Rounded, exact, exp, log
from lenet_tui.tape.engine import loss_parts
from lenet_tui.text.numbers import number as digits


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


def exponentials(
    name: str, x: Source, along: Indices, dim: int, of: Tensor
) -> tuple[tuple[Operands, ...], Rounded]:
    """``exp(x − max x)`` at ``along`` (..., classes, rank) in float32, as operands, and the same
    (..., classes) with what torch's own may be off from these.

    ``name``: what they are called; ``of``: the output of the op that they are inside of.
    """
    places = along.reshape(-1, along.shape[-1])
    shape = along.shape[:-1]
    shown = gather(loss_parts.exponentials(x.tensor, dim), places)
    logits = exact(gather(x.tensor, places).reshape(shape))
    true = exp(shifted(logits)[0])
    values = shown.reshape(shape)
    number = Rounded(values, true.error + np.abs(values - true.value))
    operands = tuple(
        Operands(
            name, along[..., n, :].reshape(-1, along.shape[-1]), values[..., n].reshape(-1), of
        )
        for n in range(shape[-1])
    )
    return operands, number


def exp_of(x: Source, index: Index, dim: int) -> Sum:
    """``exp(x_i − max_j x_j)``, which torch takes so that none overflows."""
    along = cells(index, dim, x.shape[dim])
    values = gather(x.tensor, along)
    largest = read(x, along[int(np.argmax(values))].tolist())
    own = read(x, index)
    i, j, _ = _letters(index, dim)
    right = f"exp({x.name}[{i}] − max_j {x.name}[{j}])"
    return Sum(
        right, [Terms((own, largest), exp(own.number - largest.number))], letters=i, op="exp"
    )


def _letters(index: Index, dim: int) -> tuple[str, str, str]:
    """What an index is called, ``n,c`` for two dimensions; one of its row; its row, as ``3,j``."""
    lead = "n" if len(index) == 2 and dim == 1 else "…"
    row = ",".join("j" if n == dim else str(i) for n, i in enumerate(index))
    return f"{lead},c", f"{lead},j", row


def softmax(x: Rounded) -> Rounded:
    """Along the last axis; by whichever of torch's two ways is further off."""
    low, _ = shifted(x)
    share = exp(low)
    direct = share / share.sum(-1, keepdims=True)
    return Rounded(direct.value, np.maximum(direct.error, exp(log_softmax(x)).error))


def softmax_inside(call: Call) -> tuple[Source, int] | None:
    """What an op takes the softmax of, and along which dimension; ``None``: of nothing."""
    x = call.source() if isinstance(call.arguments.get("input"), Source) else None
    if x is None or call.op not in ("softmax", "log_softmax", "cross_entropy"):
        return None
    if call.op == "cross_entropy":
        return x, loss_parts.class_dim(x.tensor)
    return (x, _dim(call)) if isinstance(call.get("dim"), int) else None


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


def softmax_forward(call: Call, index: Index) -> Sum:
    return share_of_row(call.source(), index, _dim(call), call.name, call.entry.tensor)


def share_of_row(x: Source, index: Index, dim: int, name: str, of: Tensor) -> Sum:
    """``exp(x_i) / Σ_j exp(x_j)``: one term; its operands the exponentials, first its own.

    ``name``, ``of``: the op that the softmax is, or is inside of, and its output.
    """
    along, at = cells(index, dim, x.shape[dim]), index[dim]
    operands, number = exponentials(f"{name}.exp", x, along, dim, of)
    total = number.sum(keepdims=True)
    other = softmax(exact(gather(x.tensor, along)))[at : at + 1]
    share = number[at : at + 1] / total
    result = Rounded(share.value, np.maximum(share.error, other.error))
    i, j, row = _letters(index, dim)
    right = f"{name}.exp[{i}] / Σ_j {name}.exp[{j}]"
    own = operands[at]
    note = "exp-sum", (f"{name}.exp[{row}]", digits(float(total.value[0]), 7))
    return Sum(right, [Terms((own, *operands), result)], [note], letters=i, op="softmax")


def log_softmax_forward(call: Call, index: Index) -> Sum:
    x, dim = call.source(), _dim(call)
    along, at = cells(index, dim, x.shape[dim]), index[dim]
    values = gather(x.tensor, along)
    made = log_softmax(exact(values))
    own, largest = read(x, index), read(x, along[int(np.argmax(values))].tolist())
    operands, number = exponentials(f"{call.name}.exp", x, along, dim, call.entry.tensor)
    total = number.sum(keepdims=True)
    logarithm = log(total)
    terms = [plain(own), Terms((largest,), -largest.number), Terms(operands, -logarithm)]
    i, j, row = _letters(index, dim)
    right = f"{x.name}[{i}] − max_j {x.name}[{j}] − log Σ_j {call.name}.exp[{j}]"
    note = log_sum(f"{call.name}.exp[{row}]", total, logarithm)
    error = float(made.error[at] + logarithm.error[0])
    return Sum(right, terms, [note], letters=i, error=error)


def log_sum(what: str, total: Rounded, logarithm: Rounded) -> Note:
    """What the exponentials come to, and the logarithm of that."""
    made = (digits(float(n.value.reshape(-1)[0]), 7) for n in (total, logarithm))
    return "log-sum", (what, *made)


def softmax_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """``y_i g_i − y_i Σ_j y_j g_j``, from the output y as torch has saved it."""
    y, gradient, own = _parts(call, index, g)
    mine = read(g, index)
    first = Terms((own, mine), own.number * mine.number)
    others = -(own.number * y.number * gradient.number)
    rest = Terms((repeat(own, len(y.values)), y, gradient), others)
    n = call.name
    right = f"{n}[…,i] ⋅ {g.name}[…,i] − Σ_j {n}[…,i] ⋅ {n}[…,j] ⋅ {g.name}[…,j]"
    return Sum(right, [first, rest], letters="…,i")


def log_softmax_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """``g_i − exp(y_i) Σ_j g_j``, from the output y."""
    _, gradient, own = _parts(call, index, g)
    others = -(exp(own.number) * gradient.number)
    rest = Terms((repeat(own, len(gradient.values)), gradient), others)
    right = f"{g.name}[…,i] − Σ_j exp({call.name}[…,i]) ⋅ {g.name}[…,j]"
    return Sum(right, [plain(read(g, index)), rest], letters="…,i")


def _parts(call: Call, index: Index, g: Source) -> tuple[Operands, Operands, Operands]:
    along = cells(index, _dim(call), call.output.shape[_dim(call)])
    return read_each(call.output, along), read_each(g, along), read(call.output, index)


def _links(call: Call) -> Links:
    dim = _dim(call)
    shape = enumerate(call.source().shape)
    return Links(*(every(n, n) if d == dim else SAME for d, n in shape))


RULES = [
    Rule("softmax", "input dim", softmax_forward, softmax_backward, of_input(_links)),
    Rule("log_softmax", "input dim", log_softmax_forward, log_softmax_backward, of_input(_links)),
]
