"""A run by itself: its pace, what is said of it, and how it is changed."""

from __future__ import annotations

import pytest

from lenet_tui.protocol.messages import Pause, RunFree
from lenet_tui.protocol.moves import Continue, Forward, parse_move
from lenet_tui.protocol.options import Options
from lenet_tui.stepping.speeds import FIRST, NAMES, SPEEDS
from tests.harness.driving import Drive
from tests.harness.running_app import Running, running

FLAT = "flat out"


def _said(run: Running) -> bool:
    """Whether the status line says that a run is under way."""
    return "at full speed" in run.lines[0] or "running" in run.lines[0]


def test_each_speed_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(SPEEDS)
    assert SPEEDS[FIRST].seconds >= 1


@pytest.mark.slow
async def test_the_first_run_can_be_followed_and_says_its_speed() -> None:
    async with running() as run:
        await run.press("r")
        assert run.engine.moves == [Forward("phase")] and not run.engine.commands(RunFree)
        assert "running, 1 phase/s" in run.lines[0] and "+ - speed" in run.lines[0]
        await run.press("plus")
        assert "running, 4 phases/s" in run.lines[0]
        await run.press("r")
        assert "running" not in run.lines[0] and "+ - speed" not in run.lines[0]


@pytest.mark.slow
async def test_a_speed_chosen_while_paused_is_said_and_used() -> None:
    async with running((80, 24)) as run:
        await run.press("minus")
        assert "speed of a run: 20 ops/s" in run.text
        await run.press(*["minus"] * 3)
        assert "speed of a run: 1 op/s, the slowest" in run.text
        await run.press("plus", "plus", "r")
        assert "running, 20 ops/s" in run.lines[0]
        await run.pilot.pause(0.3)
        await run.press("r")
        assert set(run.engine.moves) == {Forward("op")} and len(run.engine.moves) >= 3


@pytest.mark.slow
async def test_plus_at_the_fastest_leaves_the_run_alone() -> None:
    async with running(free=2, speed=FLAT) as run:
        await run.press("r", "plus")
        assert "at full speed" in run.lines[0] and "the fastest" in run.text
        assert len(run.engine.commands(RunFree)) == 1 and not run.engine.commands(Pause)


@pytest.mark.slow
@pytest.mark.parametrize("keys", [("minus", "plus"), ("r", "r"), ("minus", "minus", "plus")])
async def test_a_run_changed_before_its_pause_is_answered_is_said_truly(
    keys: tuple[str, ...],
) -> None:
    async with running(free=2, speed=FLAT) as run:
        end, pauses = run.engine._end_run, []
        run.engine._end_run = lambda: pauses.append(end)  # type: ignore[method-assign]
        await run.press("r")
        for key in keys:
            await run.press(key)
            assert "None" not in run.lines[0]
            assert _said(run) == run.app.main.runner.on
        run.engine._end_run = end  # type: ignore[method-assign]
        for pause in pauses:
            pause()
        await run.settle()
        assert run.app.main.runner.on
        assert _said(run) == run.app.main.runner.on


async def test_a_free_run_that_waits_is_dropped_by_a_pause() -> None:
    async with running((80, 24), free=2, speed=FLAT) as run:
        run.engine.hold = True
        await run.press("n", "r")
        assert run.app.main.runner.on
        await run.press("r")
        run.engine.release()
        await run.settle()
        assert not run.app.main.runner.on and not run.engine.commands(RunFree)


@pytest.mark.parametrize(
    "speed",
    [
        "10 iteration/s",
        *(pytest.param(s, marks=pytest.mark.slow) for s in ("4 phase/s", "20 op/s")),
    ],
)
async def test_a_run_at_any_speed_ends_where_numbers_are_no_longer_finite(speed: str) -> None:
    options = Options(lr=1000.0, batch_size=8)
    drive = Drive(lr=1000.0, batch_size=8)
    drive("continue")
    here = drive.session.frame().position
    async with running((80, 24), options=options, speed=speed) as run:
        await run.press("g", *str(here.iteration - 1), "enter", "r")
        for _ in range(400):
            await run.pilot.pause(0.02)
            if not run.app.main.runner.on:
                break
        await run.settle()
        frame = run.app.main.frame
        assert frame is not None and frame.position == here
        assert "∞" in run.text
        assert run.app.main.recorder.moves[-1] == Continue(2)
        steps = run.app.main.recorder.moves
    again = Drive(lr=1000.0, batch_size=8)
    again(*map(str, steps))
    assert again.session.frame().position == here


@pytest.mark.slow
async def test_a_watchpoint_ends_a_run_at_a_pace() -> None:
    drive = Drive()
    drive("watch loss < 2.2", "continue")
    here = drive.session.frame().position
    async with running(speed="10 iteration/s", moves=()) as run:
        run.app.main.move(parse_move("watch loss < 2.2"))
        await run.settle()
        await run.press("r")
        for _ in range(400):
            await run.pilot.pause(0.02)
            if not run.app.main.runner.on:
                break
        await run.settle()
        frame = run.app.main.frame
        assert frame is not None and frame.position == here and not run.app.main.runner.on
