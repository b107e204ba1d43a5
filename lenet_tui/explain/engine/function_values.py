"""Functions of numbers with what rounding may do to them, as torch's kernels compute them, and
their slopes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from lenet_tui.explain.engine.terms import NoArithmetic, Source
from lenet_tui.explain.rounding import (
    LIBRARY,
    ROOT,
    Rounded,
    computing_in,
    constant,
    exact,
    exp,
    log1p,
    sigmoid,
    sqrt,
    tanh,
)

Options: TypeAlias = dict[str, Any]
"""The options of a function by name."""
ONE, HALF, TWO = exact(1.0), exact(0.5), exact(2.0)
ZERO = exact(0.0)


def of(function: Callable[[float], float], slope: float) -> Callable[[Rounded], Rounded]:
    """A function of a library that is good to a few units in the last place, and no steeper than a
    slope.
    """

    def made(x: Rounded) -> Rounded:
        value = np.vectorize(function, otypes=[np.float64])(x.value)
        p = computing_in()
        off = slope * x.error
        return Rounded(value, np.asarray(off + LIBRARY * p.step * np.abs(value) + p.tiny))

    return made


erf = of(math.erf, 2 / math.sqrt(math.pi))
sin = of(math.sin, 1.0)
cos = of(math.cos, 1.0)


def either(test: object, one: Rounded, other: Rounded) -> Rounded:
    chosen = np.asarray(test)
    return Rounded(
        np.where(chosen, one.value, other.value), np.where(chosen, one.error, other.error)
    )


def number(value: Any) -> Rounded:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NoArithmetic("")
    made = constant(float(value))
    return exact(made.value) if float(np.float32(value)) == value else made


# The activations, one by one

ROOT_HALF = math.sqrt(0.5)
NORMAL = 1 / math.sqrt(2 * math.pi)
BETA = math.sqrt(2 / math.pi)
KAPPA = 0.044715


def exactly(o: Options) -> bool:
    if o["approximate"] not in ("none", "tanh"):
        raise NoArithmetic("gelu")
    return bool(o["approximate"] == "none")


SERIES = 1.5e-7
"""What the series for erf leaves off by which torch's kernels of GELU compute in float32 on some
processors (Abramowitz and Stegun, 7.1.26); it is taken from 1, and off by the last place of 1."""


def _erf_of_gelu(x: Rounded) -> Rounded:
    made, p = erf(x * constant(ROOT_HALF)), computing_in()
    off = SERIES + LIBRARY * p.step if p.step > np.finfo(np.float64).eps else 0.0
    return Rounded(made.value, made.error + off)


def gelu(x: Rounded, o: Options) -> Rounded:
    if exactly(o):
        return x * HALF * (ONE + _erf_of_gelu(x))
    return HALF * x * (ONE + tanh(constant(BETA) * (x + constant(KAPPA) * (x * x * x))))


def gelu_slope(x: Rounded, o: Options) -> Rounded:
    if exactly(o):
        normal = exp(x * x * -HALF) * constant(NORMAL)
        return HALF * (ONE + _erf_of_gelu(x)) + x * normal
    t = tanh(constant(BETA) * (x + constant(KAPPA) * (x * x * x)))
    inner = constant(BETA) * (ONE + exact(3.0) * constant(KAPPA) * (x * x))
    return HALF * (ONE + t) + HALF * x * (ONE - t * t) * inner


def expm1(x: Rounded) -> Rounded:
    value = np.expm1(x.value)
    p = computing_in()
    off = np.exp(x.value + x.error) * x.error
    # torch may take exp(x) − 1, which is off by the last place of 1
    return Rounded(value, off + LIBRARY * p.step * (1.0 + np.abs(value)) + p.tiny)


def elu(alpha: Rounded, scale: Rounded, inner: Rounded, x: Rounded) -> Rounded:
    below = expm1(Rounded(np.minimum(x.value, 0), x.error) * inner) * alpha * scale
    return either(x.value > 0, x * scale if scale.value != 1 else x, below)


def elu_slope(alpha: Rounded, scale: Rounded, inner: Rounded, x: Rounded) -> Rounded:
    low = Rounded(np.minimum(x.value, 0), x.error)
    below = exp(low * inner) * alpha * scale * inner
    # from the output, torch takes (y + alpha): as much off as that is large
    below = Rounded(below.value, below.error + 4 * computing_in().step * np.abs(alpha.value * 2))
    return either(x.value > 0, scale if scale.value != 1 else ONE, below)


def selu(make: Callable[..., Rounded]) -> Callable[[Rounded, Options], Rounded]:
    """The constants are those of torch."""
    return lambda x, o: make(constant(1.6732632423543772), constant(1.0507009873554805), ONE, x)


def elu_of(make: Callable[..., Rounded]) -> Callable[[Rounded, Options], Rounded]:
    def made(x: Rounded, o: Options) -> Rounded:
        extra = (number(o.get("scale", 1.0)), number(o.get("input_scale", 1.0)))
        return make(number(o["alpha"]), *extra, x)

    return made


def celu_of(make: Callable[..., Rounded]) -> Callable[[Rounded, Options], Rounded]:
    def made(x: Rounded, o: Options) -> Rounded:
        alpha = number(o["alpha"])
        inner = ONE / alpha
        if make is elu_slope:  # torch has it in float32, in float64 too
            inner = Rounded(inner.value, inner.error + 2.0**-24 * np.abs(inner.value))
        return make(alpha, ONE, inner, x)

    return made


def between(x: Rounded, low: float, high: float) -> Rounded:
    surely = (x.value + x.error <= low) | (x.value - x.error >= high)
    return Rounded(np.clip(x.value, low, high), np.where(surely, 0.0, x.error))


SIXTH = Rounded(np.asarray(1 / 6), np.asarray(2.0**-24 / 6))
"""torch has it in float32, in float64 too."""


def hard_sigmoid(x: Rounded, o: Options) -> Rounded:
    return between(x + exact(3.0), 0, 6) / exact(6.0)


def hard_swish(x: Rounded, o: Options) -> Rounded:
    return x * between(x + exact(3.0), 0, 6) / exact(6.0)


def hard_swish_slope(x: Rounded, o: Options) -> Rounded:
    middle = x / exact(3.0) + HALF
    return either(x.value <= -3, ZERO, either(x.value >= 3, ONE, middle))


def bounds(o: Options) -> tuple[float, float]:
    low, high = o.get("min_val", o.get("min")), o.get("max_val", o.get("max"))
    if isinstance(low, Source) or isinstance(high, Source):
        raise NoArithmetic("clamp")
    ends = (-math.inf if low is None else float(low), math.inf if high is None else float(high))
    return ends


def clamp(x: Rounded, o: Options) -> Rounded:
    return exact(np.clip(x.value, *bounds(o)))


def clamp_slope(x: Rounded, o: Options) -> Rounded:
    low, high = bounds(o)
    return exact(((x.value >= low) & (x.value <= high)).astype(np.float64))


def hard_tanh_slope(x: Rounded, o: Options) -> Rounded:
    low, high = bounds(o)
    return exact(((x.value > low) & (x.value < high)).astype(np.float64))


def leaky(x: Rounded, o: Options) -> Rounded:
    return either(x.value > 0, x, x * number(o["negative_slope"]))


def leaky_slope(x: Rounded, o: Options) -> Rounded:
    return either(x.value > 0, ONE, number(o["negative_slope"]))


def silu_slope(x: Rounded, o: Options) -> Rounded:
    s = sigmoid(x)
    return s * (ONE + x * (ONE - s))


def softplus(x: Rounded) -> Rounded:
    top = Rounded(np.maximum(x.value, 0), x.error)
    return top + log1p(exp(-Rounded(np.abs(x.value), x.error)))


def mish(x: Rounded, o: Options) -> Rounded:
    return x * tanh(softplus(x))


def mish_slope(x: Rounded, o: Options) -> Rounded:
    t, s = tanh(softplus(x)), sigmoid(x)
    return t + x * s * (ONE - t * t)


def log_sigmoid(x: Rounded, o: Options) -> Rounded:
    return Rounded(np.minimum(x.value, 0), x.error) - log1p(exp(-Rounded(np.abs(x.value), x.error)))


def soft_sign(x: Rounded, o: Options) -> Rounded:
    return x / (ONE + absolute(x, o))


def soft_sign_slope(x: Rounded, o: Options) -> Rounded:
    over = ONE + absolute(x, o)
    return ONE / over - absolute(x, o) / (over * over)


def absolute(x: Rounded, o: Options | None = None) -> Rounded:
    return Rounded(np.abs(x.value), x.error)


def sign(x: Rounded, o: Options) -> Rounded:
    return exact(np.sign(x.value))


def reciprocal_root(x: Rounded, o: Options) -> Rounded:
    made = ONE / sqrt(x)
    return Rounded(made.value, made.error * ROOT)


def cube(x: Rounded) -> Rounded:
    y = reciprocal_root(x, {})
    return -HALF * y * y * y
