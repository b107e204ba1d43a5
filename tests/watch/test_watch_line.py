"""What the main screen says of watchpoints, and of what stopped a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from lenet_tui.app.all_words import words
from lenet_tui.protocol.messages import DoMove, FrameUpdate, Moved
from lenet_tui.text.notice import verbatim
from lenet_tui.watch.ui.line import watch_line
from tests.harness.running_app import Running, running

WATCHES = (
    (1, "loss < 0.1", 2.3026, False),
    (2, "iteration >= 1", 1.0, True),
    (3, "norm(conv1.weight.grad) > 1", None, False),
)


def last(run: Running) -> int:
    return run.engine.commands(DoMove)[-1].number


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_why_a_run_stopped_stays_until_the_next_move(size: tuple[int, int]) -> None:
    reason = "stopped: watch 1: iteration >= 3 (3)"
    async with running(size) as run:
        await run.press("w", *"iteration >= 3", "enter", "c")
        run.app.clear_notifications()
        await run.press("down", "w", "escape", "v")
        assert reason in run.rail and "1 iteration >= 3: true (3)" in run.lines[-2]
        await run.press("w", *"loss < 0", "enter")
        assert reason in run.rail  # nothing has moved
        await run.press("n")
        assert "stopped" not in run.rail


@pytest.mark.slow
async def test_why_a_move_was_rejected_stays_until_the_next() -> None:
    async with running() as run:
        run.engine.hold = True
        await run.press("n")
        error = verbatim("mat1 and mat2 shapes cannot be multiplied")
        run.engine.report(Moved(last(run), run.engine.frame(), error))
        await run.settle()
        run.app.clear_notifications()
        await run.settle()
        assert "not done: mat1 and mat2 shapes cannot be multiplied" in run.rail
        run.engine.hold = False
        await run.press("n")
        assert "not done" not in run.rail


@pytest.mark.slow
async def test_continue_without_a_watchpoint_says_that_nothing_will_stop_it() -> None:
    async with running() as run:
        run.engine.hold = True
        await run.press("c")
        assert "no watchpoint is set: only NaN or infinity" in run.text and "w sets one" in run.text
        assert "running; no watchpoint is set" in run.lines[0]


@pytest.mark.slow
async def test_continue_with_a_watchpoint_only_says_where_it_runs() -> None:
    async with running() as run:
        run.engine.hold = True
        await run.press("w", *"loss < 9", "enter", "c")  # the first is not answered yet
        assert "no watchpoint is set" not in run.text


@pytest.mark.slow
async def test_watchpoints_have_a_line_of_their_own() -> None:
    async with running((80, 24)) as run:
        frame = run.engine.frame()
        run.engine.report(FrameUpdate(replace(frame, watches=WATCHES)))
        await run.settle()
        line = run.lines[-2]
        assert "watchpoints   2 iteration >= 1: true (1)   1 loss < 0.1: not true (2.303)" in line
        assert "+1" in line
        await run.pilot.click("#watch-line", offset=(20, 0))
        assert "Watchpoints" in run.text
        await run.press("escape")
        run.engine.report(FrameUpdate(frame))
        await run.settle()
        assert "watchpoints" not in run.text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [58, 78, 118, 198])
def test_the_line_fits(width: int, language: str) -> None:
    line = watch_line(WATCHES, words(language), width)
    assert cell_len(line.plain) <= width
    assert "iteration >= 1" in line.plain
    unknown = words(language)("watch.unknown")
    whole = f"norm(conv1.weight.grad) > 1: {unknown}" in line.plain
    assert whole != ("+1" in line.plain or "+2" in line.plain)
    assert whole or width < 198
