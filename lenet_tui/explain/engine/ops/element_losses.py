"""Losses that compare number by number, and add up or average what each comes to."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.engine import function_values as f
from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    grid,
    read,
    read_each,
)
from lenet_tui.explain.rounding import (
    Rounded,
    constant,
    exact,
    exp,
    inside,
    log,
    log1p,
    rounded,
    sigmoid,
)

Two = Callable[[Rounded, Rounded, float], Rounded]


@dataclass(frozen=True, slots=True)
class Loss:
    """``value(x, target, option)`` of a pair and its ``slope`` by x; ``option``: its name and what
    it is if not given.
    """

    name: str
    signature: str
    value: Two
    slope: Two
    formula: str
    derivative: str
    option: tuple[str, float] = ("", 0.0)


def _with_logits(x: Rounded, t: Rounded, option: float) -> Rounded:
    low = Rounded(np.maximum(-x.value, 0), x.error)
    return (f.ONE - t) * x + (low + log1p(exp(-f.absolute(x))))


def _entropy(x: Rounded, t: Rounded, option: float) -> Rounded:
    """Logarithms below −100 are taken as −100."""
    one, other = (_floored(log(p)) for p in (x, f.ONE - x))
    return (t - f.ONE) * other - t * one


def _floored(x: Rounded) -> Rounded:
    low = np.isnan(x.error) | (x.value < -100)
    return Rounded(np.maximum(x.value, -100), np.where(low, 0.0, x.error))


def _entropy_slope(x: Rounded, t: Rounded, option: float) -> Rounded:
    below = (f.ONE - x) * x
    return (x - t) / Rounded(np.maximum(below.value, 1e-12), below.error)


def _squared(x: Rounded, t: Rounded, option: float) -> Rounded:
    d = f.absolute(x - t)
    return f.either(d.value < option, f.HALF * d * d / constant(option or 1.0),
                    d - f.HALF * constant(option))  # fmt: skip


def _squared_slope(x: Rounded, t: Rounded, option: float) -> Rounded:
    d = x - t
    return f.either(np.abs(d.value) < option, d / constant(option or 1.0), exact(np.sign(d.value)))


def _huber(x: Rounded, t: Rounded, option: float) -> Rounded:
    d, delta = f.absolute(x - t), constant(option)
    return f.either(d.value <= option, f.HALF * d * d, delta * (d - f.HALF * delta))


def _huber_slope(x: Rounded, t: Rounded, option: float) -> Rounded:
    d = x - t
    return f.either(np.abs(d.value) <= option, d, exact(np.sign(d.value)) * constant(option))


_OLD = "size_average reduce reduction"
TABLE = [
    Loss("binary_cross_entropy_with_logits", f"input target weight {_OLD} pos_weight",
         _with_logits, lambda x, t, o: sigmoid(x) - t,
         "log(1 + exp(x)) − t ⋅ x", "(sigmoid(x) − t)"),
    Loss("binary_cross_entropy", f"input target weight {_OLD}", _entropy, _entropy_slope,
         "−t ⋅ log x − (1 − t) ⋅ log(1 − x)", "(x − t) / (x ⋅ (1 − x))"),
    Loss("l1_loss", f"input target {_OLD}", lambda x, t, o: f.absolute(x - t),
         lambda x, t, o: exact(np.sign((x - t).value)), "|x − t|", "sign(x − t)"),
    Loss("smooth_l1_loss", f"input target {_OLD} beta", _squared, _squared_slope,
         "(x − t)² / (2 ⋅ beta) where |x − t| < beta, else |x − t| − beta / 2",
         "(x − t) / beta, or sign(x − t)", ("beta", 1.0)),
    Loss("huber_loss", "input target reduction delta", _huber, _huber_slope,
         "(x − t)² / 2 where |x − t| ≤ delta, else delta ⋅ (|x − t| − delta / 2)",
         "(x − t), or delta ⋅ sign(x − t)", ("delta", 1.0)),
]  # fmt: skip


def _known(call: Call) -> str:
    """The reduction; ``NoArithmetic`` for weights, and for shapes that are stretched."""
    odd = [call.get(n) for n in ("weight", "pos_weight", "size_average", "reduce")]
    if any(o is not None for o in odd) or call.source().shape != call.source("target").shape:
        raise NoArithmetic(call.op)
    return str(call.get("reduction", "mean"))


def _rule(loss: Loss) -> Rule:
    def forward(call: Call, index: Index) -> Sum:
        reduction, x, t = _known(call), call.source(), call.source("target")
        count = math.prod(x.shape)
        every = grid(*(range(n) for n in x.shape))
        places = np.asarray([index], np.int64) if reduction == "none" else every
        a, b = read_each(x, places), read_each(t, places)
        with inside():
            made = loss.value(a.number, b.number, float(call.get(*loss.option)))
        made = rounded(rounded(made))
        if reduction == "mean":
            made = made / constant(float(count))
        each = {"none": "", "sum": "Σ "}.get(reduction, f"1/{count} ⋅ Σ ")
        total = Sum(f"{each}{loss.formula}", [Terms((a, b), made)])
        total.notes = [("pair", (x.name, t.name))]
        total.letters = "…" if reduction == "none" else ""
        return total

    def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
        if argument != "input":
            raise NoArithmetic(call.op)
        reduction, x, t = _known(call), call.source(), call.source("target")
        a, b = read(x, index), read(t, index)
        gradient = read(g, index if reduction == "none" else ())
        # with logits, it is several ops, each of which rounds to a 16-bit type
        with nullcontext() if loss.name.endswith("logits") else inside():
            made = loss.slope(a.number, b.number, float(call.get(*loss.option)))
            made = made * gradient.number
        over = ""
        if reduction == "mean":
            count = math.prod(x.shape)
            made, over = made / constant(float(count)), f" / {count}"
        made = rounded(rounded(made))
        right = f"{g.name} ⋅ {loss.derivative}{over}"
        return Sum(right, [Terms((gradient, a, b), made)], [("pair", (x.name, t.name))])

    return Rule(loss.name, loss.signature, forward, backward, whole_tensors)


RULES = [_rule(loss) for loss in TABLE]
