"""Random walks of moves: wherever they lead, the session is where a plain script would be."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.driving import Drive
from tests.oracle import Settings
from tests.oracle_moves import TURN, Walker

pytestmark = pytest.mark.filterwarnings("ignore:Using a target size")

STEPS = ["op"] * 8 + ["phase"] * 8 + ["finish"] * 3
BACK = ["back op"] * 5 + ["back phase"] * 4 + ["back iteration"] * 2
VECTORS = ["random", "random", "onehot 3", "onehot 11", "1,2,3", "1,0,0,-2,0,0,0.5,0,0,1e-3"]
SETS = [
    *("lr 0.1", "lr 0", "lr 0.003", "optimizer manual", "optimizer sgd", "optimizer momentum"),
    *("optimizer adam", "loss mse", "loss cross_entropy", "batch-size 1", "batch-size 4"),
    *("batch-size 7", "data digits", "data random", "device cpu", "device cuda:77"),
]
PRESETS = {"digits": Settings(), "notebook": Settings(data="random", loss="mse")}


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


def walk(preset: str, batch: int, seed: int, length: int, furthest: int, every: int) -> None:
    drive = Drive(preset, batch_size=batch, seed=seed)
    settings = PRESETS[preset]
    settings = Settings(settings.data, settings.loss, batch_size=batch, seed=seed)
    walker = Walker(settings)
    luck = random.Random(seed)
    path = []
    refused = 0
    for line, _ in zip(moves(seed, furthest), range(length), strict=False):
        path.append(line)
        drive.tries(line)
        error = walker.move(line)
        told = f"after {path[-12:]} ({len(path)} moves): {drive.moved.error!r}, {error!r}"
        assert bool(drive.moved.error) == bool(error), told
        assert drive.at == walker.at, told
        frame, options = drive.moved.frame, walker.options()
        assert not frame.drift, told
        assert frame.next_phase == walker.next_phase, told
        now = frame.options
        assert (now.data, now.loss, now.optimizer, now.lr, now.batch_size, now.seed) == (
            (options.data, options.loss, options.optimizer, options.lr)
            + (options.batch_size, options.seed)
        ), told
        refused += bool(error)
        if luck.random() * every < 1:
            state, loss = walker.state()
            assert frame.loss == loss or (frame.loss != frame.loss and loss != loss), told
            assert drive.state == state, told
        if luck.random() < 0.03:
            drive.again()
            path.append("(a new engine)")
            assert drive.at == walker.at, told
    assert 0 < refused < length / 2
    assert drive.state == walker.state()[0]


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("preset", ["digits", "notebook"])
def test_a_walk_leads_where_a_script_would(preset: str, batch: int) -> None:
    walk(preset, batch, seed=1, length=150, furthest=12, every=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("preset", ["digits", "notebook"])
def test_a_long_walk_leads_where_a_script_would(preset: str, batch: int, seed: int) -> None:
    walk(preset, batch, seed=seed, length=500, furthest=110, every=5)
