"""Numbers with what rounding may have done to them on the way.

Running error analysis: every operation adds to what its operands were off already at most one
rounding, ``u`` times the result's size (Higham, *Accuracy and Stability of Numerical Algorithms*,
2nd ed., section 3.3). The values themselves are computed in float64.

Which type of numbers torch computed with is set by ``computing``; at first it is float32. For the
16-bit types torch computes in float32 inside of an op and rounds what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import reduce
from operator import mul

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Precision:
    """A type of floating-point numbers: ``digits`` bits, the smallest normal one 2 to ``least``.

    ``step``: what one operation inside of an op may cost, as a share of its result (for float64
    our own rounding too); ``tiny``: what underflow may, as processors may take what is smaller as
    zero. ``own``: what rounding the result to a 16-bit type costs besides, and ``under`` what that
    does below its smallest number.
    """

    name: str
    digits: int
    least: int
    step: float = 2.0**-24
    tiny: float = 2.0**-126
    own: float = 0.0
    under: float = field(init=False)
    smallest: float = field(init=False)
    largest: float = field(init=False)

    def __post_init__(self) -> None:
        largest = (2.0 - 2.0 ** (1 - self.digits)) * 2.0 ** (1 - self.least)
        smallest = 2.0 ** (self.least - self.digits + 1)
        object.__setattr__(self, "smallest", smallest)
        object.__setattr__(self, "under", smallest / 2 if self.own else 0.0)
        object.__setattr__(self, "largest", largest)

    def nearest(self, values: npt.ArrayLike) -> F64:
        """Numbers rounded to this type, to even where two are as near."""
        array = np.asarray(values, np.float64)
        if self.digits == 53:
            return array
        _, exponent = np.frexp(array)
        low = self.least - self.digits + 1
        quantum = np.ldexp(1.0, np.maximum(exponent - self.digits, low))
        rounded = np.rint(array / quantum) * quantum
        over = np.abs(rounded) > self.largest
        return np.asarray(np.where(over, np.copysign(np.inf, rounded), rounded))


FLOAT32 = Precision("float32", 24, -126)
PRECISIONS = {
    p.name: p
    for p in (
        FLOAT32,
        Precision("float64", 53, -1022, 2.0**-52, 2.0**-1022),
        Precision("float16", 11, -14, own=2.0**-11),
        Precision("bfloat16", 8, -126, own=2.0**-8),
    )
}
"""By torch's name of the type."""
_COMPUTING: ContextVar[Precision] = ContextVar("computing", default=FLOAT32)


def computing_in() -> Precision:
    """The type of numbers that torch computed with."""
    return _COMPUTING.get()


@contextmanager
def computing(precision: Precision) -> Iterator[None]:
    """Take it for a while that torch computed with a type of numbers."""
    token = _COMPUTING.set(precision)
    try:
        yield
    finally:
        _COMPUTING.reset(token)


def coarsest(*precisions: Precision) -> Precision:
    """That with the fewest bits."""
    return min(precisions, key=lambda p: p.digits)


LIBRARY = 8.0
"""``exp``, ``log`` and the like are good to 4 units in the last place, on every device."""

