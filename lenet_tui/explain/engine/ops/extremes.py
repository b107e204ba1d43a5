"""The largest and the smallest of some dimensions, and how far numbers are spread over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lenet_tui.explain.engine.links import SAME, Links, every
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Operands,
    Source,
    Sum,
    Terms,
    read,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, constant, exact, inside, sqrt
from lenet_tui.text.numbers import index_text

Places = npt.NDArray[np.int64]
LARGEST = ("max", "amax")


def dims(call: Call) -> list[int]:
    """The dimensions that are gone, or of size 1, in the result."""
    rank, dim = call.source().tensor.dim(), call.get("dim")
    if isinstance(dim, Source) or "other" in call.arguments:
        raise NoArithmetic(call.op)  # max(x, y) compares two tensors
    if dim is None or dim == ():
        return list(range(rank))
    if isinstance(dim, bool):
        raise NoArithmetic(call.op)  # std(unbiased)
    several: Any = (dim,) if isinstance(dim, int) else dim
    return sorted(d % rank for d in several)


def links(call: Call) -> Links:
    """Whole dimensions; the output has them still, of size 1, or it has not."""
    gone, shape = dims(call), call.source().shape
    out = 1 if call.tensor.dim() == len(shape) else None
    return Links(*(every(n, out) if d in gone else SAME for d, n in enumerate(shape)))


def _found(call: Call, index: Index) -> tuple[Operands, Places, float]:
    """What the output at ``index`` is chosen from, which are equal to it, and the number."""
    if call.part:
        raise NoArithmetic(call.op)  # the places of the largest
    values = read_each(call.source(), links(call).reads(index))
    choose = np.max if call.op in LARGEST else np.min
    best = float(choose(values.values))
    return values, np.flatnonzero(values.values == best), best


def extreme_forward(call: Call, index: Index) -> Sum:
    values, best, number = _found(call, index)
    name = "max" if call.op in LARGEST else "min"
    several = tuple(values[n : n + 1] for n in range(len(values.values)))
    total = Sum(f"{name} {call.source().name}[…]")
    total.terms = [Terms(several, exact(np.asarray([number])))]
    if len(best):
        at = values.indices[best[0]].tolist()
        where = f"{call.source().name}{index_text(at)}"
        total.notes = [("winner" if name == "max" else "smallest", (where, str(len(several))))]
    if len(best) > 1:
        total.notes.append(("equal", (str(len(best)),)))
    return total


def extreme_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """All of it to the one that was chosen; ``amax``, ``amin`` and a whole tensor share it out."""
    (out,) = links(call).readers(index).tolist()
    values, best, number = _found(call, tuple(out))
    own, gradient = read(call.source(), index), read(g, out)
    right = f"{g.name}[…] where {call.source().name}[…] was chosen, else 0"
    if own.values[0] != number:
        made = exact(np.zeros(1))
    elif call.op in ("amax", "amin") or call.get("dim") is None:
        with inside():
            made = gradient.number / exact(float(len(best)))
    else:
        chosen = tuple(values.indices[best[0]].tolist()) == tuple(index)
        if len(best) > 1:
            raise NoArithmetic(call.op)  # which of equal ones was chosen depends on the device
        made = gradient.number if chosen else exact(np.zeros(1))
    return Sum(right, [Terms((gradient, own), made)])


def _spread(call: Call, values: Operands) -> tuple[Rounded, Rounded, float]:
    """How far each is from the mean, the mean, and what the squares are divided by."""
    count = len(values.values)
    less = float(call.get("correction", 1 if call.get("unbiased", True) else 0))
    if count - less <= 0:
        raise NoArithmetic(call.op)
    mean = values.number.sum(keepdims=True) / exact(float(count))
    return values.number - mean, mean, count - less


def spread_forward(call: Call, index: Index) -> Sum:
    """Σ (x − mean)² / (n − 1), and its root."""
    values = read_each(call.source(), links(call).reads(index))
    with inside():
        off, _, over = _spread(call, values)
        squares = off * off / exact(over)
        root = sqrt(squares.sum(keepdims=True))
    right = f"Σ ({call.source().name}[…] − mean)² / {over:g}"
    if call.op == "var":
        return Sum(right, [Terms((values,), squares)])
    several = tuple(values[n : n + 1] for n in range(len(values.values)))
    return Sum(f"√({right})", [Terms(several, root)])


def spread_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """The gradient times 2 (x − mean) / (n − 1); for the root, that over 2 ⋅ std."""
    (out,) = links(call).readers(index).tolist()
    values = read_each(call.source(), links(call).reads(tuple(out)))
    at = int(np.flatnonzero((values.indices == np.asarray(index)).all(1))[0])
    gradient, made_by = read(g, out), read(call.output, out)
    off, _, over = _spread(call, values)
    mine = off[at : at + 1]
    own = read(call.source(), index)
    if call.op == "var":
        made = gradient.number * constant(2.0 / over) * mine
        right = f"{g.name}[…] ⋅ 2 / {over:g} ⋅ ({call.source().name}[…] − mean)"
        return Sum(right, [Terms((gradient, own), made)])
    made = gradient.number * mine / (exact(over) * made_by.number)
    right = f"{g.name}[…] ⋅ ({call.source().name}[…] − mean) / ({over:g} ⋅ {call.name}[…])"
    return Sum(right, [Terms((gradient, own, made_by), made)])


def norm_forward(call: Call, index: Index) -> Sum:
    """√(Σ x²)."""
    _two(call)
    values = read_each(call.source(), links(call).reads(index))
    with inside():
        made = sqrt((values.number * values.number).sum(keepdims=True))
    several = tuple(values[n : n + 1] for n in range(len(values.values)))
    return Sum(f"√(Σ {call.source().name}[…]²)", [Terms(several, made)])


def norm_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    _two(call)
    (out,) = links(call).readers(index).tolist()
    own, gradient, made_by = read(call.source(), index), read(g, out), read(call.output, out)
    if made_by.values[0] == 0:
        raise NoArithmetic(call.op)
    made = gradient.number * (own.number / made_by.number)
    right = f"{g.name}[…] ⋅ {call.source().name}[…] / {call.name}[…]"
    return Sum(right, [Terms((gradient, own, made_by), made)])


def _two(call: Call) -> None:
    order = call.get("p", call.get("ord", 2))
    if order not in (2, 2.0, "fro") or call.get("dtype") is not None:
        raise NoArithmetic(call.op)


RULES = [
    Rule("max min", "input dim keepdim", extreme_forward, extreme_backward, of_input(links),
         parts=True),
    Rule("amax amin", "input dim keepdim", extreme_forward, extreme_backward, of_input(links)),
    Rule("var std", "input dim", spread_forward, spread_backward, of_input(links)),
    Rule("norm", "input p dim", norm_forward, norm_backward, of_input(links)),
    Rule("linalg_vector_norm", "input ord dim", norm_forward, norm_backward,
         of_input(links)),
]  # fmt: skip
