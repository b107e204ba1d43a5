"""Training files that do not look alike end, by any way, where their owner's loop ends."""

from __future__ import annotations

import math
import random
from functools import cache
from itertools import islice

import pytest

from tests.harness.driving import Drive
from tests.harness.plain_loop import FILES, State, states

NAMES = sorted(file.stem for file in FILES.glob("[a-z]*.py"))
FEW, MANY = 6, 24


@cache
def plain(name: str, count: int = MANY) -> list[tuple[State, float | None]]:
    return list(islice(states(name), count))


def drive(name: str) -> Drive:
    plain(name)  # first, as both draw from the same generators
    return Drive("", model=str(FILES / f"{name}.py"))


def check(driven: Drive, name: str) -> None:
    """A session at the end of an iteration has the plain loop's bits."""
    state, loss = plain(name)[driven.at[0] - 1]
    assert driven.state == state
    if loss is not None:
        assert driven.moved.frame.loss == pytest.approx(loss, rel=1e-6)
    assert math.isfinite(driven.moved.frame.loss or math.nan)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_steps_goes_back_jumps_and_survives_a_kill(name: str) -> None:
    driven = drive(name)
    for _ in range(3):
        driven("finish")
        check(driven, name)
    driven("op", "op", "back op", "phase", "back phase", "finish")
    check(driven, name)
    driven("back iteration")
    check(driven, name)
    driven("goto 6")
    check(driven, name)
    driven("goto 1", "op")
    driven.again()
    driven("finish")
    check(driven, name)
    assert not driven.session.history.divergence


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_walk_of_two_hundred_moves_ends_in_the_plain_loops_bits(name: str) -> None:
    driven, draw = drive(name), random.Random(name)
    forward = ["op", "op", "phase", "finish", "run 3"]
    for _ in range(200):
        last = driven.at[0]
        back = ["back op", "back phase", "back iteration", f"goto {draw.randint(0, last)}"]
        move = draw.choice(forward if last < 3 else [*forward, *back] if last < MANY - 4 else back)
        driven(move)
        if draw.random() < 0.05:
            driven.again()
        if driven.moved.frame.boundary and driven.at[0]:
            check(driven, name)
    driven("goto 20")
    check(driven, name)
    assert not driven.session.history.divergence