ROOT = 2.0
"""torch's vectorised square root is not always the nearest number (measured: 1.015 units off)."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """``value``: in float64. ``error``: how far torch may be from it, at most."""

    value: F64
    error: F64

    def __add__(self, other: Rounded) -> Rounded:
        return _rounded(self.value + other.value, self.error + other.error)

    def __sub__(self, other: Rounded) -> Rounded:
        return _rounded(self.value - other.value, self.error + other.error)

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, self.error)

    def __mul__(self, other: Rounded) -> Rounded:
        a, b = np.abs(self.value), np.abs(other.value)
        error = a * other.error + b * self.error + self.error * other.error
        return _rounded(self.value * other.value, error)

    def __truediv__(self, other: Rounded) -> Rounded:
        value = self.value / other.value
        least = np.abs(other.value) - other.error
        room = np.where(least > 0, least, 0.0)
        return _rounded(value, (self.error + np.abs(value) * other.error) / room)

    def __getitem__(self, at: int | slice | tuple[int | slice | None, ...]) -> Rounded:
        return Rounded(np.asarray(self.value[at]), np.asarray(self.error[at]))

    def sum(self, axis: int | None = None, keepdims: bool = False) -> Rounded:
        """The sum in any order; see ``sum_error``."""
        error = sum_error(self.value, self.error, axis, keepdims)
        return Rounded(np.asarray(self.value.sum(axis, keepdims=keepdims)), error)


def sum_error(values: F64, errors: F64, axis: int | None = None, keepdims: bool = False) -> F64:
    """How far torch's sum of numbers, each off by up to its error, is from the true one.

    Whatever the order of the n − 1 additions, they cost at most γ Σ|x|, γ = k⋅u / (1 − k⋅u) for
    k = n − 1 (Higham, section 4.2, inequality 4.4; for products, 3.1). A 16-bit sum is rounded.
    """
    count = values.shape[axis] if axis is not None else values.size
    steps = max(count - 1, 0)
    size = (np.abs(values) + errors).sum(axis, keepdims=keepdims)
    given = errors.sum(axis, keepdims=keepdims)
    precision = computing_in()
    step, own = precision.step, precision.own
    total = given + steps * step / (1 - steps * step) * size
    if own:
        made = np.abs(values.sum(axis, keepdims=keepdims))
        rounded = (given > 0) | (steps > 0)
        total = total + np.where(rounded, own * (made + total) + precision.under, 0.0)
    return np.asarray(total)


def exact(values: npt.ArrayLike) -> Rounded:
    """Numbers that torch holds as they are, as every number on the tape."""
    array = np.asarray(values, np.float64)
    return Rounded(array, np.zeros_like(array))


def constant(value: float) -> Rounded:
    """A number of the program, such as ``lr``: it is rounded before it is used."""
    array = np.asarray(value, np.float64)
    return Rounded(array, computing_in().step * np.abs(array))


def exp(x: Rounded) -> Rounded:
    value = np.exp(x.value)
    return _rounded(value, value * np.expm1(x.error), LIBRARY)


def log(x: Rounded) -> Rounded:
    return _rounded(np.log(x.value), _relative(x), LIBRARY)


def log1p(x: Rounded) -> Rounded:
    """log(1 + x) of numbers that are not negative."""
    return _rounded(np.log1p(x.value), x.error / (1.0 + np.maximum(x.value - x.error, 0)), LIBRARY)


def sqrt(x: Rounded) -> Rounded:
    value = np.sqrt(x.value)
    low = np.sqrt(np.maximum(x.value - x.error, 0.0))
    off = np.maximum(value - low, np.sqrt(x.value + x.error) - value)
    return _rounded(value, off, ROOT)


def tanh(x: Rounded) -> Rounded:
    """As steep at most as where the numbers within the error are nearest to 0."""
    steepest = 1.0 - np.tanh(np.maximum(np.abs(x.value) - x.error, 0.0)) ** 2
    return _rounded(np.tanh(x.value), x.error * np.minimum(steepest + 1e-12, 1.0), LIBRARY)


def sigmoid(x: Rounded) -> Rounded:
    return exact(1.0) / (exact(1.0) + exp(-x))


def _relative(x: Rounded) -> F64:
    """How much the logarithm of ``x`` may be off."""
    share = np.minimum(x.error / np.abs(x.value), 1.0)
    return np.asarray(-np.log1p(-share))


def _rounded(value: F64, error: F64, roundings: float = 1.0) -> Rounded:
    value, error = np.asarray(value), np.asarray(error)
    p, size = computing_in(), np.abs(value) + error
    share = roundings * p.step + p.own
    return Rounded(value, np.asarray(error + share * size + roundings * p.tiny + p.under))


@contextmanager
def inside() -> Iterator[None]:
    """Take it for a while that what is computed is inside of an op: it is not rounded to a 16-bit
    type by itself.
    """
    p = computing_in()
    with computing(FLOAT32 if p.own else p):
        yield


def rounded(x: Rounded) -> Rounded:
    """A number that an op has made, and rounded to a 16-bit type if it is of one."""
    p = computing_in()
    if not p.own:
        return x
    return Rounded(x.value, x.error + p.own * (np.abs(x.value) + x.error) + p.under)


def multiplied_inside(*numbers: Rounded) -> Rounded:
    """A product that an op adds up with others."""
    with inside():
        return reduce(mul, numbers)
