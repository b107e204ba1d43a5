"""Quotients, powers and choices of two tensors, number by number, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.engine.op_rule import Call, Rule, element_wise
from lenet_tui.explain.engine.terms import (
    Gradient,
    Index,
    Indices,
    NoArithmetic,
    Operands,
    Source,
    Sum,
    Terms,
    read_broadcast,
    read_each,
)
from lenet_tui.explain.rounding import (
    LIBRARY,
    Rounded,
    computing_in,
    constant,
    exact,
    inside,
    rounded,
)
from lenet_tui.tape.engine.entries import same

Numbers = tuple[Rounded, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """A function of the numbers of some arguments. ``slopes``: by each, or ``None``."""

    arguments: tuple[str, ...]
    value: Callable[..., Rounded]
    slopes: tuple[Callable[..., Rounded] | None, ...]
    formula: str
    derivatives: tuple[str, ...]
    factor: str = ""
    """The argument that multiplies: ``value`` of ``addcmul``."""


def _numbers(
    call: Call, each: Each, places: Indices
) -> tuple[list[Operands | None], Numbers, list[str]]:
    """The operands at places of the output, their numbers, and what formulas call them."""
    operands: list[Operands | None] = []
    numbers: list[Rounded] = []
    names: list[str] = []
    for name in (*each.arguments, *((each.factor,) if each.factor else ())):
        value = call.get(name, 1 if name == each.factor else None)
        if isinstance(value, Source):
            if not value.known and same(value.tensor, call.entry.tensor):
                raise NoArithmetic(call.op)  # overwritten in place: what it was is gone
            operand = read_broadcast(value, places)
            operands.append(operand)
            numbers.append(operand.number)
            names.append(f"{value.name}[…]")
        elif isinstance(value, (int, float)):
            operands.append(None)
            made, kind = constant(float(value)), computing_in()
            if float(kind.nearest(value)) == value:
                made = exact(made.value)
            elif name == "exponent":  # it is rounded to a 16-bit type
                made = rounded(made)
            numbers.append(Rounded(*(np.full(len(places), v) for v in (made.value, made.error))))
            names.append(f"{value:g}")
        else:
            raise NoArithmetic(call.op)
    return operands, tuple(numbers), names


def _rule(names: str, signature: str, each: Each) -> Rule:
    def forward(call: Call, index: Index) -> Sum:
        _plain(call)
        operands, numbers, shown = _numbers(call, each, np.asarray([index], np.int64))
        with inside():
            made = each.value(*numbers)
        if "pow" in names:  # x³ is x ⋅ x ⋅ x, each rounded to a 16-bit type
            made = rounded(made)
        terms = Terms(tuple(o for o in operands if o is not None), made)
        return Sum(each.formula.format(*shown), [terms])

    def backward(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
        _plain(call)
        number = each.arguments.index(argument) if argument in each.arguments else -1
        slope = each.slopes[number] if number >= 0 else None
        if slope is None:
            raise NoArithmetic(call.op)
        places = element_wise(call, argument).readers(index)
        operands, numbers, shown = _numbers(call, each, places)
        gradient = read_each(g, places)
        with inside():
            made = gradient.number * slope(*numbers)
        # several ops: each may round to a 16-bit type, by itself
        made = rounded(rounded(rounded(made)))
        terms = Terms((gradient, *(o for o in operands if o is not None)), made)
        return Sum(f"{g.name}[…] ⋅ {each.derivatives[number].format(*shown)}", [terms])

    return Rule(names, signature, forward, backward)


def _plain(call: Call) -> None:
    """``NoArithmetic`` where a quotient is rounded to a whole number."""
    if call.get("rounding_mode") is not None:
        raise NoArithmetic(call.op)


def _power(x: Rounded, y: Rounded) -> Rounded:
    """X to the y, for an exponent that is known exactly or nearly so."""
    value = np.power(x.value, y.value)
    by_base = np.abs(y.value * np.power(x.value, y.value - 1)) * x.error
    by_exponent = np.abs(value * np.log(np.maximum(np.abs(x.value), 1e-300))) * y.error
    p = computing_in()
    own = LIBRARY * p.step * np.abs(value) + p.tiny
    return Rounded(value, np.asarray(by_base + by_exponent + own))


def _chosen(compare: Callable[..., object], mine: int) -> Callable[..., Rounded]:
    """The slope of a maximum: all for the one that it is, a half where both are equal."""

    def slope(a: Rounded, b: Rounded) -> Rounded:
        own, other = (a, b) if mine == 0 else (b, a)
        won = np.asarray(compare(own.value, other.value), np.float64)
        return exact(np.where(own.value == other.value, 0.5, won))

    return slope


def _same(values: Rounded) -> Rounded:
    return exact(np.ones_like(values.value))


def _lerp(a: Rounded, b: Rounded, w: Rounded) -> Rounded:
    return a + w * (b - a)


_QUOTIENT = Each(
    ("input", "other"),
    lambda a, b: a / b,
    (lambda a, b: exact(1.0) / b, lambda a, b: -((a / b) / b)),
    "{0} / {1}",
    ("1 / {1}", "(−{0} / {1}²)"),
)
_REVERSED = Each(
    ("input", "other"),
    lambda a, b: b / a,
    (lambda a, b: -((b / a) / a), lambda a, b: exact(1.0) / a),
    "{1} / {0}",
    ("(−{1} / {0}²)", "1 / {0}"),
)
_POWER = Each(
    ("input", "exponent"),
    _power,
    (lambda a, b: b * _power(a, b - exact(1.0)), None),
    "{0}^{1}",
    ("{1} ⋅ {0}^({1} − 1)", ""),
)
_LARGER = Each(
    ("input", "other"),
    lambda a, b: Rounded(np.maximum(a.value, b.value), np.zeros_like(a.value)),
    (_chosen(np.greater, 0), _chosen(np.greater, 1)),
    "max({0}, {1})",
    (
        "(1 where {0} > {1}, 0.5 where equal, else 0)",
        "(1 where {1} > {0}, 0.5 where equal, else 0)",
    ),
)
_SMALLER = Each(
    ("input", "other"),
    lambda a, b: Rounded(np.minimum(a.value, b.value), np.zeros_like(a.value)),
    (_chosen(np.less, 0), _chosen(np.less, 1)),
    "min({0}, {1})",
    (
        "(1 where {0} < {1}, 0.5 where equal, else 0)",
        "(1 where {1} < {0}, 0.5 where equal, else 0)",
    ),
)
_PRODUCT_ADDED = Each(
    ("input", "tensor1", "tensor2"),
    lambda a, b, c, v: a + v * b * c,
    (lambda a, *_: _same(a), lambda a, b, c, v: v * c, lambda a, b, c, v: v * b),
    "{0} + {3} ⋅ {1} ⋅ {2}",
    ("1", "{3} ⋅ {2}", "{3} ⋅ {1}"),
    "value",
)
_QUOTIENT_ADDED = Each(
    ("input", "tensor1", "tensor2"),
    lambda a, b, c, v: a + v * (b / c),
    (lambda a, *_: _same(a), lambda a, b, c, v: v / c, lambda a, b, c, v: -(v * b / (c * c))),
    "{0} + {3} ⋅ {1} / {2}",
    ("1", "{3} / {2}", "(−{3} ⋅ {1} / {2}²)"),
    "value",
)
_BETWEEN = Each(
    ("input", "end", "weight"),
    _lerp,
    (lambda a, b, w: exact(1.0) - w, lambda a, b, w: w, lambda a, b, w: b - a),
    "{0} + {2} ⋅ ({1} − {0})",
    ("(1 − {2})", "{2}", "({1} − {0})"),
)
RULES = [
    _rule("div divide", "input other rounding_mode", _QUOTIENT),
    _rule("true_divide idiv itruediv truediv", "input other", _QUOTIENT),
    _rule("rdiv rtruediv", "input other", _REVERSED),
    _rule("pow ipow", "input exponent", _POWER),
    _rule("maximum", "input other", _LARGER),
    _rule("minimum", "input other", _SMALLER),
    _rule("addcmul", "input tensor1 tensor2 value", _PRODUCT_ADDED),
    _rule("addcdiv", "input tensor1 tensor2 value", _QUOTIENT_ADDED),
    _rule("lerp", "input end weight", _BETWEEN),
]
