"""Functions of each number by itself: activations, roots, powers, exponentials.

Each row of ``TABLE`` has the function as torch's kernel computes it, its slope, and both as
formulas; x stands for the input, y for the output.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lenet_tui.explain.engine import function_values as f
from lenet_tui.explain.engine.function_values import Options
from lenet_tui.explain.engine.op_rule import Call, Rule
from lenet_tui.explain.engine.terms import (
    Gradient,
    Index,
    Sum,
    Terms,
    read,
)
from lenet_tui.explain.rounding import (
    Rounded,
    computing_in,
    constant,
    exp,
    inside,
    log,
    rounded,
    sigmoid,
    sqrt,
)


@dataclass(frozen=True, slots=True)
class Function:
    """``value(x, options)``, ``slope(x, options)``; ``defaults``: the options, in their order."""

    names: str
    value: Callable[[Rounded, Options], Rounded]
    slope: Callable[[Rounded, Options], Rounded]
    formula: str
    derivative: str
    defaults: dict[str, Any] = field(default_factory=dict)


TABLE = [
    Function("gelu", f.gelu, f.gelu_slope, "x ⋅ Φ(x)", "(Φ(x) + x ⋅ φ(x))",
             {"approximate": "none"}),
    Function("silu", lambda x, o: x / (f.ONE + exp(-x)), f.silu_slope, "x ⋅ sigmoid(x)",
             "sigmoid(x) ⋅ (1 + x ⋅ (1 − sigmoid(x)))", {"inplace": False}),
    Function("leaky_relu", f.leaky, f.leaky_slope, "x where x > 0, else {negative_slope:g} ⋅ x",
             "(1 where x > 0, else {negative_slope:g})",
             {"negative_slope": 0.01, "inplace": False}),
    Function("elu", f.elu_of(f.elu), f.elu_of(f.elu_slope),
             "x where x > 0, else {alpha:g} ⋅ (exp(x) − 1)",
             "(1 where x > 0, else {alpha:g} ⋅ exp(x))", {"alpha": 1.0, "inplace": False}),
    Function("celu", f.celu_of(f.elu), f.celu_of(f.elu_slope),
             "x where x > 0, else {alpha:g} ⋅ (exp(x / {alpha:g}) − 1)",
             "(1 where x > 0, else exp(x / {alpha:g}))", {"alpha": 1.0, "inplace": False}),
    Function("selu", f.selu(f.elu), f.selu(f.elu_slope),
             "1.0507 ⋅ (x where x > 0, else 1.67326 ⋅ (exp(x) − 1))",
             "1.0507 ⋅ (1 where x > 0, else 1.67326 ⋅ exp(x))", {"inplace": False}),
    Function("hardswish", f.hard_swish, f.hard_swish_slope, "x ⋅ min(max(0, x + 3), 6) / 6",
             "(0 where x ≤ −3, 1 where x ≥ 3, else x / 3 + 0.5)", {"inplace": False}),
    Function("hardsigmoid", f.hard_sigmoid,
             lambda x, o: f.either(np.abs(x.value) < 3, f.SIXTH, f.ZERO),
             "min(max(0, x + 3), 6) / 6", "(1/6 where −3 < x < 3, else 0)", {"inplace": False}),
    Function("hardtanh", f.clamp, f.hard_tanh_slope, "min(max({min_val:g}, x), {max_val:g})",
             "(1 where {min_val:g} < x < {max_val:g}, else 0)",
             {"min_val": -1.0, "max_val": 1.0, "inplace": False}),
    Function("relu6", lambda x, o: f.clamp(x, {"min": 0, "max": 6}),
             lambda x, o: f.hard_tanh_slope(x, {"min": 0, "max": 6}), "min(max(0, x), 6)",
             "(1 where 0 < x < 6, else 0)", {"inplace": False}),
    Function("clamp clip", f.clamp, f.clamp_slope, "x within {min} … {max}",
             "(1 where x is within {min} … {max}, else 0)", {"min": None, "max": None}),
    Function("mish", f.mish, f.mish_slope, "x ⋅ tanh(log(1 + exp(x)))",
             "(t + x ⋅ sigmoid(x) ⋅ (1 − t²)), t = tanh(log(1 + exp(x)))", {"inplace": False}),
    Function("softsign", f.soft_sign, f.soft_sign_slope, "x / (1 + |x|)", "1 / (1 + |x|)²"),
    Function("logsigmoid log_sigmoid", f.log_sigmoid, lambda x, o: sigmoid(-x),
             "log sigmoid(x)", "sigmoid(−x)"),
    Function("neg", lambda x, o: -x, lambda x, o: -f.ONE, "−x", "(−1)"),
    Function("abs absolute", f.absolute, f.sign, "|x|", "sign(x)"),
    Function("square", lambda x, o: x * x, lambda x, o: f.TWO * x, "x²", "2 ⋅ x"),
    Function("sqrt", lambda x, o: sqrt(x), lambda x, o: f.ONE / (f.TWO * sqrt(x)), "√x",
             "1 / (2 ⋅ √x)"),
    Function("rsqrt", f.reciprocal_root, lambda x, o: f.cube(x), "1 / √x", "(−0.5 / √x³)"),
    Function("reciprocal", lambda x, o: f.ONE / x, lambda x, o: -(f.ONE / x * (f.ONE / x)),
             "1 / x", "(−1 / x²)"),
    Function("exp", lambda x, o: exp(x), lambda x, o: exp(x), "exp(x)", "exp(x)"),
    Function("expm1", lambda x, o: f.expm1(x), lambda x, o: f.expm1(x) + f.ONE, "exp(x) − 1",
             "exp(x)"),
    Function("log", lambda x, o: log(x), lambda x, o: f.ONE / x, "log x", "1 / x"),
    Function("log1p", lambda x, o: log(f.ONE + x), lambda x, o: f.ONE / (f.ONE + x), "log(1 + x)",
             "1 / (1 + x)"),
    Function("log2", lambda x, o: log(x) / constant(math.log(2)),
             lambda x, o: f.ONE / (x * constant(math.log(2))), "log2(x)", "1 / (x ⋅ log 2)"),
    Function("sin", lambda x, o: f.sin(x), lambda x, o: f.cos(x), "sin x", "cos x"),
    Function("cos", lambda x, o: f.cos(x), lambda x, o: -f.sin(x), "cos x", "(−sin x)"),
    Function("erf", lambda x, o: f.erf(x),
             lambda x, o: constant(2 / math.sqrt(math.pi)) * exp(-(x * x)), "erf x",
             "2/√π ⋅ exp(−x²)"),
]  # fmt: skip


def _options(call: Call, function: Function) -> Options:
    """Limits are rounded to the type of the numbers before anything is compared with them."""
    given = {name: call.get(name, default) for name, default in function.defaults.items()}
    kept = computing_in().nearest
    limits = {k: v for k, v in given.items() if k in _LIMITS and isinstance(v, (int, float))}
    return given | {k: float(kept(v)) for k, v in limits.items()}


def _written(formula: str, x: str, options: Options) -> str:
    """A formula with the options in it and ``x`` as the tensor is called."""
    shown = {k: "…" if v is None else v for k, v in options.items()}
    filled = formula.format(**shown)
    letters = [f"{x}[…]" if c == "x" and not _inside_word(filled, n) else c
               for n, c in enumerate(filled)]  # fmt: skip
    return "".join(letters)


def _inside_word(text: str, at: int) -> bool:
    around = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
    return any(c.isascii() and c.isalpha() for c in around)


def _inside(call: Call) -> AbstractContextManager[None]:
    return nullcontext() if call.op in _COMPOSED else inside()


def _rule(function: Function) -> Rule:
    def forward(call: Call, index: Index) -> Sum:
        x, options = read(call.source(), index), _options(call, function)
        with _inside(call):
            made = function.value(x.number, options)
        return Sum(_written(function.formula, x.tensor, options), [Terms((x,), made)])

    def backward(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
        x, options = read(call.source(), index), _options(call, function)
        gradient = read(g, index)
        with _inside(call):
            slope = function.slope(x.number, options)
            made = gradient.number * slope
        if _SEVERAL & set(function.names.split()):
            made = rounded(rounded(rounded(rounded(made))))
        right = f"{g.name}[…] ⋅ {_written(function.derivative, x.tensor, options)}"
        return Sum(right, [Terms((gradient, x), made)])

    return Rule(function.names, " ".join(["input", *function.defaults]), forward, backward)


_LIMITS = ("min", "max", "min_val", "max_val")
_COMPOSED = {"softsign"}
"""Each of the ops that these are made of rounds to a 16-bit type."""
_SEVERAL = {"square", "sqrt", "rsqrt", "reciprocal", "exp", "log", "log1p", "log2", "sin", "cos",
            "erf", "expm1", "softsign", "selu"}  # fmt: skip
"""The gradients of these are several ops, each of which rounds to a 16-bit type by itself."""
RULES = [_rule(function) for function in TABLE]
