"""How far torch's number is from the sum of its terms, and how far rounding may have taken it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.rounding import LARGEST, Rounded, sum_error


@dataclass(frozen=True, slots=True)
class Proof:
    """``sum``: of the terms, in float64. ``ulp``, ``bound``: see ``prove``."""

    sum: float
    ulp: float
    bound: float
    checked: bool


def unit(value: float) -> float:
    """The unit in the last place of float32 at ``value``: the gap between its neighbours.

    For 0 and subnormal numbers it is the smallest subnormal, 2⁻¹⁴⁹.
    """
    if not math.isfinite(value):
        return math.inf
    return float(2.0 ** (max(math.frexp(value)[1] - 1, -126) - 23)) if value else 2.0**-149


def prove(terms: Sequence[Rounded], value: float, error: float | None = None) -> Proof:
    """Add up all ``terms`` in float64 and compare with torch's ``value``.

    ``error``: how far float32 may be off, where it is more than the errors of the terms.

    ``ulp``: |value − sum| in units in the last place of float32, taken at the larger of the two,
    so that a sum that cancels to nothing on one side only is not measured in subnormals.
    ``bound``: what rounding allows: each term's own error and γ Σ|terms| for adding them in any
    order (see ``rounding``), in the same units. Where terms cancel, the unit is small against
    them, and both numbers grow alike. ``checked``: ``ulp`` is within ``bound``; a NaN or an
    infinity must come out as the same. Where the terms exceed float32's range, torch may overflow.
    """
    values = np.concatenate([np.zeros(0), *(t.value.reshape(-1) for t in terms)])
    errors = np.concatenate([np.zeros(0), *(t.error.reshape(-1) for t in terms)])
    if not np.isfinite(values).all():
        total = float(values.sum())
        alike = total == value or (math.isnan(total) and math.isnan(value))
        off = 0.0 if alike else math.inf
        return Proof(total, off, 0.0, alike)
    total = math.fsum(values.tolist())
    error = float(sum_error(values, errors)) if error is None else error
    if not math.isfinite(value):
        overflow = float(np.abs(values).sum()) + error > LARGEST
        return Proof(total, math.inf, math.inf if overflow else 0.0, overflow)
    last = unit(max(abs(value), abs(total)))
    ulp, bound = abs(value - total) / last, error / last
    return Proof(total, ulp, bound, ulp <= bound)
