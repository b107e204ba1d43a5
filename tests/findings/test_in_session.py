"""A check that a screen asks for leaves the session as it is, wherever its cursor stands."""

from __future__ import annotations

import pytest

from lenet_tui.findings.request import Check
from lenet_tui.protocol.request import handler_of
from tests.findings.gallery_files import FOLDER
from tests.harness.driving import Drive
from tests.harness.oracle import State
from tests.harness.oracle_moves import At

OWN = str(FOLDER.parent / "healthy" / "dcgan.py")


@pytest.mark.parametrize(
    ("given", "moves"),
    [
        ({}, ("finish", "phase", "phase", "op")),
        ({}, ("phase", "phase", "phase", "op", "op")),
        ({"preset": "", "model": OWN}, ("finish", "phase", "op")),
        ({}, ()),
    ],
)
def test_a_check_leaves_the_session_where_it_is(
    given: dict[str, str], moves: tuple[str, ...]
) -> None:
    assert _walk(given, moves, checks=True) == _walk(given, moves, checks=False)


def _walk(given: dict[str, str], moves: tuple[str, ...], checks: bool) -> list[tuple[At, State]]:
    """Where each move after a check leads; one session at a time, as both draw numbers."""
    drive = Drive(**given)
    for move in moves:
        drive(move)
    if checks:
        found = handler_of(Check(2))(Check(2), drive.session)
        assert found.iterations == 2
        assert not found.fails
    states = []
    for move in ("op", "phase", "finish", "back phase", "finish"):
        drive(move)
        states.append((drive.at, drive.state))
    return states


def test_it_is_of_the_step_on_the_tape() -> None:
    """Labels that are out of range only in the second batch."""
    file = str(FOLDER.parent / "second_batch.py")
    drive = Drive("", model=file)
    drive("finish")
    assert "label-range" not in _ids(drive, 1)
    assert "label-range" in _ids(drive, 2)
    drive.tries("finish")
    drive("goto 1")
    assert "label-range" not in _ids(drive, 1)


def _ids(drive: Drive, iterations: int) -> set[str]:
    request = Check(iterations)
    return {f.id for f in handler_of(request)(request, drive.session).findings}
