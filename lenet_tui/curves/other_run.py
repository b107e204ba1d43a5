"""A run beside the session's: its numbers by iteration, and what is new of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lenet_tui.curves.series import Array, Dense
from lenet_tui.text.notice import Problem

LOSS, TEST_LOSS, ACCURACY, RATE = "loss", "test_loss", "accuracy", "lr"
KINDS = (LOSS, TEST_LOSS, ACCURACY, RATE)
ITERATIONS, EPOCHS, ROWS = "iterations", "epochs", "rows"
"""What the numbers of a run are counted by."""
Points = tuple[Array, Array]
"""Iterations, epochs or rows, each larger than the one before, and the number of each."""
NOTHING: Points = np.empty(0), np.empty(0)


class RunError(Problem):
    """A file that has no curve, with one line on why."""


@dataclass(slots=True, eq=False)
class News:
    """What is new of a run. ``losses``: of all iterations, from 1; ``None``: it has no such.

    ``whole``: whether it replaces what was known, or comes after that. ``counted``: by what.
    """

    points: dict[str, Points] = field(default_factory=dict)
    losses: Array | None = None
    counted: str = ITERATIONS
    whole: bool = False


@dataclass(slots=True, eq=False)
class OtherRun:
    """A run's numbers. ``name``: of its file, safe to be shown. Accuracies are shares or percent.

    ``epoch_length``: iterations of an epoch of the session beside, at whose ends those of a run
    that counts epochs are drawn; 0: not known, so that epochs stand in the place of iterations.
    """

    name: str
    losses: Dense | None = None
    """The loss of each iteration, where all are known: of a saved session."""
    counted: str = ITERATIONS
    epoch_length: int = 0
    _known: dict[str, Points] = field(default_factory=dict)
    _drawn: dict[str, tuple[int, Points]] = field(default_factory=dict)

    def take(self, news: News) -> None:
        """Add what is new, or put it in the place of what is known."""
        if news.whole:
            self._known.clear()
        self.counted = news.counted
        for kind, (x, y) in news.points.items():
            if len(x):
                self._known[kind] = _joined(self._known.get(kind, NOTHING), (x, y))
        self._drawn.clear()
        if news.losses is not None:
            self.losses = self.losses or Dense()
            self.losses.take(news.losses)

    def points(self, kind: str) -> Points | None:
        """Iterations and numbers of a kind, in order; ``None``: there are none.

        They are made once: a run may have millions, and is drawn with each frame.
        """
        if kind not in self._known:
            return None
        length, points = self._drawn.get(kind, (-1, NOTHING))
        if length != self.epoch_length:
            x, y = self._known[kind]
            points = self._laid(x), _percent(y) if kind == ACCURACY else y
            self._drawn[kind] = self.epoch_length, points
        return points

    def _laid(self, x: Array) -> Array:
        """The iterations that numbers are drawn at."""
        if self.counted != EPOCHS:
            return x
        ends = x + (1 if self._from_zero() else 0)  # a row is written at the end of its epoch
        return np.round(ends * (self.epoch_length or 1))

    def _from_zero(self) -> bool:
        """Whether the first epoch is called 0, and not the state before it: none is in parts."""
        found = np.concatenate([x for x, _ in self._known.values()])
        return not found.min() and bool((found == np.floor(found)).all())

    @property
    def last(self) -> int:
        """The last iteration that a number of it is of; 0: there is none."""
        found = [points[0][-1] for kind in self._known if (points := self.points(kind))]
        return int(max([len(self.losses.values) - 1 if self.losses else 0, *found]))


def ordered(x: Array, y: Array) -> Points:
    """The points by ``x``; of several at one place the last."""
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    last = np.append(x[1:] != x[:-1], True) if len(x) else np.empty(0, bool)
    return x[last], y[last]


def _joined(old: Points, new: Points) -> Points:
    x, y = (np.concatenate(pair) for pair in zip(old, new, strict=True))
    behind = bool((np.diff(new[0]) > 0).all()) and (not len(old[0]) or new[0][0] > old[0][-1])
    return (x, y) if behind else ordered(x, y)


def _percent(y: Array) -> Array:
    """Accuracies in percent: where none is above 1 they are shares."""
    finite = y[np.isfinite(y)]
    return 100 * y if max(finite, default=0.0) <= 1 else y
