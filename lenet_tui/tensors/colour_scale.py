"""From numbers to levels: the scale that colours mean, and how long it is held."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from lenet_tui.protocol.views import MINUS_INF, NAN, PLUS_INF, TOP, ZERO, Scale, Summary

HEADROOM = 1.05
"""A new scale leaves this much room, so that the next step's data still fit."""
SHRINK = 8
"""A scale is given up when the data fill less than one part in so many of it."""
_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def fit_scale(summary: Summary, held: Scale | None, signed: bool | None = None) -> Scale:
    """The scale for data with this ``summary``: ``held`` if they fit it well, else a new one.

    ``signed``: as given; by default if a number is negative, or if the held scale was.
    """
    if signed is None:
        signed = summary.low < 0 or (held is not None and held.signed)
    top = max(abs(summary.low), abs(summary.high))
    fits = held is not None and (held.limit / SHRINK <= top <= held.limit or top == 0)
    if held is not None and held.signed == signed and fits:
        return held
    return Scale(round_up(top * HEADROOM) if top else 1.0, signed)


def round_up(value: float) -> float:
    """The next round number (1, 1.2, 1.5, 2, … times a power of ten) from ``value`` > 0 up."""
    exponent = math.floor(math.log10(value)) if math.isfinite(value) else 308
    for step in _STEPS:
        rounded = float(f"{step}e{exponent}")
        if rounded >= value and math.isfinite(rounded):
            return rounded
    return float(np.finfo(np.float64).max)


def as_levels(values: npt.NDArray[np.float64], scale: Scale) -> npt.NDArray[np.uint8]:
    """Levels 0 to 250 of ``values`` on ``scale``; NaN and ±inf have codes of their own."""
    zero = ZERO if scale.signed else 0
    with np.errstate(all="ignore"):
        levels = np.rint(values / scale.limit * (TOP - zero)) + zero
    finite = np.isfinite(values)
    result = np.clip(np.where(finite, levels, zero), 0, TOP).astype(np.uint8)
    if not finite.all():
        result[np.isnan(values)] = NAN
        result[values == math.inf] = PLUS_INF
        result[values == -math.inf] = MINUS_INF
    return result
