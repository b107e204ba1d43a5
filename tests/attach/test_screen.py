"""The app on a session that is another process's: what it offers, and what it says in the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lenet_tui.app.engine_state import Dead, Outcome
from lenet_tui.attach.engine.host import REFUSES
from lenet_tui.protocol.messages import (
    Busy,
    DoMove,
    Ended,
    EndProgram,
    FrameUpdate,
    Keys,
    Passing,
    TakeKeys,
)
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.position import Position
from lenet_tui.text.notice import notice
from tests.harness.running_app import running

OWN = notice("attach:own-process")


@pytest.mark.slow
async def test_what_makes_no_sense_in_another_s_process_is_refused_with_a_line() -> None:
    async with running() as app:
        app.engine.refuses = dict.fromkeys(REFUSES, OWN)
        before = app.engine.frame().position
        for key in ("ctrl+r", "d", "o", "R", "x", "t"):
            app.app.clear_notifications()
            await app.settle()
            assert "not here: the engine" not in app.text
            await app.press(key)
            assert "not here: the engine" in app.text, key
            assert app.app.screen is app.app.main, key
        assert app.engine.restarts == 0
        assert app.engine.frame().position == before
        assert not app.engine.moves


@pytest.mark.slow
async def test_one_of_two_screens_says_that_it_only_looks_and_takes_the_keys() -> None:
    async with running() as app:
        assert "read-only" not in app.text
        app.engine.report(Keys(yours=False, screens=2))
        await app.settle()
        assert "read-only" in app.text
        assert "another screen makes the moves" in app.text
        app.app.main.outcome = Outcome(notice("attach:read-only"), rejected=True)
        await app.settle()
        assert "not done: another screen" in app.rail
        app.engine.session.do(DoMove(99, parse_move("op")))
        app.engine.report(FrameUpdate(app.engine.frame()))
        await app.settle()
        assert "not done" not in app.rail
        await app.press("X")
        assert app.engine.commands(TakeKeys) == [TakeKeys()]
        app.app.main.outcome = Outcome(notice("attach:read-only"), rejected=True)
        app.engine.report(Keys(yours=True, screens=2))
        await app.settle()
        assert "read-only" not in app.text
        assert "not done" not in app.rail


@pytest.mark.slow
async def test_a_script_that_runs_on_is_followed_until_it_stands() -> None:
    async with running() as app:
        await app.press("f")
        app.engine.report(Passing(152, 0.4375))
        await app.settle()
        assert "iteration 152  the script runs on" in app.rail
        assert "the panes show iteration 1" in app.rail
        assert app.text.splitlines()[0].rstrip().endswith(" loss 0.4375")
        app.engine.report(Passing(153, 0.4375, earlier=True))
        await app.settle()
        assert app.text.splitlines()[0].rstrip().endswith("earlier loss 0.4375")
        app.engine.report(FrameUpdate(app.engine.frame()))
        await app.settle()
        assert "runs on" not in app.rail
        assert "iteration 1 " in app.rail


async def test_a_program_that_ends_is_said_to_and_stays_readable() -> None:
    async with running((80, 24)) as app:
        await app.press("f")
        seen = app.text.splitlines()[4:]
        app.engine.report(Ended(notice("attach:ended")))
        await app.settle()
        assert app.app.main.state == Dead(notice("attach:ended"), final=True)
        assert app.engine.restarts == 0
        assert "the program has ended; what is on the screen stays, q leaves it" in app.text
        assert app.text.splitlines()[4:24] == seen[:20]
        moves = len(app.engine.moves)
        await app.press("n", "r")
        assert len(app.engine.moves) == moves


@pytest.mark.slow
async def test_the_program_ends_only_after_a_yes() -> None:
    async with running((80, 24)) as app:
        await app.press("Q", "enter")
        assert not app.engine.commands(EndProgram)
        await app.press("Q", "left", "enter")
        assert app.engine.commands(EndProgram) == [EndProgram()]


@pytest.mark.slow
async def test_an_op_that_cannot_be_ended_is_not_said_to_be() -> None:
    async with running() as app:
        busy = Busy(Position(1, "forward", 3), 0, "conv2d", 7.0)
        app.engine.report(busy)
        await app.settle()
        assert "conv2d has been running for 7 s; escape ends it" in app.text
        app.engine.refuses = {"restart": OWN}
        app.app.not_offered = REFUSES
        app.engine.report(replace(busy, seconds=8.0))
        await app.settle()
        assert "conv2d has been running for 8 s" in app.text
        assert "escape ends it" not in app.text
        await app.press("escape")
        assert app.engine.restarts == 0
