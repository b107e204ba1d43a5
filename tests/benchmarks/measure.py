"""How a benchmark is timed: ratios against a baseline in the same run."""

from __future__ import annotations

import functools
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import torch

T = TypeVar("T")

LEAST = 3
"""Rounds of a quick run, and of a row whose time is up."""
STEADY = 1.3
"""The upper quartile of a baseline's times over the lower one, at most, on a quiet machine."""


CPU = "cpu"


class Skipped(Exception):
    """A benchmark cannot be run here; its text says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """A ``ratio`` to a baseline, its ``spread`` (lowest, highest), and what bounds it.

    ``bound``: ``None`` where the figure has none. ``at_most``: whether it is an upper one (else a
    lower one). ``either_way``: the inverse of ``ratio`` is compared with it too. ``baseline``: what
    the baseline took in each round, in seconds; empty where nothing was timed.
    """

    name: str
    ratio: float
    spread: tuple[float, float]
    bound: float | None
    at_most: bool
    what: str
    either_way: bool = False
    baseline: tuple[float, ...] = ()

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        if self.either_way:
            return 1 / self.bound <= self.ratio <= self.bound
        return self.ratio <= self.bound if self.at_most else self.ratio >= self.bound

    @property
    def busy(self) -> bool:
        """Whether the baseline's own times differ so much that the ratio says little."""
        if not self.baseline:
            return False
        return quantile(self.baseline, 0.75) > STEADY * quantile(self.baseline, 0.25)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what measures it, and how many seconds that may take.

    ``quick``: the seconds with ``--quick``; 0: it is left out there. Of rows that share a
    measurement, the first one has the time for it.
    """

    measure: Callable[[], Result]
    seconds: float
    quick: float


@dataclass(slots=True)
class Effort:
    """How much the row that is being measured may do. ``until``: when its time is up.

    ``device``: where the nets of other sizes are trained.
    """

    quick: bool = False
    until: float = math.inf
    device: str = CPU


EFFORT = Effort()


def rounds(most: int) -> Iterator[int]:
    """Numbers of rounds from 0 to ``most``; fewer in a quick run and where the time is up."""
    for number in range(min(most, LEAST) if EFFORT.quick else most):
        if number >= LEAST and time.monotonic() > EFFORT.until:
            return
        yield number


def once(call: Callable[[], T]) -> Callable[[], T]:
    """``call``, whose value or error is kept for the rows that share it."""

    @functools.cache
    def outcome() -> tuple[T, None] | tuple[None, Exception]:
        try:
            return call(), None
        except Exception as error:  # noqa: BLE001 - it is raised below, for each row
            return None, error

    def value() -> T:
        found, error = outcome()
        if error is not None:
            raise error
        return found  # type: ignore[return-value]

    return value


class Paired(NamedTuple):
    """The ratio of each round, and what the baseline took in it, in seconds."""

    ratios: list[float]
    baseline: list[float]


def paired(
    measured: Callable[[], object], baseline: Callable[[], object], most: int = 15
) -> Paired:
    """Time the two in turn, so that a machine that becomes slower cancels out of each ratio.

    Each round is compared with the mean of the baseline before it and the one after it.
    """
    measured()
    baseline()
    ratios, plain = [], [seconds(baseline)]
    for _ in rounds(most):
        own = seconds(measured)
        plain.append(seconds(baseline))
        ratios.append(2 * own / (plain[-2] + plain[-1]))
    return Paired(ratios, plain)


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes, in seconds, with what it has a GPU do."""
    _wait()
    started = time.perf_counter()
    call()
    _wait()
    return time.perf_counter() - started


def _wait() -> None:
    if EFFORT.device != CPU:
        torch.cuda.synchronize(EFFORT.device)


def result(
    name: str,
    ratios: Sequence[float],
    bound: float | None,
    what: str,
    *,
    at_most: bool = True,
    either_way: bool = False,
    baseline: Sequence[float] = (),
) -> Result:
    """The median of ``ratios`` with its spread."""
    spread = min(ratios), max(ratios)
    median = statistics.median(ratios)
    return Result(name, median, spread, bound, at_most, what, either_way, tuple(baseline))


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of ``values`` do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
