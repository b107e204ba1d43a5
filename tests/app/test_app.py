"""The app's conversation with the engine, and what is seen of it."""

from __future__ import annotations

import pytest
from textual.events import Key

from lenet_tui.app.engine_state import Restarting
from lenet_tui.app.ui.app import LenetApp
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import (
    Answered,
    Busy,
    Died,
    Failed,
    FrameAcknowledged,
    FrameUpdate,
    Pause,
    Printed,
    Remark,
    RunFree,
    Start,
    Subscription,
)
from lenet_tui.protocol.moves import Back, Continue, Forward, Goto, ReverseContinue
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.position import Position
from lenet_tui.text.notice import notice, verbatim
from tests.harness.local_engine import LocalEngine
from tests.harness.running_app import Running, running

PHASE, OP, ITERATION = Forward("phase"), Forward("op"), Forward("iteration")


def frame(run: Running) -> Frame:
    assert run.app.main.frame is not None
    return run.app.main.frame


async def test_the_engine_is_started_and_its_tensors_are_chosen_by_their_lines() -> None:
    async with running() as run:
        assert isinstance(run.engine.sent[0], Start)
        looks = run.engine.commands(Subscription)
        asked = {request.tensor for request in looks[-1].views}
        assert {"conv1.weight", "conv1.weight.grad", "input", "output"} <= asked
        assert "61,706 parameters" in run.text
        assert "conv1.weight  6×1×5×5" in run.text
        await run.press("down", "down")
        assert run.app.main.tensor.tensor == "conv1.relu"
        await run.press("up")
        assert run.app.main.tensor.tensor == "conv1.bias"
        assert "conv1.bias  6" in run.text


KEYS = {
    ("n", "space", "f10", "ctrl+down"): PHASE,
    ("N", "f22", "shift+f10", "ctrl+up"): Back("phase"),
    ("s", "f11", "ctrl+right"): OP,
    ("S", "f23", "ctrl+left"): Back("op"),
    ("f", "f12", "ctrl+pagedown"): ITERATION,
    ("F", "f24", "ctrl+pageup"): Back("iteration"),
    ("c", "f6"): Continue(),
    ("C", "f18"): ReverseContinue(),
}


async def test_a_stepping_key_is_one_move() -> None:
    async with running((80, 24)) as run:
        for keys, move in KEYS.items():
            before = len(run.engine.moves)
            await run.type(*keys)
            assert run.engine.moves[before:] == [move] * len(keys)


async def test_the_rail_says_where_we_are() -> None:
    async with running((80, 24)) as run:
        assert "✔ init" in run.rail and "○ forward" in run.rail
        assert "next: forward of iteration 1" in run.rail
        await run.press("n")
        assert "✔ forward" in run.rail and "○ loss" in run.rail
        await run.type("n", "n", *"sssssss")
        assert "▶ backward" in run.rail and f"7 of {frame(run).segments[-1].total}" in run.rail
        await run.pilot.resize_terminal(120, 40)
        await run.type("F", "s", "s")
        assert "▶ forward" in run.rail and "2/12" in run.rail
        assert "conv1.relu · relu → 1×6×28×28" in run.rail


@pytest.mark.slow
async def test_what_lies_ahead_is_not_shown() -> None:
    async with running() as run:
        await run.press("s")
        assert "1×6×28×28" in run.text and "1×6×14×14" not in run.text
        await run.press("s", "s")
        assert "1×6×14×14" in run.text
        await run.press("S")
        assert "1×6×14×14" not in run.text


@pytest.mark.slow
async def test_the_first_bias_gradient_is_one_key_away() -> None:
    async with running() as run:
        await run.press("b")
        assert "conv1.bias.grad" in run.text and "None" in run.text
        asked = {request.tensor for request in run.engine.commands(Subscription)[-1].views}
        assert "conv1.bias.grad" in asked


@pytest.mark.slow
async def test_painting_is_answered_when_it_is_painted() -> None:
    async with running() as run:
        before = len(run.engine.commands(FrameAcknowledged))
        run.engine.report(FrameUpdate(run.engine.frame()))
        await run.settle()
        assert len(run.engine.commands(FrameAcknowledged)) == before + 1


@pytest.mark.slow
async def test_run_flat_out_and_any_key_takes_over() -> None:
    async with running(free=2, speed="flat out") as run:
        await run.press("r")
        await run.pilot.pause(0.2)
        assert "at full speed" in run.text
        assert len(run.engine.commands(RunFree)) == 1
        await run.press("0")
        assert len(run.engine.commands(Pause)) == 1
        assert "running" not in run.text
        assert frame(run).position.iteration == run.engine.frame().position.iteration >= 2


async def test_a_stepping_key_in_a_run_pauses_then_steps() -> None:
    async with running((80, 24), free=2, speed="flat out") as run:
        await run.press("r", "n")
        assert len(run.engine.commands(Pause)) == 1
        assert run.engine.moves == [PHASE]
        assert run.app.main.runner.on is False


@pytest.mark.slow
async def test_looking_goes_on_in_a_run() -> None:
    async with running(free=2, speed="flat out") as run:
        await run.press("r", "down", "v", "a")
        assert run.engine.commands(Pause) == []
        assert run.app.main.runner.on


