"""Learning-rate schedules: what the learning rate is multiplied by in each iteration.

They are what ``torch.optim.lr_scheduler.LambdaLR(optimizer, factor)`` does where
``scheduler.step()`` ends each iteration: iteration ``n`` has ``lr * factor(n - 1)``, to the bit.
Iterations are counted from the session's first, whenever a schedule is set.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from lenet_tui.text.notice import Problem

CONSTANT = "constant"
LONGEST = 10**12
"""Iterations that a schedule may count to."""


class ScheduleError(Problem, ValueError):
    """A text that is no schedule; the message is one line and names what would work."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """``warmup`` iterations in which the factor rises evenly to 1, then ``kind``.

    ``constant``: 1. ``step``: times ``amount`` after each ``count`` iterations. ``cosine``: half a
    cosine from 1 down to ``amount`` within ``count`` iterations, then that.
    """

    warmup: int = 0
    kind: str = CONSTANT
    count: int = 1
    amount: float = 0.0

    def __str__(self) -> str:
        parts = [f"warmup:{self.warmup}"] if self.warmup else []
        amount = repr(self.amount).removesuffix(".0")
        if self.kind == "step":
            parts.append(f"step:{self.count}:{amount}")
        elif self.kind == "cosine":
            parts.append(f"cosine:{self.count}" + (f":{amount}" if self.amount else ""))
        return "+".join(parts) or CONSTANT

    @property
    def constant(self) -> bool:
        """Whether the factor is 1 throughout."""
        return not self.warmup and self.kind == CONSTANT

    def factor(self, step: int) -> float:
        """What the learning rate is multiplied by after ``step`` iterations, from 0."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        step -= self.warmup
        if self.kind == "step":
            return float(self.amount ** (step // self.count))
        if self.kind == "cosine":
            share = min(step, self.count) / self.count
            return self.amount + (1 - self.amount) * (1 + math.cos(math.pi * share)) / 2
        return 1.0

    @property
    def length(self) -> int:
        """Iterations after which nothing of interest follows: to be drawn."""
        after = {"cosine": self.count, "step": 4 * self.count}.get(self.kind, self.warmup or 10)
        return self.warmup + after


@lru_cache(maxsize=64)
def parse_schedule(text: str) -> Schedule:
    """``constant``, ``step:EVERY:FACTOR``, ``cosine:ITERATIONS[:FACTOR]``, ``warmup:N``, or a
    warm-up and another, joined by ``+``; else ``ScheduleError``.
    """
    warmup, found = 0, Schedule()
    parts = [part.strip().split(":") for part in text.split("+")]
    for place, (kind, *numbers) in enumerate(parts):
        if kind == "warmup" and not place and len(numbers) == 1:
            warmup = _count(text, numbers[0])
        elif place == len(parts) - 1 and place <= bool(warmup):
            found = _schedule(text, kind, numbers)
        else:
            raise ScheduleError("protocol:no-schedule", text=text)
    return Schedule(warmup, found.kind, found.count, found.amount)


def _schedule(text: str, kind: str, numbers: list[str]) -> Schedule:
    if kind == CONSTANT and not numbers:
        return Schedule()
    if kind == "step" and len(numbers) == 2:
        return Schedule(0, kind, _count(text, numbers[0]), _factor(text, numbers[1]))
    if kind == "cosine" and len(numbers) in (1, 2):
        least = _factor(text, numbers[1]) if numbers[1:] else 0.0
        return Schedule(0, kind, _count(text, numbers[0]), least)
    raise ScheduleError("protocol:no-schedule", text=text)


def _count(text: str, number: str) -> int:
    try:
        count = int(number)
    except ValueError:
        count = 0
    if not 1 <= count <= LONGEST:
        raise ScheduleError("protocol:schedule-count", text=text, number=number)
    return count


def _factor(text: str, number: str) -> float:
    try:
        factor = float(number)
    except ValueError:
        factor = math.nan
    if not (math.isfinite(factor) and 0 <= factor <= 10):
        raise ScheduleError("protocol:schedule-factor", text=text, number=number)
    return factor
