"""How good the model was on data that it is not trained on, after which iterations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from lenet_tui.protocol.fast_pickle import pickled_by_call
from lenet_tui.protocol.position import Iteration

MOST = 1024
"""Results that are kept: beyond it every second one of the older half is dropped."""
NO_CLASSES = -1
"""The ``correct`` of an evaluation in which no sample has a class."""


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Evaluation:
    """The model when ``iteration`` had just finished, on the ``total`` samples held out.

    ``correct``: of how many the largest output was that of their class; ``NO_CLASSES``: they have
    none. ``loss``: the mean over the samples, or NaN where there is ``no_loss``. ``trained``:
    correct, total and loss of about as many samples that are trained on, if they were asked for.
    """

    ADDED: ClassVar[tuple[str, ...]] = ("trained", "no_loss")

    iteration: Iteration
    correct: int
    total: int
    loss: float
    trained: tuple[int, int, float] | None = None
    no_loss: bool = False

    @property
    def accuracy(self) -> float | None:
        """The share of samples that are right, 0 to 1; ``None`` where they have no classes."""
        return self.correct / self.total if self.correct >= 0 and self.total else None

    @property
    def of_training(self) -> Evaluation | None:
        """The same model on samples that are trained on."""
        if self.trained is None:
            return None
        return Evaluation(self.iteration, *self.trained, no_loss=self.no_loss)

    @property
    def plausible(self) -> bool:
        """Whether such numbers can be; for those read from a file."""
        possible = -1 <= self.correct <= self.total < 2**40 and self.total > 0
        return possible and (self.of_training is None or self.of_training.plausible)


class Evaluations:
    """The results of a session, by iteration."""

    def __init__(self) -> None:
        self._known: dict[int, Evaluation] = {}

    def add(self, evaluation: Evaluation) -> None:
        """Keep a result, in the place of any of the same iteration."""
        self._known[evaluation.iteration] = evaluation
        if len(self._known) > MOST:
            ordered = sorted(self._known)
            for iteration in ordered[1 : MOST // 2 : 2]:
                del self._known[iteration]

    def of(self, iteration: int) -> Evaluation | None:
        """The result after exactly that iteration."""
        return self._known.get(iteration)

    def last(self, iteration: int) -> Evaluation | None:
        """The last result that is of ``iteration`` or an earlier one."""
        if iteration in self._known:
            return self._known[iteration]
        return self._known.get(max((n for n in self._known if n <= iteration), default=-1))

    def drop_after(self, iteration: int) -> None:
        """Drop the results of later iterations, which have not happened."""
        for late in [n for n in self._known if n > iteration]:
            del self._known[late]

    def all(self) -> tuple[Evaluation, ...]:
        """All results, in order."""
        return tuple(self._known[n] for n in sorted(self._known))

    def resume(self, evaluations: Iterable[Evaluation]) -> None:
        """Take over the results of an engine that has ended."""
        self._known = {e.iteration: e for e in evaluations}
