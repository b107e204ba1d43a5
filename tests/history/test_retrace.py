"""The moves that make a session's history again lead a new session to the same place."""

from __future__ import annotations

from itertools import islice

import pytest

from lenet_tui.history.retrace import retrace
from tests.harness.driving import Drive
from tests.harness.few import few
from tests.history.test_engine_walks import moves

pytestmark = pytest.mark.filterwarnings("ignore:Using a target size")


def check(drive: Drive, told: str) -> None:
    """Both sessions are at the same place, and go on in the same way.

    One after the other: torch's generator is one for both.
    """
    snapshot, at = drive.session.snapshot(), drive.at
    lines = [str(move) for move in retrace(snapshot, drive.moved.frame.boundary)]
    told = f"{told}\n{lines}"
    onward = ("phase", "op", "finish", "finish", "finish")
    wanted = [(drive.tries(line).frame.digest, drive.moved.frame.options) for line in onward]
    again = Drive(drive.options.preset, seed=drive.options.seed)
    for line in lines:
        assert not again.tries(line).error, (line, told)
    assert again.at == at, told
    assert again.session.snapshot().end == snapshot.end, told
    assert again.session.snapshot().watches == snapshot.watches, told
    got = [(again.tries(line).frame.digest, again.moved.frame.options) for line in onward]
    assert got == wanted, told


LINES = [
    ("goto 0",),
    ("run 3",),
    ("run 3", "goto 2"),
    ("run 3", "do forward", "do loss", "finish", "back iteration", "back phase"),
    ("run 3", "do forward", "do loss", "finish", "back iteration"),
    ("run 3", "op", "op"),
    ("op",),
    ("do forward", "finish", "back iteration"),
    ("set lr 0.1", "run 2", "set clip 1", "run 2", "goto 1"),
    ("run 2", "phase", "skip loss", "skip zero_grad", "do forward", "do zero_grad"),
    ("phase", "phase", "do backward onehot 3", "back op", "set lr 0.5", "op", "op"),
    ("run 4", "do forward", "do loss", "goto 4", "phase"),
    ("run 5", "set optimizer adam", "run 40", "goto 7", "op"),
    ("watch loss < 0", "watch loss > 0", "unwatch 1", "watch iteration > 99", "run 2"),
]


@pytest.mark.parametrize("lines", few(LINES, *LINES[::3]))
def test_history_is_made_again(lines: tuple[str, ...]) -> None:
    drive = Drive()
    drive(*lines)
    check(drive, str(lines))


@pytest.mark.parametrize(
    ("seed", "length"),
    few([(1, 20), *((n, 60) for n in range(1, 12))], spread=True),
)
@pytest.mark.parametrize("preset", ["digits", pytest.param("notebook", marks=pytest.mark.slow)])
def test_the_history_of_a_walk_is_made_again(preset: str, seed: int, length: int) -> None:
    drive = Drive(preset, seed=seed)
    path = []
    for line in islice(moves(seed, 12), length):
        if not line.startswith("set seed"):
            path.append(line)
            drive.tries(line)
    for line in (("op", "back phase"), ("continue 1", "back op"), ("finish", "goto 3"))[seed % 3]:
        drive.tries(line)
    check(drive, str(path))
