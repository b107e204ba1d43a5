"""Sessions to be exported: run in this process, at random or by given moves."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from lenet_tui.core.frames import Frame
from lenet_tui.core.moves import parse_move
from lenet_tui.core.options import Options
from lenet_tui.core.protocol import DoMove, Export, Report
from lenet_tui.engine.history import LocalStore
from lenet_tui.engine.session import Session

STEPS = ("op", "op", "op", "phase", "phase", "phase", "finish", "finish", "run 3", "run 6")
BACK = ("back op", "back phase", "back iteration", "goto 2")
FREE = (
    *("do forward", "do loss", "do zero_grad", "do backward", "do update"),
    *("do backward random", "do backward onehot 3", "do backward 1,-2,0.5,3,0,0,1e-3,7,8,9"),
)
SETS = (
    *("set lr 0.1", "set lr 0.003", "set loss mse", "set loss cross_entropy", "set data random"),
    *("set data digits", "set optimizer sgd", "set optimizer momentum", "set optimizer adam"),
    *("set optimizer manual", "set batch-size 1", "set batch-size 4", "set batch-size 7"),
)


class NoHooks:
    """A run that nobody watches."""

    def stop_wanted(self) -> bool:
        return False

    def frame_wanted(self) -> bool:
        return False

    def send(self, report: Report) -> None:
        """Nobody listens."""


class Played:
    """A session that takes moves as text. ``made``: those that were not refused."""

    def __init__(self, options: Options, moves: Iterable[str] = ()) -> None:
        self.session = Session(options, LocalStore(), NoHooks())
        self.made: list[str] = []
        self.refused = ""
        self.frame: Frame
        self.play("run 0", *moves)

    def play(self, *moves: str) -> Played:
        for text in moves:
            moved = self.session.do(DoMove(len(self.made), parse_move(text)))
            self.frame, self.refused = moved.frame, moved.error
            if not moved.error:
                self.made.append(text)
        return self

    def script(self) -> str:
        """The exported script."""
        exported = self.session.export(Export(1))
        assert not exported.error, exported.error
        return exported.text


def wander(played: Played, dice: random.Random, length: int) -> None:
    """``length`` moves at random: steps, skips, phases out of turn, changed options, back."""
    for _ in range(length):
        kind = dice.choices(("step", "back", "free", "set", "skip"), (10, 1, 3, 4, 1))[0]
        skip = f"skip {played.frame.next_phase}"
        choices = {"step": STEPS, "back": BACK, "free": FREE, "set": SETS, "skip": (skip,)}
        played.play(dice.choice(choices[kind]))
    played.play(*["op"] * dice.choice((0, 0, 3, 20)))


def ran(script: str) -> dict[str, str]:
    """What a script's session comes to, run in this process."""
    own: dict[str, Any] = {"__name__": "exported"}
    exec(compile(script, "exported.py", "exec"), own)
    found: dict[str, str] = own["digests"](*own["session"]())
    assert own["RECORDED"].keys() == found.keys()
    return found
