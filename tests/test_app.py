"""The app's conversation with the engine, and what is seen of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from lenet_tui.core.engine_api import OnReport
from lenet_tui.core.frames import Frame
from lenet_tui.core.moves import (
    AddWatch,
    Back,
    Continue,
    Do,
    Forward,
    Goto,
    ReverseContinue,
    Set,
    Skip,
    Unwatch,
    Vector,
)
from lenet_tui.core.options import Options
from lenet_tui.core.phases import Position
from lenet_tui.core.protocol import (
    Busy,
    Died,
    Failed,
    ListDevices,
    Look,
    Painted,
    Painting,
    Pause,
    Printed,
    RunFree,
    Start,
)
from lenet_tui.core.watch import Watch
from lenet_tui.tui.app import LenetApp
from lenet_tui.tui.screens.confirm import ConfirmScreen
from lenet_tui.tui.screens.main import MainScreen
from tests.app_harness import Running, running
from tests.fake_engine import FakeEngine

PHASE, OP, ITERATION = Forward("phase"), Forward("op"), Forward("iteration")


def rail(run: Running) -> str:
    return "\n".join(run.lines[1:4])


def frame(run: Running) -> Frame:
    assert run.app.frame is not None
    return run.app.frame


async def test_starts_the_engine_after_the_first_picture() -> None:
    async with running() as run:
        assert isinstance(run.engine.sent[0], Start)
        looks = run.engine.commands(Look)
        asked = {request.tensor for request in looks[-1].views}
        assert {"conv1.weight", "conv1.weight.grad", "input", "output"} <= asked
        assert "61,706 parameters" in run.text
        assert "conv1.weight  6×1×5×5" in run.text


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
            await run.press(*keys)
            assert run.engine.moves[before:] == [move] * len(keys)


async def test_the_rail_says_where_we_are() -> None:
    async with running((80, 24)) as run:
        assert "✔ init" in rail(run) and "○ forward" in rail(run)
        assert "next: forward of iteration 1" in rail(run)
        await run.press("n")
        assert "✔ forward" in rail(run) and "○ loss" in rail(run)
        await run.press("n", "n", *"sssssss")
        assert "▶ backward" in rail(run) and "7/10" in rail(run)
    async with running() as run:
        await run.press("s", "s")
        assert "▶ forward" in rail(run) and "2/12" in rail(run)
        assert "conv1.relu · relu → 1×6×28×28" in rail(run)


async def test_what_lies_ahead_is_not_shown() -> None:
    async with running() as run:
        await run.press("s")
        assert "1×6×28×28" in run.text and "1×6×14×14" not in run.text
        await run.press("s", "s")
        assert "1×6×14×14" in run.text
        await run.press("S")
        assert "1×6×14×14" not in run.text


async def test_the_first_bias_gradient_is_one_key_away() -> None:
    async with running() as run:
        await run.press("b")
        assert "conv1.bias.grad" in run.text and "None" in run.text
        asked = {request.tensor for request in run.engine.commands(Look)[-1].views}
        assert "conv1.bias.grad" in asked


async def test_choosing_a_line_chooses_the_tensor() -> None:
    async with running() as run:
        await run.press("down", "down")
        assert run.app.main.tensor.tensor == "conv1.relu"
        await run.press("up")
        assert run.app.main.tensor.tensor == "conv1.bias"
        assert "conv1.bias  6" in run.text


async def test_painting_is_answered_when_it_is_painted() -> None:
    async with running() as run:
        before = len(run.engine.commands(Painted))
        run.engine.report(Painting(run.engine.frame()))
        await run.settle()
        assert len(run.engine.commands(Painted)) == before + 1


async def test_run_flat_out_and_any_key_takes_over() -> None:
    async with running(free=2) as run:
        await run.press("r")
        await run.pilot.pause(0.2)
        assert "running flat out" in run.text
        assert len(run.engine.commands(RunFree)) == 1
        await run.press("0")
        assert len(run.engine.commands(Pause)) == 1
        assert "running" not in run.text
        assert frame(run).position.iteration == run.engine.training.last.iteration >= 2


async def test_a_stepping_key_in_a_run_pauses_then_steps() -> None:
    async with running(free=2) as run:
        await run.press("r", "n")
        assert len(run.engine.commands(Pause)) == 1
        assert run.engine.moves == [PHASE]
        assert run.app.runner.on is False


async def test_looking_goes_on_in_a_run() -> None:
    async with running(free=2) as run:
        await run.press("r", "down", "v", "a")
        assert run.engine.commands(Pause) == []
        assert run.app.runner.on


async def test_slow_speeds_send_steps_by_a_timer() -> None:
    async with running((80, 24)) as run:
        await run.press(*["minus"] * 9)
        await run.press("r")
        assert run.engine.moves == [OP]
        assert "1 op/s" in run.text
        await run.press("r")
        assert "op/s" not in run.text
        await run.press("plus", "plus", "r")
        await run.pilot.pause(0.3)
        await run.press("r")
        assert set(run.engine.moves) == {OP} and len(run.engine.moves) >= 3


async def test_a_refused_move_is_one_clear_line() -> None:
    async with running() as run:
        await run.press("n", "n", "n", "n", "p", "down", "down", "down", "enter")
        assert run.engine.moves[-1] == Do("backward")
        assert "Trying to backward through the graph a second time" in run.text
        assert "backward done; next: update" in rail(run)


async def test_goto_asks_for_a_number() -> None:
    async with running() as run:
        await run.press("g", *"x5", "enter")
        assert "not a whole number" in run.text and run.engine.moves == []
        await run.press("home", "delete", "enter")
        assert run.engine.moves == [Goto(5)]
        assert "iteration 5" in rail(run)


async def test_escape_leads_home_and_changes_nothing() -> None:
    async with running((80, 24)) as run:
        for key in ("g", "R", "o", "w", "d", "B", "p", "question_mark", "ctrl+s", "ctrl+p", "T"):
            await run.press(key)
            assert not isinstance(run.app.screen, MainScreen), key
            await run.press("escape")
            if not isinstance(run.app.screen, MainScreen):
                await run.press("escape")
            assert isinstance(run.app.screen, MainScreen), key
        assert run.engine.moves == []


async def test_options_change_in_an_order_that_works() -> None:
    async with running() as run:
        await run.press("o")
        run.app.screen.query_one("#lr", Input).value = "0.5"
        run.app.screen.query_one("#batch-size", Input).value = "32"
        await run.press("enter")
        assert set(run.engine.moves) == {Set("lr", 0.5), Set("batch-size", 32)}
        assert "lr 0.5" in run.lines[0] and "batch 32" in run.lines[0]


async def test_a_wrong_option_is_said_in_the_form() -> None:
    async with running() as run:
        await run.press("o")
        run.app.screen.query_one("#lr", Input).value = "-1"
        await run.press("enter")
        assert "lr -1.0 cannot be" in run.text and run.engine.moves == []


async def test_a_change_in_the_past_asks_first() -> None:
    async with running() as run:
        await run.press("f", "f", "N", "N")
        assert "past, recorded to 2" in run.lines[0]
        await run.press("z")
        assert isinstance(run.app.screen, ConfirmScreen)
        assert "history goes on to 2" in run.text
        await run.press("n")
        assert Skip("backward") not in run.engine.moves
        await run.press("z", "y")
        assert run.engine.moves[-1] == Skip("backward")
        assert "past" not in run.lines[0]


async def test_skipping_in_the_present_does_not_ask() -> None:
    async with running() as run:
        await run.press("n", "n", "z")
        assert run.engine.moves[-1] == Skip("zero_grad")
        assert "⊘ zero_grad" in rail(run)


async def test_backward_from_a_vector() -> None:
    async with running() as run:
        await run.press("n", "B", *"1,2", "enter")
        assert run.engine.moves[-1] == Do("backward", Vector("values", values=(1.0, 2.0)))
        await run.press("F", "n", "B", "down", "down", "down", "enter", "y")
        assert run.engine.moves[-1] == Do("backward", Vector("onehot", onehot=1))
        assert "↻ backward" in rail(run)


async def test_reset_with_a_seed() -> None:
    async with running() as run:
        await run.press("f", "R", "end", "ctrl+u", *"42", "enter")
        assert run.engine.moves[-1] == Set("seed", 42)
        assert "seed 42" in run.lines[0]


async def test_watchpoints_with_completion() -> None:
    async with running() as run:
        await run.press("w", *"no", "tab", *"conv1.w", "tab")
        assert run.app.screen.query_one(Input).value == "norm(conv1.weight)"
        await run.press(*" > ", "1", "enter")
        assert run.engine.moves == [AddWatch(Watch("norm", "conv1.weight", ">", 1.0))]
        await run.press("w", *"loss < x", "enter")
        assert "not a number" in run.text
        await run.press("up", "up", "shift+tab")
        run.app.screen.query_one("#watches", OptionList).focus()
        await run.press("home", "delete")
        assert run.engine.moves[-1] == Unwatch(1)


async def test_the_device_picker_says_why_not() -> None:
    async with running() as run:
        await run.press("d")
        assert len(run.engine.commands(ListDevices)) == 1
        assert "60.0 GB of 80.0 GB free" in run.text
        assert "not built for this platform" in run.text
        await run.press("down", "enter")
        assert run.engine.moves == [Set("device", "cuda:0")]


async def test_a_hanging_op_is_said_and_escape_ends_it() -> None:
    async with running() as run:
        run.engine.hold = True
        await run.press("n", "n")
        run.engine.report(Busy(Position(1, "forward", 3), 0, "conv2 · conv2d", 0.4))
        await run.settle()
        assert "escape ends it" not in run.text
        run.engine.report(Busy(Position(1, "forward", 3), 0, "conv2 · conv2d", 3.2))
        await run.settle()
        assert "conv2 · conv2d has run for 3 s" in rail(run)
        await run.press("escape")
        assert run.engine.restarts == 1
        assert "escape ends it" not in run.text
        run.engine.hold = False
        await run.press("n")
        assert "✔ forward" in rail(run)


async def test_a_dead_engine_is_said_and_started_again() -> None:
    async with running() as run:
        await run.press("f")
        run.engine.report(Died("SIGKILL"))
        await run.settle()
        assert "the engine is gone" in rail(run) and "SIGKILL" in rail(run)
        await run.press("n")
        assert run.engine.moves == [ITERATION]
        await run.press("ctrl+r")
        assert run.engine.restarts == 1 and "iteration 1" in rail(run)
        await run.press("n")
        assert run.engine.moves == [ITERATION, PHASE]


async def test_an_engine_that_cannot_start_ends_the_app() -> None:
    async with running() as run:
        run.app.ready = None
        run.engine.report(Failed("device cuda:7 is not here", 2))
        await run.settle()
        assert run.app.return_code == 2
        assert run.app.failure == "device cuda:7 is not here"


async def test_the_log_shows_what_torch_says_as_text() -> None:
    async with running() as run:
        run.engine.report(Printed("warning", "Using a target \x1b[31msize[/red] [@click=app.quit]"))
        run.app.main.deck.open("log")
        await run.settle()
        assert r"! Using a target \x1b[31msize[/red] [@click=app.quit]" in run.text


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


async def test_any_key_takes_over_from_the_player() -> None:
    async with running(moves=[PHASE] * 9) as run:
        await run.press("f9")
        assert run.app.player.on
        await run.press("s")
        assert not run.app.player.on
        assert run.engine.moves == [PHASE, OP]


async def test_what_was_done_by_hand_can_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running() as run:
        await run.press("n", "s", "S", "ctrl+s", "enter")
        assert (tmp_path / "session.moves").read_text() == "phase\nop\nback op\n"
        await run.press("ctrl+s", "enter")
        assert "exists" in run.text


async def test_keys_pressed_while_the_engine_works_wait_in_turn() -> None:
    async with running() as run:
        run.engine.hold = True
        await run.press("n", "n", "n")
        assert run.engine.moves == [PHASE]
        assert "2 moves wait" in rail(run)
        run.engine.hold = False
        run.engine.release()
        await run.settle()
        assert run.engine.moves == [PHASE] * 3


async def test_escape_forgets_what_waits() -> None:
    async with running() as run:
        run.engine.hold = True
        await run.press("n", "n", "n", "escape")
        run.engine.release()
        await run.settle()
        assert run.engine.moves == [PHASE] and run.engine.restarts == 0


async def test_quitting_closes_the_engine() -> None:
    async with running() as run:
        await run.press("q")
    assert run.engine.closed


async def test_keys_pressed_before_the_panes_are_there_are_not_lost() -> None:
    engines: list[FakeEngine] = []

    def make_engine(on_report: OnReport) -> FakeEngine:
        engines.append(FakeEngine(on_report))
        return engines[0]

    app = LenetApp(make_engine, Options())
    async with app.run_test() as pilot:
        assert not app.furnished
        app.action_command("next")
        app.action_command("into")
        while not app.furnished:
            await pilot.pause(0.01)
        await Running(app, engines[0], pilot).settle()
        assert engines[0].moves == [PHASE, OP]
