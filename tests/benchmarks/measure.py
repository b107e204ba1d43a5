"""How a benchmark is timed and told: ratios against a baseline in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class Skipped(Exception):
    """A benchmark cannot be run here; its text says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """A ``ratio`` to a baseline, its ``spread`` (lowest, highest), and what bounds it.

    ``bound``: ``None`` where the figure is told only. ``at_most``: whether it is an upper one (else
    a lower one). ``either_way``: the inverse of ``ratio`` is held to it too.
    """

    name: str
    ratio: float
    spread: tuple[float, float]
    bound: float | None
    at_most: bool
    what: str
    either_way: bool = False

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        if self.either_way:
            return 1 / self.bound <= self.ratio <= self.bound
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
    name: str,
    ratios: Sequence[float],
    bound: float | None,
    what: str,
    *,
    at_most: bool = True,
    either_way: bool = False,
) -> Result:
    """The median of ``ratios`` with its spread."""
    spread = min(ratios), max(ratios)
    return Result(name, statistics.median(ratios), spread, bound, at_most, what, either_way)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of ``values`` do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
