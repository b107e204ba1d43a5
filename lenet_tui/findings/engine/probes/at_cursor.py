"""A trial of the iteration at a session's cursor, which stays where it is."""

from __future__ import annotations

from lenet_tui.findings.engine.probes.trial import Trial
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.request import Rejected
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.rejecting import rejection


class TrialAtCursor:
    """``with TrialAtCursor(session) as (trial, iteration)``: before the first, that is iteration 1.

    Raises ``Rejected`` where torch or the owner's code refuses.
    """

    def __init__(self, session: Session) -> None:
        self._navigator = session.navigator
        self._at = session.navigator.iteration, session.navigator.cursor

    def __enter__(self) -> tuple[Trial, int]:
        number = max(self._at[0], 1)
        try:
            self._navigator.boundary(number - 1)
            self._trial = Trial(self._navigator.trainer).__enter__()
        except Problem as problem:
            self._back(problem)
            raise Rejected(problem.notice) from None
        return self._trial, number

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DeviceLost):
            return
        self._trial.__exit__(kind, error, trace)
        if isinstance(error, Exception) and not isinstance(error, Problem):
            error = rejection(self._navigator.trainer, error)
        self._back(error)
        if isinstance(error, Problem) and not isinstance(error, (Rejected, DeviceLost)):
            raise Rejected(error.notice) from None
        if error is not None and kind is not type(error):
            raise error

    def _back(self, error: BaseException | None) -> None:
        if not isinstance(error, DeviceLost):
            failed = self._navigator.recorder.failure is not None
            self._navigator.rebuild(*self._at, careful=failed)
