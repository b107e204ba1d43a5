"""When a session evaluates its model, and in which state: always that of a finished iteration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from lenet_tui.evaluation.engine import held_out, judging
from lenet_tui.evaluation.engine.evaluate import evaluate
from lenet_tui.evaluation.request import Judged
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.messages import Remark
from lenet_tui.protocol.options import EPOCH
from lenet_tui.protocol.request import Rejected
from lenet_tui.protocol.session_api import DeviceLost, Hooks
from lenet_tui.text.notice import Problem, notice
from lenet_tui.training.engine import dataset, epochs

T = TypeVar("T")


class Evaluator:
    """Evaluates where an evaluation is due or asked for, and keeps the results in the history."""

    def __init__(self, navigator: Navigator, hooks: Hooks) -> None:
        self._navigator = navigator
        self._hooks = hooks
        self._failed = False
        self.with_training = False
        """Whether samples that are trained on are evaluated too: their curve is looked at."""

    @property
    def held_out(self) -> bool:
        """Whether there are data to evaluate on."""
        return held_out.count(self._navigator.trainer) > 0

    @property
    def due(self) -> bool:
        """Whether the iteration that has just finished is one after which a run evaluates."""
        navigator = self._navigator
        every, iteration = navigator.trainer.options.evaluate_every, navigator.iteration
        if not every or not iteration or self._failed:
            return False
        if every != EPOCH:
            return iteration % every == 0
        return epochs.ended(navigator.trainer)

    def if_due(self) -> None:
        """In a run, at the end of an iteration: evaluate if it is due and not known already.

        A model that fails here is remarked on once, and trains on.
        """
        if not self.due or not self.held_out or self._known:
            return
        try:
            self._evaluate()
        except DeviceLost:
            raise
        except Problem as problem:
            self._failed = True
            self._hooks.send(Remark(notice("evaluation:failed", why=problem.notice)))

    def stop_wanted(self) -> bool:
        """Whether somebody wants what is under way to stop."""
        return self._hooks.stop_wanted()

    def now(self) -> Evaluation:
        """The evaluation after the last finished iteration; the cursor stays where it is.

        Raises ``Rejected`` where there is none.
        """
        known = self._known
        if known is not None and not (self.with_training and known.trained is None):
            return known
        return self._asked(self._evaluate)

    def of_training(self) -> Evaluation:
        """The same on the images that are trained on; it is not kept."""

        def found() -> Evaluation | None:
            trainer, stopped = self._navigator.trainer, self._hooks.stop_wanted
            return evaluate(trainer, self._iteration, stopped, held_out.trained_on)

        return self._asked(lambda: self._at_end(self._iteration, found))

    def judge(self, most: int) -> Judged:
        """What the model makes of each class and of its worst samples, in the same state.

        Raises ``Rejected`` where it cannot be known.
        """

        def judged() -> Judged | None:
            trainer, stopped = self._navigator.trainer, self._hooks.stop_wanted
            return judging.judge(trainer, self._iteration, most, stopped)

        return self._asked(lambda: self._at_end(self._iteration, judged))

    @staticmethod
    def _asked(find: Callable[[], T | None]) -> T:
        try:
            found = find()
        except DeviceLost:
            raise
        except Problem as problem:
            raise Rejected(problem.notice) from None
        if found is None:
            raise Rejected("evaluation:stopped")
        return found

    @property
    def _iteration(self) -> int:
        navigator = self._navigator
        return navigator.iteration if navigator.finished else navigator.iteration - 1

    @property
    def _known(self) -> Evaluation | None:
        return self._navigator.history.evaluations.of(self._iteration)

    def _evaluate(self) -> Evaluation | None:
        navigator, iteration = self._navigator, self._iteration
        found = self._at_end(iteration, self._evaluated)
        if found is not None:
            navigator.history.evaluations.add(found)
        return found

    def _evaluated(self) -> Evaluation | None:
        navigator = self._navigator
        navigator.recorder.progress.enters("evaluation")
        try:
            found = evaluate(navigator.trainer, self._iteration, self._hooks.stop_wanted)
            if found is None or not self.with_training:
                return found
            return self._with_training(found)
        finally:
            navigator.recorder.progress.passed(navigator.cursor.done or 0, "")

    def _with_training(self, found: Evaluation) -> Evaluation | None:
        trainer, stopped = self._navigator.trainer, self._hooks.stop_wanted
        if dataset.held_in(trainer.options) is None:
            return found
        trained = evaluate(trainer, self._iteration, stopped, held_out.like_held_out)
        if trained is None:
            return None
        return replace(found, trained=(trained.correct, trained.total, trained.loss))

    def _at_end(self, iteration: int, evaluated: Callable[[], T]) -> T:
        """Evaluate with live torch at the end of ``iteration``, and come back from there."""
        navigator = self._navigator
        cursor, place = navigator.cursor, navigator.iteration
        turn = navigator.plan.boundary() - 1
        if navigator.finished and cursor == navigator.tape.end and cursor.segment == turn:
            return evaluated()
        navigator.boundary(iteration)
        try:
            return evaluated()
        finally:
            navigator.rebuild(place, cursor)
