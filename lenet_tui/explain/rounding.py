"""Numbers with what float32 rounding may have done to them on the way.

Running error analysis: every operation adds to what its operands were off already at most one
rounding, ``u`` times the result's size (Higham, *Accuracy and Stability of Numerical Algorithms*,
2nd ed., section 3.3). The values themselves are computed in float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

U = 2.0**-24
"""The unit roundoff of float32."""
TINY = 2.0**-126
"""What underflow may cost: processors may take anything smaller as zero."""
LARGEST = float(np.finfo(np.float32).max)
LIBRARY = 8.0
"""``exp``, ``log`` and the like are good to 4 units in the last place, on every device."""

ROOT = 2.0
"""torch's vectorised square root is not always the nearest number (measured: 1.015 ``U`` off)."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """``value``: in float64. ``error``: how far float32 may be from it, at most."""

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
    """How far the float32 sum of numbers, each off by up to its error, is from the true one.

    Whatever the order of the n − 1 additions, they cost at most γ Σ|x|, γ = k⋅u / (1 − k⋅u) for
    k = n − 1 (Higham, section 4.2, inequality 4.4; for products, 3.1).
    """
    count = values.shape[axis] if axis is not None else values.size
    steps = max(count - 1, 0)
    size = (np.abs(values) + errors).sum(axis, keepdims=keepdims)
    total = errors.sum(axis, keepdims=keepdims) + steps * U / (1 - steps * U) * size
    return np.asarray(total)


def exact(values: npt.ArrayLike) -> Rounded:
    """Numbers that float32 holds as they are, as every number on the tape."""
    array = np.asarray(values, np.float64)
    return Rounded(array, np.zeros_like(array))


def constant(value: float) -> Rounded:
    """A number of the program, such as ``lr``: float32 rounds it before it is used."""
    array = np.asarray(value, np.float64)
    return Rounded(array, U * np.abs(array))


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
    return _rounded(np.tanh(x.value), x.error, LIBRARY)


def sigmoid(x: Rounded) -> Rounded:
    return exact(1.0) / (exact(1.0) + exp(-x))


def _relative(x: Rounded) -> F64:
    """How much the logarithm of ``x`` may be off."""
    share = np.minimum(x.error / np.abs(x.value), 1.0)
    return np.asarray(-np.log1p(-share))


def _rounded(value: F64, error: F64, roundings: float = 1.0) -> Rounded:
    value, error = np.asarray(value), np.asarray(error)
    return Rounded(value, np.asarray(error + roundings * (U * (np.abs(value) + error) + TINY)))
