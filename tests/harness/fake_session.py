"""A session without torch, for tests of the worker and the client: ``set data WORD`` misbehaves."""

from __future__ import annotations

import ctypes
import math
import os
import sys
import time
import warnings
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from lenet_tui.process.engine import server
from lenet_tui.protocol.frame import Device, Frame, OpRows, Parameter
from lenet_tui.protocol.loss_series import Taken
from lenet_tui.protocol.messages import (
    Busy,
    DoMove,
    FrameUpdate,
    Moved,
    Ready,
    RunFree,
    Snapshot,
    Subscription,
)
from lenet_tui.protocol.moves import Run, Set
from lenet_tui.protocol.options import OptionError, Options
from lenet_tui.protocol.position import SEARCHING, STARTS_CUDA, Position
from lenet_tui.protocol.request import Rejected, Request, answers
from lenet_tui.protocol.session_api import DeviceLost, Hooks, KeyframeStore, MoveRejected
from lenet_tui.text.notice import verbatim


class FakeSession:
    """Counts iterations; keeps a keyframe of each tenth, checked when a snapshot is taken up."""

    def __init__(
        self,
        options: Options,
        store: KeyframeStore,
        hooks: Hooks,
        snapshot: Snapshot | None = None,
    ) -> None:
        if options.device == "nowhere":
            raise OptionError(verbatim("device nowhere is not here"))
        if options.device == "broken":
            raise ZeroDivisionError("the engine broke\nin two lines")
        if options.device == "deadly":
            os.abort()
        if options.device == "slow":
            hooks.send(Busy(Position(), -1, STARTS_CUDA, 0.0))
            time.sleep(1.2)
        self.options, self.store, self.hooks = options, store, hooks
        self.iteration = snapshot.position.iteration if snapshot else 0
        self.kept = {i for i, _ in snapshot.keyframes} if snapshot else set()
        for iteration in self.kept:
            assert bytes(store.get(iteration)) == self._blob(iteration), iteration
        if not snapshot:
            self.kept.add(0)
            store.put(0, [self._blob(0)])
        self.looked = Subscription()
        self.progress = SimpleNamespace(
            position=Position(), segment=0, what="op", after="", since=0.0
        )
        self.ready = Ready(
            options, Device("cpu", "CPU"), "0", 1, "none", "float32", "Net()",
            (Parameter("w", (1,), "float32"),),
        )  # fmt: skip

    def do(self, command: DoMove) -> Moved:
        move = command.move
        if isinstance(move, Set):
            misbehave(str(move.value), self)
        elif isinstance(move, Run):
            for _ in range(move.count):
                self._iterate()
        return Moved(command.number, self._frame())

    def run_free(self, command: RunFree) -> Moved:
        while not self.hooks.stop_wanted():
            self._iterate()
            if self.hooks.frame_wanted():
                self.hooks.send(FrameUpdate(self._frame()))
        return Moved(command.number, self._frame(), stopped=verbatim("paused"))

    def subscribe(self, subscription: Subscription) -> Frame:
        self.looked = subscription
        return self._frame()

    def subscribe_next(self, subscription: Subscription) -> None:
        self.looked = subscription

    def snapshot(self) -> Snapshot:
        keyframes = tuple((i, 1) for i in sorted(self.kept))
        end = (self.iteration, 4 if self.iteration else 0, math.inf)
        return Snapshot(Position(self.iteration), 4, end, keyframes=keyframes)

    def take_losses(self) -> Taken:
        return Taken(self.iteration, [])

    def _iterate(self) -> None:
        self.iteration += 1
        self.progress.position, self.progress.since = Position(self.iteration), time.monotonic()
        if self.iteration % 10 == 0:
            self.kept.add(self.iteration)
            self.store.put(self.iteration, [self._blob(self.iteration)])

    def _blob(self, iteration: int) -> bytes:
        return b"%d of %d" % (iteration, self.options.seed) * 20_000

    def _frame(self) -> Frame:
        return Frame(
            Position(self.iteration), (), "forward", self.options, OpRows(), None, None, 1,
            np.zeros(0), self.iteration, False, 0, running=self.looked.graph,
        )  # fmt: skip


def misbehave(word: str, session: FakeSession) -> None:
    """What models and torch may do to an engine."""
    if word.startswith("sleep "):
        session.progress.since = time.monotonic()
        time.sleep(float(word.split()[1]))
    elif word.startswith("search "):
        session.hooks.send(Busy(session.progress.position, 0, SEARCHING, 0.75))
        misbehave(word.replace("search", "spin"), session)
    elif word.startswith("spin "):  # in C, with Python's lock held: even the watchdog is silent
        ctypes.PyDLL(None).usleep(int(float(word.split()[1]) * 1e6))
    elif word == "lose":
        raise DeviceLost("training:lost", device="cuda:0", why=r"CUDA error\x1b[31m")
    elif word == "raise":
        raise ArithmeticError("too much\x1b[31m\nsecond line")
    elif word == "print":
        print("from python", end="")  # noqa: T201
        print("to stderr \x1b[2J", file=sys.stderr)  # noqa: T201
        os.write(1, "from C ☃\nunfinished".encode())
    elif word == "flood":
        os.write(2, b"x" * 100 + b"\n")
        for _ in range(40):
            os.write(2, b"0123456789" * 10_000 + b"\n")
    elif word == "warn":
        warnings.warn("a shape\n broadcasts (Triggered internally at /a/b.cpp:12.)", stacklevel=1)
    elif word == "exit":
        sys.exit(3)
    elif word == "abort":
        os.write(2, b"last words\n")
        os.abort()
    elif word == "modules":
        print(*sorted(sys.modules), sep="\n")  # noqa: T201
    elif word == "fork":  # a child that looks for no parent
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        print(child)  # noqa: T201
    elif word == "child":
        misbehave("fork", session)
        os.abort()
    elif word == "streams":
        print(os.getpgid(0), [str(Path(f"/proc/self/fd/{n}").readlink()) for n in range(3)])  # noqa: T201
    elif word == "impure":
        session.hooks.send(datetime.now())  # type: ignore[arg-type]
    elif word == "cwd":
        print(Path.cwd())  # noqa: T201


@dataclass(frozen=True)
class Question(Request[str]):
    """A request without torch: ``reject`` and ``raise`` misbehave."""

    answered_in = "tests.harness.fake_session"

    word: str


class Early(Question):
    """The same, before there is a session too."""

    needs_session = False


@answers(Question)
@answers(Early)
def answer(request: Question, session: FakeSession | None) -> str:
    if request.word == "reject":
        raise Rejected(verbatim("there is no torch here"))
    if request.word == "go back":
        raise MoveRejected(verbatim("iteration 6 is not kept"))
    if request.word == "raise":
        raise ValueError("no such word")
    return f"{request.word} at {session.iteration if session else None}"


def main(connection: Connection) -> None:
    """The worker with a fake session: what a test's client starts."""
    server.main(connection, lambda: FakeSession)
