"""Random walks of moves: wherever they lead, the session is where a plain script would be."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from itertools import islice

import pytest
from torch import nn

from tests.harness.driving import Drive
from tests.harness.models import Residual, sequential
from tests.harness.oracle import LeNet, Settings
from tests.harness.oracle_moves import TURN, Walker

pytestmark = pytest.mark.filterwarnings("ignore:Using a target size")

STEPS = ["op"] * 8 + ["phase"] * 8 + ["finish"] * 3
BACK = ["back op"] * 5 + ["back phase"] * 4 + ["back iteration"] * 2
VECTORS = ["random", "random", "onehot 3", "onehot 11", "1,2,3", "1,0,0,-2,0,0,0.5,0,0,1e-3"]
SETS = [
    *("lr 0.1", "lr 0", "lr 0.003", "optimizer manual", "optimizer sgd", "optimizer momentum"),
    *("optimizer adam", "loss mse", "loss cross_entropy", "batch-size 1", "batch-size 4"),
    *("batch-size 7", "data digits", "data random", "device cpu", "device cuda:77"),
]


def moves(seed: int, furthest: int) -> Iterator[str]:
    """Moves of every kind, most of them possible, some refused."""
    luck = random.Random(seed)
    while True:
        kind = luck.random()
        if kind < 0.48:
            yield luck.choice(STEPS)
        elif kind < 0.68:
            yield luck.choice(BACK)
        elif kind < 0.76:
            yield f"goto {luck.randrange(furthest)}"
        elif kind < 0.80:
            yield luck.choice(["run", "continue"]) + f" {luck.randrange(1, 6)}"
        elif kind < 0.86:
            yield f"skip {luck.choice(TURN)}"
        elif kind < 0.92:
            yield f"do {luck.choice(TURN)}"
        elif kind < 0.94:
            yield f"do backward {luck.choice(VECTORS)}"
        else:
            yield f"set {luck.choice(SETS)}" if luck.random() < 0.97 else "set seed 3"


def walk(
    settings: Settings, seed: int, length: int, furthest: int, *, forward_ops: int = 12, every: int
) -> None:
    """``every``: at one place in so many everything is compared, at all others the position."""
    settings = replace(settings, seed=seed)
    drive = start(settings)
    walker = Walker(settings, forward_ops)
    luck = random.Random(seed)
    path: list[str] = []
    refused = 0
    for line in islice(moves(seed, furthest), length):
        path.append(line)
        drive.tries(line)
        error = walker.move(line)
        frame, options = drive.moved.frame, walker.options()
        told = f"after {path[-12:]} ({len(path)} moves): {drive.moved.error!r}, {error!r}"
        assert bool(drive.moved.error) == bool(error), told
        assert (drive.at, frame.next_phase) == (walker.at, walker.next_phase), told
        assert all(
            getattr(frame.options, f.name) == getattr(options, f.name)
            for f in fields(options)
            if f.name != "make"
        ), told
        assert not frame.divergence, told
        refused += bool(error)
        if luck.random() * every < 1:
            state, loss = walker.state()
            assert repr(frame.loss) == repr(loss), told
            assert drive.state == state, told
        if luck.random() < 0.03:
            drive.again()
            path.append("(a new engine)")
            assert drive.at == walker.at, told
    assert 0 < refused < length / 2
    assert drive.state == walker.state()[0]


def start(settings: Settings) -> Drive:
    """The session that stands for a script with these settings."""
    preset = "notebook" if settings.data == "random" else "digits"
    made = settings.make
    own = {} if made is LeNet else {"model": f"{made.__module__}:{made.__name__}"}
    return Drive(preset, batch_size=settings.batch_size, seed=settings.seed, **own)


DIGITS, NOTEBOOK = Settings(), Settings(data="random", loss="mse")


@pytest.mark.parametrize(
    ("preset", "batch"),
    [
        pytest.param(DIGITS, 4, id="digits-4"),
        pytest.param(NOTEBOOK, 1, id="notebook-1", marks=pytest.mark.slow),
        pytest.param(DIGITS, 1, id="digits-1", marks=pytest.mark.slow),
        pytest.param(NOTEBOOK, 4, id="notebook-4", marks=pytest.mark.slow),
    ],
)
def test_a_walk_leads_where_a_script_would(preset: Settings, batch: int) -> None:
    walk(replace(preset, batch_size=batch), seed=1, length=40, furthest=12, every=3)


@pytest.mark.parametrize("make, ops", [(Residual, 10), (sequential, 8)])
def test_a_walk_of_another_model(make: Callable[[], nn.Module], ops: int) -> None:
    settings = Settings(batch_size=3, make=make)
    walk(settings, seed=4, length=40, furthest=12, forward_ops=ops, every=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("preset", [DIGITS, NOTEBOOK], ids=["digits", "notebook"])
def test_a_long_walk_leads_where_a_script_would(preset: Settings, batch: int, seed: int) -> None:
    walk(replace(preset, batch_size=batch), seed=seed, length=500, furthest=110, every=5)


@pytest.mark.slow
@pytest.mark.parametrize("make, ops", [(Residual, 10), (sequential, 8)])
def test_a_long_walk_of_another_model(make: Callable[[], nn.Module], ops: int) -> None:
    settings = Settings(batch_size=3, make=make)
    walk(settings, seed=5, length=500, furthest=80, forward_ops=ops, every=5)
