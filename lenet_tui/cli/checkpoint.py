"""Checkpoints of the command line: files in the format of saved sessions."""

from __future__ import annotations

import argparse
import queue
import threading
import time
from pathlib import Path
from types import TracebackType

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import CommandError, complain
from lenet_tui.history.request import StoreKeyframe
from lenet_tui.protocol.new_file import sweep, write_new
from lenet_tui.protocol.request import Reply
from lenet_tui.sessions.file_format import MOST_BYTES, pieces
from lenet_tui.sessions.recovery_state import BEFORE, Unsaved
from lenet_tui.sessions.store import read
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice, verbatim
from lenet_tui.text.numbers import thousands

FAILED = 1
EVERY = 60
"""Seconds between two checkpoints of a training under way."""
FIRST = 5.0
"""Seconds until the first one: what prevents it is known early."""
SLOW = 50
"""After a checkpoint that took long to write, the next one waits for so many times as long."""
GLANCE = 0.1


class Checkpoint:
    """The checkpoint of a training: as a context, it is written each ``every`` seconds (0: never).

    It is written on a thread of its own, and what the file held before stays until it is whole.
    What prevents it is said in one line, and the training goes on.
    """

    def __init__(self, engine: BlockingEngine, path: Path, every: float = EVERY) -> None:
        self._engine, self._path, self._every = engine, path, every
        self._over = threading.Event()
        self._replies: queue.SimpleQueue[Reply[bool] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="checkpoint", daemon=True)
        self._failed = False
        self.iteration: int | None = None
        """The iteration that the file holds the session after; ``None``: of no session of ours."""

    def __enter__(self) -> Checkpoint:
        if self._every:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._replies.put(None)
        if self._every:
            self._thread.join()

    def finish(self) -> bool:
        """Write the session as it is now; whether that could be done, or there is nothing in it.

        Where it could not, it is said, and also what the file still holds.
        """
        self._engine.ask(StoreKeyframe(), FAILED)
        why = self._written()
        if why is not None:
            complain(self._not_written(why))
            return False
        if self.iteration is None:
            complain(notice("cli:nothing-to-save"))
        return True

    def rescue(self) -> None:
        """Write what the engine had reported, where it is gone."""
        before = self.iteration
        if self._engine.client.stored[0] == before:
            return
        why = self._written()
        if why is not None:
            complain(self._not_written(why))
        elif self.iteration is not None:
            n = thousands(self.iteration)
            complain(notice("cli:rescued", output=clean(str(self._path)), n=n))

    def _live(self) -> None:
        wait = min(FIRST, self._every)
        while not self._over.wait(wait):
            if not self._keyframe_stored():
                return
            began = time.monotonic()
            why = self._written()
            if why is None:
                self._failed = False
            elif not self._failed:
                self._failed = True
                self._engine.say(notice("cli:not-written-now", output=str(self._path), why=why))
            wait = max(self._every, SLOW * (time.monotonic() - began))

    def _keyframe_stored(self) -> bool:
        """Wait until there is a keyframe to resume from nearby; false: the training is over.

        A session is resumed from a keyframe that lies some iterations before.
        """
        self._engine.aside(StoreKeyframe(), self._replies.put)
        if self._replies.get() is None:  # where it cannot be stored, an earlier one serves
            return False
        client = self._engine.client
        _, stored = client.stored
        while client.stored[0] < stored + BEFORE:
            if self._over.wait(GLANCE):
                return False
        return True

    def _written(self) -> Notice | None:
        """Write what there is, whole or not at all; returns why it could not be written."""
        try:
            saved = self._engine.client.saved(MOST_BYTES)
            if saved is None:
                return None
            sweep(self._path)
            write_new(self._path, *pieces(saved), replace=True)
        except Unsaved as error:
            return error.notice
        except (OSError, MemoryError) as error:
            return verbatim(getattr(error, "strerror", None) or str(error) or type(error).__name__)
        self.iteration = saved.snapshot.position.iteration
        return None

    def _not_written(self, why: Notice) -> Notice:
        """That it is not written, and what the file holds instead."""
        output = str(self._path)
        known = self.iteration
        if known is None:
            try:
                known = read(self._path, most=MOST_BYTES).snapshot.position.iteration
            except Problem:
                return notice("cli:not-written", output=output, why=why)
        return notice("cli:not-written-still", output=output, why=why, n=thousands(known))


def checkpoint_every(args: argparse.Namespace) -> float:
    """The seconds between two checkpoints; ``CommandError`` where none is to be written."""
    every = vars(args).get("checkpoint_every")
    if every is not None and vars(args).get("checkpoint") is None:
        raise CommandError("cli:every-needs-checkpoint")
    return EVERY if every is None else float(every)
