"""How far torch's number is from the sum of its terms, and how far rounding may have taken it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.engine.rounding import LARGEST, sum_error
from lenet_tui.explain.engine.terms import Sum


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


def prove(made: Sum, value: float) -> Proof:
    """Add up the terms of ``made`` in float64 and compare with torch's ``value``.

    ``ulp``: |value − sum| in units in the last place of float32, taken at the larger of the two,
    so that a sum that cancels to nothing on one side only is not measured in subnormals.
    ``bound``: what rounding allows: each term's own error and γ Σ|terms| for adding them in any
    order (see ``rounding``), in the same units. Where terms cancel, the unit is small against
    them, and both numbers grow alike. ``checked``: ``ulp`` is within ``bound``; a NaN or an
    infinity must come out as the same. Where the terms exceed float32's range, torch may overflow.
    """
    results = [terms.result for terms in made.terms]
    values = np.concatenate([r.value.reshape(-1) for r in results]) if results else np.zeros(0)
    errors = np.concatenate([r.error.reshape(-1) for r in results]) if results else np.zeros(0)
    if not np.isfinite(values).all():
        total = float(values.sum())
        alike = total == value or (math.isnan(total) and math.isnan(value))
        off = 0.0 if alike else math.inf
        return Proof(total, off, 0.0, alike)
    total = math.fsum(values.tolist())
    error = made.error if made.error is not None else float(sum_error(values, errors))
    if not math.isfinite(value):
        overflow = float(np.abs(values).sum()) + error > LARGEST
        return Proof(total, math.inf, math.inf if overflow else 0.0, overflow)
    last = unit(max(abs(value), abs(total)))
    ulp, bound = abs(value - total) / last, error / last
    return Proof(total, ulp, bound, ulp <= bound)
