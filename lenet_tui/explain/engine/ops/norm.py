"""Batch normalisation, by the statistics of the batch (training) or the running ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.engine.links import SAME, Links, every
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    Note,
    Operands,
    Source,
    Sum,
    Terms,
    grid,
    plain,
    read,
    read_each,
    repeat,
)
from lenet_tui.explain.rounding import FLOAT32, Rounded, computing_in, constant, exact, sqrt


def _training(call: Call) -> bool:
    return bool(call.get("training", False)) or call.get("running_mean") is None


def _cells(x: Source, number: int) -> Indices:
    return grid(range(x.shape[0]), [number], *(range(n) for n in x.shape[2:]))


def statistics(call: Call, number: int) -> tuple[Rounded, Rounded]:
    """Mean and variance (over the number of elements) of a channel, each (1,)."""
    x = call.source()
    if not _training(call):
        mean, variance = (call.source(name) for name in ("running_mean", "running_var"))
        return read(mean, (number,)).number, read(variance, (number,)).number
    values = read_each(x, _cells(x, number)).number
    count = exact(float(len(values.value)))
    average = values.sum(keepdims=True) / count
    off = values - average
    return average, (off * off).sum(keepdims=True) / count


def _as_shown(number: Rounded) -> Rounded:
    """A number in float32 (of float64, in that), as torch stores it and as the screen shows it."""
    precision = computing_in()
    shown = (FLOAT32 if precision.own else precision).nearest(number.value)
    return Rounded(shown, number.error + np.abs(shown - number.value))


def statistic(call: Call, aspect: str, number: int) -> Sum:
    """The batch's ``mean`` or ``var`` of a channel."""
    x = call.source()
    values = read_each(x, _cells(x, number))
    count = exact(float(len(values.values)))
    mean = _as_shown(statistics(call, number)[0])
    if aspect == "mean":
        terms = Terms((values,), values.number / count)
        return Sum(f"1/{len(values.values)} ⋅ Σ {x.name}[n,c,…]", [terms], letters="c", op=call.op)
    off = values.number - mean
    named = Operands(f"{call.name}.mean", np.asarray([[number]]), mean.value, call.entry.tensor)
    terms = Terms((values, repeat(named, len(values.values))), off * off / count)
    right = f"1/{len(values.values)} ⋅ Σ ({x.name}[n,c,…] − {named.tensor}[c])²"
    return Sum(right, [terms], letters="c", op=call.op)


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One channel's numbers, with ``mean`` and ``variance`` as operands too.

    ``inverse``: 1 / √(variance + ε). ``scale``: γ times that, with γ as an operand in ``weight``
    if it is there. ``cells``: every element, or none where the running values count.
    """

    mean: Rounded
    inverse: Rounded
    scale: Rounded
    operands: tuple[Operands, Operands]
    weight: tuple[Operands, ...]
    cells: Indices
    note: Note

    @property
    def normal(self) -> str:
        """The end of the formula of a normalised element."""
        mean, variance = self.operands
        return f"[n,c,…] − {mean.tensor}[c]) / √({variance.tensor}[c] + ε)"

    def normalised(self, values: Operands) -> Rounded:
        """(x − mean) / √(var + ε)."""
        return (values.number - self.mean) * self.inverse


def _channel(call: Call, number: int) -> Channel:
    mean, variance = (_as_shown(n) for n in statistics(call, number))
    eps = float(call.get("eps", 1e-5))
    inverse = exact(1.0) / sqrt(variance + constant(eps))
    weight = (read(call.source("weight"), (number,)),) if call.get("weight") is not None else ()
    scale = inverse * (weight[0].number if weight else exact(np.ones(1)))
    at = np.asarray([[number]])
    if _training(call):
        cells, of = _cells(call.source(), number), call.entry.tensor
        names = [f"{call.name}.mean", f"{call.name}.var"]
        note: Note = ("batch-statistics", (str(len(cells)), f"{eps:g}"))
    else:
        cells, of = np.zeros((0, 0), np.int64), None
        names = [call.source(name).name for name in ("running_mean", "running_var")]
        note = ("running-statistics", (f"{eps:g}",))
    first, second = (
        Operands(name, at, n.value, of) for name, n in zip(names, (mean, variance), strict=True)
    )
    return Channel(mean, inverse, scale, (first, second), weight, cells, note)


def forward(call: Call, index: Index) -> Sum:
    """γ (x − mean) / √(var + ε) + β, multiplied out as torch does it on the CPU."""
    x = call.source()
    channel = _channel(call, index[1])
    mean, variance = channel.operands
    own, weight = read(x, index), channel.weight
    terms = [
        Terms((own, *weight, variance), own.number * channel.scale),
        Terms((mean, *weight, variance), -(channel.mean * channel.scale)),
    ]
    right = "".join(f"{w.tensor}[c] ⋅ " for w in weight) + f"({x.name}{channel.normal}"
    if call.get("bias") is not None:
        bias = read(call.source("bias"), (index[1],))
        terms.append(plain(bias))
        right += f" + {bias.tensor}[c]"
    return Sum(right, terms, [channel.note], letters="n,c,…")


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    if argument == "input":
        return _input(call, index, g)
    x = call.source()
    cells = _cells(x, index[0])
    gradient, value = read_each(g, cells), read_each(x, cells)
    if argument == "bias":
        return Sum(f"Σ {g.name}[n,c,…]", [plain(gradient)], letters="c")
    channel = _channel(call, index[0])
    operands = (gradient, value, *(repeat(c, len(cells)) for c in channel.operands))
    terms = Terms(operands, gradient.number * channel.normalised(value))
    right = f"Σ {g.name}[n,c,…] ⋅ ({x.name}{channel.normal}"
    return Sum(right, [terms], [channel.note], letters="c")


def _input(call: Call, index: Index, g: Source) -> Sum:
    """γ/√(var + ε) ⋅ (g_i − 1/m Σ_j g_j (1 + x̂_i x̂_j)), x̂ the normalised input."""
    x = call.source()
    channel = _channel(call, index[1])
    mean, variance = channel.operands
    own, weight = read(g, index), channel.weight
    terms = [Terms((own, *weight, variance), own.number * channel.scale)]
    right = f"γ/√(var + ε) ⋅ {g.name}[n,c,…]"
    if _training(call):
        count = len(channel.cells)
        gradient, value = read_each(g, channel.cells), read_each(x, channel.cells)
        products = channel.normalised(read(x, index)) * channel.normalised(value)
        shared = channel.scale * gradient.number * (exact(1.0) + products) / exact(float(count))
        operands = (gradient, value, *(repeat(c, count) for c in (*weight, mean, variance)))
        terms.append(Terms(operands, -shared))
        right = f"γ/√(var + ε) ⋅ ({g.name}[n,c,…] − 1/{count} ⋅ Σ_j {g.name}[j] ⋅ (1 + x̂⋅x̂[j]))"
    return Sum(right, terms, [channel.note], letters="n,c,…")


def _links(call: Call) -> Links:
    """The batch's statistics make each element depend on all of its channel."""
    if not _training(call):
        return Links(*(SAME for _ in call.source().shape))
    first, _, *sizes = call.source().shape
    return Links(every(first, first), SAME, *(every(n, n) for n in sizes))


RULES = [
    Rule(
        "batch_norm",
        "input running_mean running_var weight bias training momentum eps",
        forward,
        backward,
        of_input(_links),
    )
]
