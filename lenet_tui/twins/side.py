"""The process of one of two scripts that are compared: it runs it as ``python`` does.

Until the script imports torch, neither torch nor NumPy is imported: it may set what they read.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from lenet_tui.around.post_import import when_imported
from lenet_tui.around.script import Script, module_named, script_at
from lenet_tui.process import group
from lenet_tui.text.notice import Notice, Problem, notice
from lenet_tui.twins.crossing import Enough, Over, ToRun

if TYPE_CHECKING:
    from lenet_tui.twins.engine.side_observer import SideObserver

FAILED = 1


def serve(link: int, life: int) -> None:
    """Run the script that ``link`` names, and answer there. Without ``life`` there is no asker."""
    os.set_inheritable(link, False)
    os.set_inheritable(life, False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # as a shell would start it
        own = signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
        signal.signal(number, own)
    group.lead()
    threading.Thread(target=_outlive, args=(life,), daemon=True).start()
    with Connection(link) as asker:
        Side(asker).run(asker.recv())


def _outlive(life: int) -> None:
    """End with all that the script has started when nobody asks any longer."""
    while os.read(life, 1):
        pass
    group.end(os.getpid())
    os._exit(FAILED)


class Side:
    """Runs a script and tells ``asker`` of each iteration, as long as that asks for more."""

    def __init__(self, asker: Connection) -> None:
        self._asker = asker
        self._observer: SideObserver | None = None
        self._why: Notice | None = None

    def run(self, asked: ToRun) -> None:
        """Run the script to its end, or until enough was seen of it."""
        find = module_named if asked.module else script_at
        self._begin(asked)
        status, error = 0, None
        traceback: tuple[str, ...] = ()
        try:
            status = self._status_of(find(asked.words[0], asked.words[1:]))
        except Enough:
            pass
        except Problem as problem:
            error = problem.notice
        except BaseException as raised:  # noqa: BLE001 - it is the script's, and is told
            from lenet_tui.training.engine.own_errors import described, own_traceback  # noqa: PLC0415

            error = notice("text:verbatim", text=described(raised))
            traceback = own_traceback(raised)
        updates = self._observer.count if self._observer is not None else 0
        error = self._why or error
        if not updates and error is None and not self._seen:
            error = notice("around:no-update")
        self._send(Over(updates, status, error, traceback))

    def _status_of(self, script: Script) -> int:
        """Run the script; returns the status that it exits with."""
        status = 0
        try:
            script.run(self._failed)
        except Enough:
            raise
        except SystemExit as left:
            status = _status(left)
        if self._observer is not None:
            self._observer.ended()
        return status

    @property
    def _seen(self) -> bool:
        return self._observer is not None and self._observer.seen > 0

    def _begin(self, asked: ToRun) -> None:
        """Have the generators begin alike, and torch observed as soon as it is there."""

        def numpy() -> None:
            sys.modules["numpy"].random.seed(asked.seed)

        def torch() -> None:
            from lenet_tui.twins.engine.side_observer import SideObserver  # noqa: PLC0415

            self._observer = SideObserver(asked.seed, asked.tape_mb, self._ask, self._said)

        random.seed(asked.seed)
        when_imported("numpy", numpy)
        when_imported("torch", torch)

    def _ask(self, told: Any) -> Any:
        """Tell something, and wait for what is asked next; nobody there is as good as enough."""
        self._send(told)
        try:
            return self._asker.recv()
        except (EOFError, OSError):
            raise Enough(FAILED) from None

    def _send(self, told: Any) -> None:
        try:
            self._asker.send(told)
        except OSError:
            raise Enough(FAILED) from None

    def _said(self, said: Notice, over: bool) -> None:
        """What the observer says; ``over``: it observes no longer, and nobody would look on."""
        if over:
            self._why = said
            raise Enough(FAILED)

    def _failed(self, error: BaseException) -> None:
        """The script raises: what was recorded up to there is told."""
        if self._observer is not None and isinstance(error, Exception):
            self._observer.failed(error)


def _status(left: SystemExit) -> int:
    """The status that a script exits with; what is no number is written, as Python does."""
    if left.code is None:
        return 0
    if isinstance(left.code, int):
        return left.code
    sys.stderr.write(f"{left.code}\n")
    return FAILED