async def test_keys_wait_in_turn_and_escape_ends_an_op_that_hangs() -> None:
    async with running((80, 24)) as run:
        run.engine.hold = True
        await run.press("n", "n", "n")
        assert run.engine.moves == [PHASE]
        assert "2 moves waiting" in run.rail
        run.engine.hold = False
        run.engine.release()
        await run.settle()
        assert run.engine.moves == [PHASE] * 3
        await run.press("N", "N", "N")
        run.engine.hold = True
        await run.press("n", "n")
        run.engine.report(Busy(Position(1, "forward", 3), 0, "conv2 · conv2d", 0.4))
        await run.settle()
        assert "escape ends it" not in run.text
        run.engine.report(Busy(Position(1, "forward", 3), 0, "conv2 · conv2d", 3.2))
        await run.settle()
        assert "conv2 · conv2d has been running for 3 s" in run.rail
        await run.press("escape")
        assert run.engine.restarts == 1
        assert "escape ends it" not in run.text
        run.engine.hold = False
        await run.press("n")
        assert "✔ forward" in run.rail


@pytest.mark.slow
async def test_a_question_that_took_long_is_over_once_it_is_answered() -> None:
    async with running() as run:
        run.engine.report(Busy(Position(0, "init"), 0, "conv2d", 3.2))
        await run.settle()
        assert "conv2d has been running for 3 s" in run.rail
        run.engine.report(Answered(99))
        await run.settle()
        assert "has been running for" not in run.rail
        await run.press("escape")
        assert run.engine.restarts == 0


@pytest.mark.parametrize(
    "report",
    [
        Died(verbatim("SIGKILL")),
        pytest.param(Failed(verbatim("cuda:0 is lost")), marks=pytest.mark.slow),
    ],
)
async def test_a_dead_engine_is_said_and_another_takes_over(report: Died | Failed) -> None:
    async with running((80, 24)) as run:
        await run.press("f")
        run.engine.report(report)
        await run.settle()
        assert run.engine.restarts == 1
        assert f"the engine has ended ({report.error})" in run.text and "iteration 1" in run.rail
        await run.press("n")
        assert run.engine.moves == [ITERATION, PHASE]


@pytest.mark.slow
async def test_one_that_dies_at_once_is_started_again_by_hand() -> None:
    async with running() as run:
        await run.press("f")
        run.app.main.state = Restarting()  # nothing has come from this one
        run.engine.report(Died(verbatim("SIGKILL")))
        await run.settle()
        assert "the engine has ended" in run.rail and "SIGKILL" in run.rail
        await run.press("n")
        assert run.engine.moves == [ITERATION]
        await run.press("ctrl+r")
        assert run.engine.restarts == 1 and "iteration 1" in run.rail
        await run.press("n")
        assert run.engine.moves == [ITERATION, PHASE]


@pytest.mark.slow
async def test_an_engine_that_cannot_start_ends_the_app() -> None:
    async with running() as run:
        run.app.main.ready = None
        run.engine.report(Failed(verbatim("device cuda:7 is not here"), 2))
        await run.settle()
        assert run.app.return_code == 2
        assert run.app.failure == "device cuda:7 is not here"


@pytest.mark.slow
async def test_the_log_shows_what_torch_says_as_text() -> None:
    async with running() as run:
        run.engine.report(Printed("warning", "Using a target \x1b[31msize[/red] [@click=app.quit]"))
        run.app.main.tabs.open("log")
        await run.settle()
        assert r"! Using a target \x1b[31msize[/red] [@click=app.quit]" in run.text


@pytest.mark.slow
async def test_what_is_done_to_the_data_is_said_in_the_log_and_for_a_while() -> None:
    async with running() as run:
        run.engine.report(Remark(notice("training:resized", data="a.npz", size="28×28", side=32)))
        await run.settle()
        kind, text = run.app.main.log_pane.lines[-1]
        assert (kind, text.partition(":")[0]) == ("note", "the images of a.npz are 28×28")
        assert "each is resized to 32×32" in " ".join(run.text.split())


@pytest.mark.slow
async def test_moves_are_played_line_by_line() -> None:
    moves = (PHASE, OP, Goto(3))
    async with running(moves=moves) as run:
        assert "line 1 of 3  phase" in run.text
        await run.press("full_stop")
        assert run.engine.moves == [PHASE] and "line 2 of 3  op" in run.text
        await run.press("f9")
        await run.pilot.pause(1.3)
        assert run.engine.moves == list(moves)
        assert "all lines are played" in run.text


@pytest.mark.slow
async def test_any_key_takes_over_from_the_player() -> None:
    async with running(moves=[PHASE] * 9) as run:
        await run.press("f9")
        assert run.app.main.player.on
        await run.press("s")
        assert not run.app.main.player.on
        assert run.engine.moves == [PHASE, OP]


@pytest.mark.slow
async def test_escape_forgets_what_waits() -> None:
    async with running() as run:
        run.engine.hold = True
        await run.press("n", "n", "n", "escape")
        run.engine.release()
        await run.settle()
        assert run.engine.moves == [PHASE] and run.engine.restarts == 0


@pytest.mark.slow
async def test_quitting_closes_the_engine() -> None:
    async with running() as run:
        await run.press("q")
    assert run.engine.closed


@pytest.mark.slow
async def test_keys_pressed_before_the_panes_are_there_are_not_lost() -> None:
    engines: list[LocalEngine] = []

    def make_engine(on_report: OnReport) -> LocalEngine:
        engines.append(LocalEngine(on_report))
        return engines[0]

    app = LenetApp(make_engine, Options())
    async with app.run_test() as pilot:
        assert app.is_loading
        app.post_message(Key("n", "n"))
        await app.action_command("into")
        for key in ("g", "1", "2", "enter", "f"):
            app.post_message(Key(key, key if len(key) == 1 else None))
        while app.is_loading:
            await pilot.pause(0.01)
        while len(engines[0].moves) < 4:
            await pilot.pause(0.05)
        await Running(app, engines[0], pilot).settle()
        assert engines[0].moves == [PHASE, OP, Goto(12), ITERATION]
