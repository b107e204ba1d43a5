"""How a benchmark is timed and told: ratios against a baseline in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A ``ratio`` to a baseline, its ``spread`` (lowest, highest), and what bounds it.

    ``at_most``: whether ``bound`` is an upper one (else a lower one).
    """

    name: str
    ratio: float
    spread: tuple[float, float]
    bound: float
    at_most: bool
    what: str

    @property
    def holds(self) -> bool:
        return self.ratio <= self.bound if self.at_most else self.ratio >= self.bound


def paired(
    measured: Callable[[], None], baseline: Callable[[], None], rounds: int = 15
) -> list[float]:
    """Time the two in turn; the ratio of each pair, so that a drifting machine cancels out."""
    measured()
    baseline()
    return [seconds(measured) / seconds(baseline) for _ in range(rounds)]


def seconds(call: Callable[[], None]) -> float:
    """How long a call takes, in seconds."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def result(
    name: str, ratios: list[float], bound: float, what: str, *, at_most: bool = True
) -> Result:
    """The median of ``ratios`` with its spread."""
    return Result(name, statistics.median(ratios), (min(ratios), max(ratios)), bound, at_most, what)
