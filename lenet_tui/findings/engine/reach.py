"""Between which numbers the results of an op lie, whatever it is given."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.losses import Producers
from lenet_tui.text.numbers import number

FLAT_BEYOND: dict[str, tuple[float, float]] = {"relu": (0.0, math.inf), "relu6": (0.0, 6.0)}
"""Ops that are flat beyond their ends: what is given to them there has no gradient."""
SMOOTH: dict[str, tuple[float, float]] = {
    "softplus": (0.0, math.inf),
    "abs": (0.0, math.inf),
    "absolute": (0.0, math.inf),
    "square": (0.0, math.inf),
    "exp": (0.0, math.inf),
    "sigmoid": (0.0, 1.0),
    "special_expit": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "log_softmax": (-math.inf, 0.0),
    "logsigmoid": (-math.inf, 0.0),
}
CLAMPS = {
    "clamp": (1, "min", "max"),
    "clip": (1, "min", "max"),
    "hardtanh": (1, "min_val", "max_val"),
}
"""Ops that are given both ends: the place of the first one, and their names."""
DEEPEST = 8
"""Ops with numbers that are followed back."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The results of the op ``by``, called at ``line``, lie between ``low`` and ``high``.

    ``flat``: whether it hands on no gradient at these ends.
    """

    by: str
    line: str
    low: float
    high: float
    flat: bool

    @property
    def text(self) -> str:
        """Both ends: ``0 … ∞``."""
        return " … ".join(number(int(x) if x.is_integer() else x) for x in (self.low, self.high))

    def times(self, factor: float) -> Reach:
        """That of the results times a number."""
        ends = (self.low * factor, self.high * factor) if factor else (0.0, 0.0)
        return Reach(self.by, self.line, min(ends), max(ends), self.flat)

    def plus(self, added: float) -> Reach:
        """That of the results plus a number."""
        return Reach(self.by, self.line, self.low + added, self.high + added, self.flat)


def reach(made: Tensor, producers: Producers, deepest: int = DEEPEST) -> Reach | None:
    """Between which numbers a tensor's lie because of the op that made it; ``None``: anywhere.

    What was only looked at since, or multiplied and shifted by plain numbers, is followed.
    """
    call = producers.behind(made)
    if call is None or not deepest:
        return None
    name = call.name.strip("_")
    if name in ("pow", "square", "float_power"):
        return _power(call, name)
    if name in SMOOTH:
        return Reach(name.removeprefix("special_"), call.line, *SMOOTH[name], False)
    if name in FLAT_BEYOND:
        return Reach(name, call.line, *FLAT_BEYOND[name], True)
    if name in CLAMPS or name == "clamp_min":
        return _clamped(call, name)
    return _by_numbers(call, name, producers, deepest)


def _power(call: Call, name: str) -> Reach | None:
    exponent = 2 if name == "square" else call.argument(1, "exponent")
    even = isinstance(exponent, (int, float)) and exponent > 0 and exponent % 2 == 0
    return Reach(name, call.line, 0.0, math.inf, False) if even else None


def _clamped(call: Call, name: str) -> Reach | None:
    if name == "clamp_min":
        ends: tuple[object, object] = call.argument(1, "min"), None
    else:
        place, first, second = CLAMPS[name]
        ends = call.argument(place, first), call.argument(place + 1, second)
    low, high = (end if isinstance(end, (int, float)) else None for end in ends)
    if (low is None and high is None) or any(isinstance(end, Tensor) for end in ends):
        return None
    bottom = -math.inf if low is None else float(low)
    return Reach(name, call.line, bottom, math.inf if high is None else float(high), True)


def _by_numbers(call: Call, name: str, producers: Producers, deepest: int) -> Reach | None:
    """Of a sum or product of one tensor with plain numbers."""
    numbers = [v for v in call.args if isinstance(v, (int, float))]
    if len(call.read) != 1 or len(numbers) != (name not in ("neg", "negative")):
        return None
    inner = reach(call.read[0][0], producers, deepest - 1)
    if inner is None or call.kwargs.get("alpha", 1) != 1:
        return None
    if name in ("neg", "negative"):
        return inner.times(-1.0)
    factor = float(numbers[0])
    if name in ("mul", "rmul", "multiply"):
        return inner.times(factor)
    if name in ("div", "truediv", "true_divide", "divide") and factor:
        return inner.times(1 / factor)
    if name in ("add", "radd"):
        return inner.plus(factor)
    if name in ("sub", "subtract"):
        return inner.plus(-factor)
    return inner.times(-1.0).plus(factor) if name == "rsub" else None
