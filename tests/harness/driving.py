"""A session driven in this process, move by move, as the server would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.blob import Piece
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import DoMove, Moved, Report
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.names import NamedTensor, find
from tests.harness.oracle import State
from tests.harness.oracle_moves import At


class LocalStore:
    """Stores keyframes in this process."""

    def __init__(self) -> None:
        self.blobs: dict[int, bytes] = {}

    def put(self, iteration: int, pieces: Sequence[Piece]) -> bytes:
        self.blobs[iteration] = b"".join(pieces)
        return self.blobs[iteration]

    def get(self, iteration: int) -> bytes:
        return self.blobs[iteration]

    def drop(self, iterations: Sequence[int]) -> None:
        for iteration in iterations:
            self.blobs.pop(iteration, None)


class Hooks:
    """Nobody watches and nobody interrupts, unless told so: ``patience`` iterations of a run."""

    def __init__(self) -> None:
        self.sent: list[Report] = []
        self.patience = 10**9
        self.watching = False
        self.between: Callable[[], object] = lambda: None

    def stop_wanted(self) -> bool:
        self.patience -= 1
        return self.patience < 0

    def between_iterations(self) -> None:
        self.between()

    def frame_wanted(self) -> bool:
        return self.watching

    def send(self, report: Report) -> None:
        self.sent.append(report)


class Drive:
    """A session, its store, and its last answer."""

    def __init__(self, preset: str = "digits", **given: Any) -> None:
        self.options = resolve(preset, **({"device": "cpu"} | given))
        self.store = LocalStore()
        self.hooks = Hooks()
        self.session = Session(self.options, self.store, self.hooks)
        self.number = 0
        self.moved: Moved

    def __call__(self, *lines: str) -> Moved:
        """Make moves; each must succeed."""
        for line in lines:
            assert not self.tries(line).error, f"{line}: {self.moved.error}"
        return self.moved

    def frame(self, *lines: str) -> Frame:
        """Make moves; each must succeed. Returns the frame at the cursor."""
        for line in lines:
            self(line)
        return self.session.frame()

    def tries(self, line: str) -> Moved:
        """Make a move, which may be refused."""
        self.number += 1
        command = DoMove(self.number, parse_move(line), parameters=True, ops=True)
        self.moved = self.session.do(command)
        assert self.moved.number == self.number
        return self.moved

    def again(self) -> None:
        """Go on in a new engine, as after a kill."""
        self.session = Session(self.options, self.store, self.hooks, self.session.snapshot())

    @property
    def at(self) -> At:
        p = self.session.navigator.position
        return p.iteration, p.phase, p.op, p.index

    @property
    def state(self) -> State:
        """Of the last answer."""
        return {
            p.name: (p.sha256, p.grad.sha256 if p.grad else None) for p in self.moved.parameters
        }

    @property
    def entries(self) -> list[Entry]:
        """Every entry of the tape as far as torch has gone."""
        return [e for s in self.session.navigator.tape.segments for e in s.entries]

    def find(self, name: str) -> NamedTensor:
        """What ``name`` means at the cursor."""
        return find(self.session.navigator.tape, self.session.navigator.cursor, name)
