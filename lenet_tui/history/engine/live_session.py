"""A session on the objects of a script, in its own process, which gives them back as they were."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import warnings
from collections.abc import Sequence

from lenet_tui.history.engine.session import Session
from lenet_tui.history.engine.uninterrupted import uninterrupted
from lenet_tui.protocol.blob import Piece
from lenet_tui.protocol.messages import Remark, Report, Snapshot
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.session_api import Hooks, KeyframeStore
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import notice
from lenet_tui.training.engine import compiled_calls, observed_calls
from lenet_tui.training.engine.aside import aside
from lenet_tui.training.engine.before import Before
from lenet_tui.training.engine.live_objects import Given, LiveFile, LiveTrainer
from lenet_tui.training.engine.reached import Reached
from lenet_tui.training.engine.referenced import MOST


class LocalStore:
    """Stores keyframes in this process."""

    def __init__(self) -> None:
        self._blobs: dict[int, bytes] = {}

    def put(self, iteration: int, pieces: Sequence[Piece]) -> bytes:
        self._blobs[iteration] = b"".join(pieces)
        return self._blobs[iteration]

    def get(self, iteration: int) -> bytes:
        return self._blobs[iteration]

    def drop(self, iterations: Sequence[int]) -> None:
        for iteration in iterations:
            self._blobs.pop(iteration, None)


class Unwatched:
    """Hooks of a session that nobody watches: what it reports is kept in ``sent``."""

    def __init__(self) -> None:
        self.sent: list[Report] = []

    def stop_wanted(self) -> bool:
        return False

    def between_iterations(self) -> None:
        pass

    def frame_wanted(self) -> bool:
        return False

    def send(self, report: Report) -> None:
        self.sent.append(report)


def live_session(
    given: Given,
    hooks: Hooks | None = None,
    store: KeyframeStore | None = None,
    generators: Sequence[object] = (),
) -> Session:
    """Make a session on these objects; within ``Lent``, which gives them back.

    ``hooks`` and ``store`` may be left to this process; ``generators``: all that a step may draw
    from. Raises ``OwnError`` or ``OptionError``
    where the objects make no step.
    """
    options = given.options()
    hooks, store = hooks or Unwatched(), store or LocalStore()
    session = Session(options, store, hooks, make_trainer=lambda _: LiveTrainer(given, generators))
    if names := LiveFile(given).iterators:
        hooks.send(Remark(notice("training:live-iterators", names=clean(", ".join(names), 200))))
    return session


class Lent:
    """Inside, sessions may run on the objects; afterwards everything is as before, to the bit.

    With ``keep`` it is instead as the last iteration left it that the last session had finished at
    its cursor. After an exception everything is as before in any case.
    """

    def __init__(self, given: Given, keep: bool = False) -> None:
        self.given = given
        self.keep = keep
        self.session: Session | None = None
        self._before: Before | None = None

    def __enter__(self) -> Lent:
        with contextlib.ExitStack() as stack:
            stack.enter_context(aside())
            self._lend()
            self._aside = stack.pop_all()
        return self

    def _lend(self) -> None:
        """Note everything as it is, and replace what is replaced for a session."""
        given = self.given
        roots = [
            given.model,
            given.optimizer,
            given.scheduler,
            given.scaler,
            given.loss,
            given.batch,
        ]
        functions = [f for f in (given.whole, given.loss, given.model.forward) if callable(f)]
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        self._collects, self._threshold = gc.isenabled(), gc.get_threshold()
        before = self._before = Before(roots, functions)
        self._uninstall = [
            observed_calls.install(),
            compiled_calls.install(),
            compiled_calls.close_known(before.reached.modules),
        ]

    def make_session(
        self,
        options: Options | None = None,
        store: KeyframeStore | None = None,
        hooks: Hooks | None = None,
        snapshot: Snapshot | None = None,
    ) -> Session:
        """A session, as ``protocol.session_api.MakeSession`` makes one; the options are its own."""
        hooks, found = hooks or Unwatched(), self._before.reached if self._before else Reached()
        self.session = live_session(self.given, hooks, store, found.generators)
        if not found.whole:
            hooks.send(Remark(notice("training:live-cut", most=MOST)))
        return self.session

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        kept = False
        with uninterrupted():
            try:
                kept = self.keep and error is None and self._finish()
            finally:
                self._close()
                before, self._before = self._before, None
                if before is not None:
                    (before.release if kept else before.restore)()
                self._aside.close()
        del before
        gc.collect()  # what was on the tape may be large
        _give_back_memory()

    def _close(self) -> None:
        """End the session, and take back what was replaced for it."""
        self.session = None
        for uninstall in self._uninstall:
            uninstall()
        self._warnings.__exit__(None, None, None)
        gc.set_threshold(*self._threshold)
        if self._collects:
            gc.enable()

    def _finish(self) -> bool:
        """Go to the end of the last finished iteration; whether there is one."""
        if self.session is None:
            return False
        navigator = self.session.navigator
        last = navigator.iteration if navigator.finished else navigator.iteration - 1
        if last < 1:
            return False
        if navigator.iteration != last or navigator.tape.end != navigator.cursor:
            navigator.end_of(last)
        return True


def _give_back_memory() -> None:
    """Have the C library return what is free, which it would keep for the script's next step."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # another library than GNU's
        ctypes.CDLL(None).malloc_trim(0)
