"""Random walks with edits and drawings: a session made anew, and a script, come out the same."""

from __future__ import annotations

import random

import numpy as np
import pytest

from lenet_tui.history.retrace import retrace
from lenet_tui.protocol.picture import packed
from lenet_tui.protocol.request import Rejected
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, shown

PICTURES = [
    packed(np.random.default_rng(n).uniform(-1, 1, 1024).astype(np.float32)) for n in range(3)
]
STEPS = ("op", "op", "phase", "phase", "finish", "finish", "run 3")
BACK = ("back op", "back phase", "back iteration", "goto 2", "goto 5", "goto 40")
FREE = (
    *("do forward", "do loss", "do backward", "do update", "skip zero_grad", "skip forward"),
    *("skip update", "skip backward"),
)
SETS = ("set lr 0.1", "set batch-size 2", "set optimizer adam", "set optimizer manual", "kill")


def by_hand(dice: random.Random) -> str:
    number = dice.uniform(-1, 1)
    return dice.choice(
        [
            f"edit conv1.weight[0,0,1,2] {number!r}",
            f"edit fc3.bias[{dice.randrange(10)}] {number!r}",
            f"draw {dice.randrange(10)} {dice.choice(PICTURES)} {dice.choice((0, 0, 1))}",
            f"edit input[0,0,3,4] {number!r}",
            f"edit next input[0,0,5,5] {number!r}",
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [2, 11, *(pytest.param(n, marks=pytest.mark.slow) for n in range(20, 40))]
)
def test_wherever_edits_lead_it_is_where_moves_and_a_script_lead(seed: int) -> None:
    dice = random.Random(seed)
    drive = Drive(optimizer=dice.choice(("manual", "adam", "momentum")))
    for _ in range(35):
        kind = dice.choices((STEPS, BACK, FREE, SETS, None), (7, 4, 2, 1, 6))[0]
        line = by_hand(dice) if kind is None else dice.choice(kind)
        if line == "kill":
            drive.again()
        else:
            assert not drive.tries(line).frame.divergence, line
    drive("run 0")
    again = Drive(optimizer=drive.options.optimizer)
    again(*map(str, retrace(drive.session.snapshot(), drive.moved.frame.boundary)), "run 0")
    assert (again.at, again.state) == (drive.at, drive.state)
    try:
        script = exported(drive)
    except Rejected:
        return
    assert ran(script) == shown(drive)
