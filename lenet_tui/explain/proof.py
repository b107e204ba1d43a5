"""How far torch's number is from the sum of its terms, and how far rounding may have taken it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.rounding import FLOAT32, Precision, Rounded, computing, sum_error


@dataclass(frozen=True, slots=True)
class Proof:
    """``sum``: of the terms, in float64. ``ulp``, ``bound``: see ``prove``."""

    sum: float
    ulp: float
    bound: float
    checked: bool


def unit(value: float, precision: Precision = FLOAT32) -> float:
    """The unit in the last place of a type at ``value``: the gap between its neighbours.

    For 0 and subnormal numbers it is the smallest subnormal, for float32 2⁻¹⁴⁹.
    """
    if not math.isfinite(value):
        return math.inf
    exponent = max(math.frexp(value)[1] - 1, precision.least)
    return float(2.0 ** (exponent - precision.digits + 1)) if value else precision.smallest


def prove(
    terms: Sequence[Rounded],
    value: float,
    error: float | None = None,
    precision: Precision = FLOAT32,
    extra: float = 0.0,
) -> Proof:
    """Add up all ``terms`` in float64 and compare with torch's ``value``.

    ``error``: how far torch may be off, where it is more than the errors of the terms; ``extra``:
    how much more than that.
    ``precision``: the coarsest type that it computed with.

    ``ulp``: |value − sum| in units in the last place of that type, taken at the larger of the two,
    so that a sum that cancels to nothing on one side only is not measured in subnormals.
    ``bound``: what rounding allows: each term's own error and γ Σ|terms| for adding them in any
    order (see ``rounding``), in the same units. Where terms cancel, the unit is small against
    them, and both numbers grow alike. ``checked``: ``ulp`` is within ``bound``; a NaN or an
    infinity must come out as the same. Where the terms exceed its range, torch may overflow.
    """
    values = np.concatenate([np.zeros(0), *(t.value.reshape(-1) for t in terms)])
    errors = np.concatenate([np.zeros(0), *(t.error.reshape(-1) for t in terms)])
    if not np.isfinite(values).all():
        total = float(values.sum())
        alike = total == value or (math.isnan(total) and math.isnan(value))
        off = 0.0 if alike else math.inf
        return Proof(total, off, 0.0, alike)
    total = math.fsum(values.tolist())
    with computing(precision):
        error = float(sum_error(values, errors)) if error is None else error
    error += extra
    if len(terms) > 1:  # each kind of terms is added up and rounded, and then all of them
        kinds = (abs(math.fsum(t.value.reshape(-1).tolist())) for t in terms)
        error += 2 * precision.own * sum(kinds)
    if not math.isfinite(value):
        overflow = float(np.abs(values).sum()) + error > precision.largest
        return Proof(total, math.inf, math.inf if overflow else 0.0, overflow)
    last = unit(max(abs(value), abs(total)), precision)
    ulp, bound = abs(value - total) / last, error / last
    return Proof(total, ulp, bound, ulp <= bound)
