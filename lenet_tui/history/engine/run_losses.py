"""The losses of a run, gathered until its next frame takes them."""

from __future__ import annotations

import numpy as np

from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.frame import Named
from lenet_tui.protocol.loss_series import Taken


class RunLosses:
    """The losses of the iterations that a navigator has passed, in order and without gaps."""

    def __init__(self, navigator: Navigator) -> None:
        self._navigator = navigator
        self._losses: list[float] = []
        self._named: list[dict[str, float]] = []
        self._first = 0
        """The iteration of the first of them."""

    def take(self) -> Taken:
        """The losses since they were last taken, or else the present one, if it is known."""
        taken = self.take_finished()
        if len(taken.losses):
            return taken
        here = self._navigator.tape.own_loss(self._navigator.cursor)
        finished = [] if here is None else [here]
        named = self._by_name([self._named_here()] * len(finished))
        return Taken(self._navigator.iteration, np.array(finished), named)

    def take_finished(self) -> Taken:
        """The losses since they were last taken."""
        finished, self._losses = self._losses, []
        named, self._named = self._named, []
        return Taken(self._first, finished, self._by_name(named))

    def note(self, loss: float | None, named: dict[str, float]) -> None:
        """Add the present iteration's loss, if it is known yet, and those that have names."""
        navigator = self._navigator
        if self._first + len(self._losses) != navigator.iteration:
            self._losses, self._named, self._first = [], [], navigator.iteration
        if loss is not None or navigator.finished:
            self._losses.append(float("nan") if loss is None else loss)
            self._named.append(named)

    def note_here(self, loss: float | None) -> None:
        """Add the present iteration's loss, and those that have names, as the tape has them."""
        self.note(loss, self._named_here())

    def drop_from(self, iteration: int) -> None:
        """Drop those of an iteration and after: a run is found to have ended before."""
        kept = max(0, iteration - self._first)
        del self._losses[kept:], self._named[kept:]

    def _named_here(self) -> dict[str, float]:
        """Those losses of the present iteration whose backwards lie before the cursor, by name."""
        return self._navigator.tape.named_losses(self._navigator.cursor)

    def _by_name(self, found: list[dict[str, float]]) -> Named:
        """The losses by name over some iterations, if the step has several."""
        known = self._navigator.trainer.named_losses
        names = known.known if known.several and found else ()
        return tuple((n, np.array([each.get(n, np.nan) for each in found])) for n in names)
