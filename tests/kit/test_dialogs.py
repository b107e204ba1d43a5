"""The dialogs: what is asked, what is sent, and that escape leads home."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input, OptionList, Static

from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.history.request import MayMake
from lenet_tui.kit.ui.confirm import ConfirmScreen
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.messages import Asked
from lenet_tui.protocol.moves import AddWatch, Do, Forward, Goto, Set, Skip, Unwatch, Vector
from lenet_tui.training.request import ListDevices
from tests.harness.running_app import character, running

LOSS_BELOW_1 = AddWatch(Watch("loss", "", "<", 1.0))
PHASE, OP, ITERATION = Forward("phase"), Forward("op"), Forward("iteration")


@pytest.mark.slow
async def test_a_refused_move_is_one_clear_line() -> None:
    async with running() as run:
        await run.press("n", "n", "n", "n", "p", "down", "down", "down", "enter")
        assert run.engine.moves[-1] == Do("backward")
        assert "Trying to backward through the graph a second time" in run.text
        assert "backward done; next: update" in run.rail


@pytest.mark.slow
async def test_goto_asks_for_a_number() -> None:
    async with running() as run:
        await run.press("g", *"x5", "enter")
        assert "not a whole number" in run.text and run.engine.moves == []
        await run.press("home", "delete", "enter")
        assert run.engine.moves == [Goto(5)]
        assert "iteration 5" in run.rail


@pytest.mark.slow
async def test_escape_leads_home_and_changes_nothing() -> None:
    async with running((80, 24)) as run:
        for key in (*"gRowdp", "question_mark", "ctrl+s", "ctrl+p", "ctrl+t"):
            await run.press(key)
            assert not isinstance(run.app.screen, MainScreen), key
            await run.press("escape")
            if not isinstance(run.app.screen, MainScreen):
                await run.press("escape")
            assert isinstance(run.app.screen, MainScreen), key
        assert run.engine.moves == []


@pytest.mark.slow
async def test_options_change_in_an_order_that_works() -> None:
    async with running() as run:
        await run.press("o")
        run.app.screen.query_one("#lr", Input).value = "0.5"
        run.app.screen.query_one("#batch-size", Input).value = "32"
        await run.press("enter")
        assert set(run.engine.moves) == {Set("lr", 0.5), Set("batch-size", 32)}
        assert "lr 0.5" in run.lines[0] and "batch 32" in run.lines[0]


@pytest.mark.slow
async def test_what_is_refused_later_leaves_the_dialog_open_with_its_text(tmp_path: Path) -> None:
    """What only the engine, or a file, knows to be wrong is said where it can be mended."""
    junk = tmp_path / "junk.txt"
    junk.write_text("nothing")
    async with running((80, 24)) as run:
        await run.press("o")
        run.app.screen.query_one("#lr", Input).value = "0.05"
        run.app.screen.query_one("#batch-size", Input).value = "5000"
        await run.press("enter")
        assert "batch-size 5000 is more than there is" in run.text
        assert run.app.screen.query_one("#lr", Input).value == "0.05"
        await run.press("escape")
        assert run.engine.moves == [], "all of a form or nothing"
        for keys, typed, said in (
            ("w", "norm(conv9.weight) > 3", "no tensor 'conv9.weight' to watch: one of conv"),
            ("M", str(junk), "junk.txt has no curve"),
            ("Ig", "5000", "samples are numbered"),
        ):
            await run.press(*keys)
            run.app.screen.query_one(Input).value = typed
            await run.press("enter")
            error = run.app.screen.query_one(".error", Static)
            while not (shown := str(error.content)):  # a file is read beside everything else
                await run.pilot.pause(0.01)
            assert said in shown and not run.engine.moves
            assert run.app.screen.query_one(Input).value == typed
            await run.press("n", "escape")
            assert run.engine.moves == []
            await run.press("escape")


@pytest.mark.slow
async def test_keys_typed_after_an_answer_wait_until_it_is_taken() -> None:
    async with running() as run:
        run.engine.thinks = True
        await run.type("w", *"loss < 1", "enter", "n", "n")
        asked = run.engine.commands(Asked)[-1]
        assert run.engine.moves == [] and asked.request == MayMake((LOSS_BELOW_1,))
        run.engine.reply(asked)
        await run.settle()
        assert run.engine.moves == [LOSS_BELOW_1, PHASE, PHASE]


@pytest.mark.slow
async def test_a_wrong_option_is_said_in_the_form() -> None:
    async with running() as run:
        await run.press("o")
        run.app.screen.query_one("#lr", Input).value = "-1"
        await run.press("enter")
        assert "lr -1.0 is not possible" in run.text and run.engine.moves == []


@pytest.mark.slow
async def test_a_change_in_the_past_asks_first() -> None:
    async with running() as run:
        await run.press("f", "f", "N", "N")
        assert "past, recorded to 2" in run.lines[0]
        await run.press("z")
        assert isinstance(run.app.screen, ConfirmScreen)
        assert "to iteration 2" in run.text
        await run.press("n", "y")  # they step and scale the loss elsewhere: no answer here
        assert isinstance(run.app.screen, ConfirmScreen)
        await run.press("enter")
        assert Skip("backward") not in run.engine.moves
        await run.press("z", "escape", "z", "left", "enter")
        assert run.engine.moves[-1] == Skip("backward")
        assert "past" not in run.lines[0]


@pytest.mark.slow
async def test_skipping_in_the_present_does_not_ask() -> None:
    async with running() as run:
        await run.press("n", "n", "z")
        assert run.engine.moves[-1] == Skip("zero_grad")
        assert "⊘ zero_grad" in run.rail


@pytest.mark.slow
async def test_backward_from_a_vector() -> None:
    async with running() as run:
        await run.press("B")
        assert "there is no output yet" in run.text
        await run.press("n", "B", *"1,2", "enter")
        assert "2 numbers for an output of 10" in run.text
        await run.press("escape", "B", *"onehot 10", "enter")
        assert "the output has entries 0 to 9" in run.text
        await run.press("escape", "B", *",".join("0123456789"), "enter")
        values = tuple(float(n) for n in range(10))
        assert run.engine.moves[-1] == Do("backward", Vector("values", values=values))
        await run.press("F", "n", "B", "down", "down", "down", "enter", "left", "enter")
        assert run.engine.moves[-1] == Do("backward", Vector("onehot", onehot=1))
        assert "↻ backward" in run.rail


@pytest.mark.slow
async def test_reset_with_a_seed() -> None:
    async with running() as run:
        await run.press("f", "R", "end", "ctrl+u", *"42", "enter")
        assert run.engine.moves[-1] == Set("seed", 42)
        assert "seed 42" in run.lines[0]


@pytest.mark.slow
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


@pytest.mark.slow
async def test_the_device_picker_says_why_not() -> None:
    async with running((80, 24)) as run:
        await run.press("d")
        assert len(run.engine.asked(ListDevices)) == 1
        assert "60.0 GiB of 80.0 GiB free" in run.text
        assert "not built for this platform" in run.text
        await run.press("down", "enter")
        assert run.engine.moves == [Set("device", "cuda:0")]


@pytest.mark.slow
async def test_what_was_done_by_hand_can_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with running() as run:
        await run.press("n", "s", "S", "ctrl+s", "enter")
        head = "# lenet-tui --preset digits --device cpu --seed 0 --threads 1\n"
        assert (tmp_path / "session.moves").read_text() == f"{head}phase\nop\nback op\n"
        await run.press("ctrl+s")
        assert run.app.screen.query_one(Input).value == "session_2.moves"
        await run.press("escape")
        for name, said in (
            ("session.moves", "exists. Replace it?"),
            ("..", "is a folder"),
            ("no/x", "no folder"),
            ("a" * 5000, "not a file name"),
            ("d/" * 3000, "not a file name"),
            ("red\x1b[31m", "cannot be seen"),
        ):
            await run.press("ctrl+s")
            run.app.screen.query_one(Input).value = name
            await run.press("enter")
            assert said in run.text, name
            await run.press("escape", "escape")
        assert [path.name for path in tmp_path.iterdir()] == ["session.moves"]


@pytest.mark.slow
async def test_moves_go_to_any_path_and_a_failure_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path))
    async with running() as run:
        for path in (str(elsewhere / "a"), "../elsewhere/b.moves", "~/elsewhere/c"):
            await run.press("n", "ctrl+s")
            run.app.screen.query_one(Input).value = path
            await run.press("enter")
            assert "moves written to" in run.text
        here.rmdir()
        for key in ("ctrl+s", "x"):
            await run.press(key)
            assert len(run.app.screen_stack) == 1
            assert "No such file or directory" in run.text
    assert sorted(path.name for path in elsewhere.iterdir()) == ["a", "b.moves", "c"]


@pytest.mark.slow
@pytest.mark.parametrize("twice", ["enter", "escape"])
async def test_a_key_pressed_twice_before_a_dialog_is_gone_does_nothing_more(twice: str) -> None:
    async with running() as run:
        for opened in (["g", "1"], ["p"], ["w"], ["ctrl+p"], ["ctrl+t"], ["K"]):
            await run.press(*opened)
            moves = len(run.engine.moves)
            for _ in range(3):
                event = Key(twice, character(twice))
                event.set_sender(run.app)
                run.app.post_message(event)
            await run.settle()
            await run.press("escape", "escape")
            assert len(run.app.screen_stack) == 1, opened
            assert len(run.engine.moves) <= moves + 1, opened
