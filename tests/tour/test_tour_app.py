"""The tour in the app: from stop to stop, away and back, beside panes that have room."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.kit.ui.pick import PickScreen
from lenet_tui.protocol.messages import DoMove, Moved, Start, Subscription
from lenet_tui.protocol.moves import Do, Set
from lenet_tui.protocol.options import Options
from lenet_tui.tour.stops import STOPS
from lenet_tui.tour.ui.lab_screen import TourLabScreen
from lenet_tui.tour.ui.pane import TourPane, hung
from tests.harness.running_app import SIZES, Running, running

NUMBER = {stop.key: number for number, stop in enumerate(STOPS)}


async def at(run: Running, key: str) -> None:
    """Go to a stop by the list."""
    await run.press("G")
    await run.type("home", *["down"] * NUMBER[key], "enter")


def progress(run: Running) -> str:
    """Where the tour says that the session stands."""
    return run.app.main.tour._progress


def cut(line: str, start: int, end: int) -> str:
    """The part of a line of the screen between two columns."""
    column, kept = 0, ""
    for character in line:
        kept += character if start <= column < end else ""
        column += cell_len(character)
    return kept


def placed(run: Running) -> set[str | None]:
    return {pane.id for pane in run.app.main.visible_panes()}


@pytest.mark.slow
@pytest.mark.parametrize("last", [1, 19])
async def test_every_stop_in_turn_forward_and_back(last: int) -> None:
    async with running((200, 60)) as run:
        seen = []
        for _ in STOPS[: last + 1]:
            await run.press("t")
            seen.append(run.app.main.tour.number)
            stop, text = STOPS[seen[-1]], run.text
            assert words("en")(f"tour.{stop.key}.title") in text
            assert f"✔ stop {seen[-1] + 1} of {len(STOPS)}" in text and "is at this stop" in text
            assert isinstance(run.app.screen, TourLabScreen) == bool(stop.lab)
            assert stop.code.splitlines()[0].partition("  ")[0] in text
            offered = (" t next" in text, " T back" in text)  # none leads nowhere
            assert stop.lab or offered == (seen[-1] < len(STOPS) - 1, seen[-1] > 0)
        await run.press(*["t"] * (last == 19))
        assert seen == list(range(last + 1)) and run.app.main.tour.number == last
        for number in range(last - 1, -1, -1):
            await run.press("T")
            assert run.app.main.tour.number == number
        await run.press("T")
        assert run.app.main.tour.number == 0


@pytest.mark.slow
async def test_a_stop_is_reached_by_its_moves_in_a_session_of_its_own() -> None:
    async with running() as run:
        await run.press("f", "f")
        await at(run, "bias")
        sent = run.engine.sent[run.engine.sent.index(run.engine.commands(Start)[-1]) :]
        options = run.engine.commands(Start)[-1].options
        assert (options.preset, options.loss, options.data) == ("notebook", "mse", "random")
        assert tuple(str(c.move) for c in sent if isinstance(c, DoMove)) == STOPS[12].moves
        assert isinstance(sent[1], Subscription)
        assert progress(run) == "here" and "zero_grad done" in run.text
        assert run.app.main.recorder.text.splitlines() == list(STOPS[12].moves)


@pytest.mark.slow
async def test_stepping_away_is_said_and_one_key_comes_back() -> None:
    async with running() as run:
        await at(run, "bias")
        frame = run.app.main.frame
        await run.press("n")
        assert str(run.engine.moves[-1]) == "phase"
        assert progress(run) == "away" and "Stepped away: u brings" in run.text
        await run.press("N")
        assert str(run.engine.moves[-1]) == "back phase"
        assert progress(run) == "here"
        await run.press("f", "f", "s")
        assert progress(run) == "away"
        await run.press("u")
        assert progress(run) == "here"
        assert run.app.main.frame and frame and run.app.main.frame.position == frame.position
        assert run.app.main.frame.end == frame.end


@pytest.mark.slow
async def test_a_changed_option_is_away_too() -> None:
    async with running() as run:
        await at(run, "output")
        run.app.main.move(Set("lr", 0.5))
        await run.settle()
        assert progress(run) == "away"
        await run.press("u")
        assert progress(run) == "here"
        assert run.app.main.present_options.lr == 0.01


@pytest.mark.slow
async def test_on_the_way_no_other_state_is_shown() -> None:
    async with running() as run:
        await at(run, "steps")
        run.engine.hold = True
        await at(run, "input")
        assert STOPS[run.app.main.tour.number].key == "input" and progress(run) == "going"
        assert "On the way" in run.text and "iteration 0" in run.rail
        while progress(run) == "going":
            run.engine.release()
            assert "iteration 0" in run.rail
            await run.settle()
        assert "forward 3 of 12" in run.rail and progress(run) == "here"


@pytest.mark.slow
async def test_keys_pressed_faster_than_the_engine_end_at_the_last_stop() -> None:
    async with running() as run:
        await at(run, "output")
        run.engine.hold = True
        await run.press("n", "t", "t")
        assert len(run.engine.commands(Start)) == 2  # not while a move is under way
        run.engine.hold = False
        run.engine.release()
        await run.settle()
        assert STOPS[run.app.main.tour.number].key == "loss" and progress(run) == "here"
        assert tuple(map(str, run.engine.moves[-5:])) == STOPS[run.app.main.tour.number].moves


@pytest.mark.slow
async def test_the_own_session_comes_back_as_it_was() -> None:
    async with running() as run:
        await run.press("f", "f", "n")
        frame, losses = run.app.main.frame, run.app.main.losses.values.copy()
        moves, options = run.app.main.recorder.text, run.app.main.options
        await at(run, "loss")
        assert run.app.main.frame and run.app.main.frame.position.iteration == 1
        await run.press("f", "escape")
        assert not run.app.main.tour.on and "Back in your own session" in run.text
        assert run.app.main.frame and frame and run.app.main.frame.position == frame.position
        assert run.app.main.recorder.text == moves and run.app.main.options == options
        assert list(run.app.main.losses.values[1:]) == list(losses[1:])
        assert "digits" in run.lines[0] and "The tour" not in run.text
        await run.press("t")
        assert STOPS[run.app.main.tour.number].key == "loss" and progress(run) == "here"


@pytest.mark.slow
async def test_a_dying_engine_ends_the_way_and_a_new_one_goes_it() -> None:
    async with running() as run:
        await at(run, "output")
        run.engine.hold = True
        await run.press("t")
        assert progress(run) == "going"
        run.app.main.restart()
        await run.settle()
        run.engine.hold = False
        assert progress(run) == "away"
        await run.press("u")
        assert progress(run) == "here"


@pytest.mark.slow
async def test_another_digest_at_the_same_stop_is_said() -> None:
    async with running() as run:
        await at(run, "steps")
        run.app.main.tour._digests[NUMBER["steps"]] = "0123456789"
        await run.press("u")
        assert "replay differs" in run.text


@pytest.mark.slow
async def test_the_list_starts_at_the_present_stop_and_escape_changes_nothing() -> None:
    async with running() as run:
        await at(run, "print")
        starts = len(run.engine.commands(Start))
        await run.press("G")
        assert isinstance(run.app.screen, PickScreen) and "*  6  Print it" in run.text
        await run.press("escape")
        assert run.app.main.tour.on and len(run.engine.commands(Start)) == starts
        await run.press("escape")
        assert not run.app.main.tour.on


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_all_words_can_be_read_at_every_size(size: tuple[int, int], language: str) -> None:
    async with running(size, lang=language) as run:
        say = words(language)
        for stop in STOPS:
            pages = ""
            await run.press("t")
            while True:
                assert all(cell_len(line) == size[0] for line in run.lines)
                region = run.app.screen.query_one(TourPane).scroll.region
                pages += "".join(cut(line, region.x, region.right) for line in run.lines)
                assert region.width >= 40 and region.height >= 8
                if not run.app.screen.query_one(TourPane)._more:
                    break
                await run.press("t")
            assert run.app.main.tour.number == NUMBER[stop.key]
            last = say(f"tour.{stop.key}.text").splitlines()[-1].split()[-1][-4:]
            assert last in "".join(pages.split())


@pytest.mark.slow
async def test_the_panes_that_a_stop_is_about_are_beside_it() -> None:
    async with running((80, 24)) as run:
        await at(run, "output")
        assert placed(run) == {"output", "tour"}
        assert run.app.main.query_one("#output").has_focus
        await at(run, "update")
        assert placed(run) == {"tensor", "gradient", "tour"}
        assert (run.app.main.tensor.aspect, run.app.main.tensor.mode) == ("update", "numbers")
        await run.pilot.resize_terminal(120, 40)
        await run.settle()
        assert placed(run) >= {"layers", "tensor", "gradient", "tour"}
        await at(run, "graph")
        assert run.app.main.tabs.current == "autograd" and "autograd" in placed(run)
        await at(run, "loss")
        assert placed(run) >= {"output", "loss", "image", "layers"}
        await run.press("escape")
        assert placed(run) >= {"layers", "tensor", "gradient", "image", "output", "loss"}
        assert "tour" not in placed(run)


@pytest.mark.slow
async def test_the_lab_of_a_stop_opens_with_its_layer_and_its_words() -> None:
    async with running((120, 40)) as run:
        await at(run, "pool")
        lab = run.app.screen
        assert isinstance(lab, TourLabScreen)
        assert (str(lab.state.layer), lab.state.shape) == ("MaxPool2d(2)", (1, 6, 28, 28))
        assert "MaxPool2d keeps the largest" in run.text and "input[0,0]" in run.text
        await run.press("escape")
        assert isinstance(run.app.screen, MainScreen) and "u opens the layer lab again" in run.text
        await run.press("u")
        assert isinstance(run.app.screen, TourLabScreen)
        await run.press("t")
        if isinstance(run.app.screen, TourLabScreen):  # the text had another page
            await run.press("t")
        assert isinstance(run.app.screen, MainScreen)
        assert STOPS[run.app.main.tour.number].key == "define"
        await run.press("T")
        assert isinstance(run.app.screen, TourLabScreen)


@pytest.mark.slow
async def test_where_it_is_narrow_words_and_lab_take_turns() -> None:
    async with running((80, 24)) as run:
        await at(run, "conv2d")
        assert "Conv2d slides over height" in run.text and "in_channels" not in run.text
        await run.press("w")
        assert "Conv2d slides over height" not in run.text and "in_channels" in run.text
        await run.press("w", "escape")
        assert isinstance(run.app.screen, MainScreen) and run.app.main.tour.on


@pytest.mark.slow
async def test_what_the_code_prints_is_below_it_and_follows_the_cursor() -> None:
    async with running((120, 40)) as run:
        await at(run, "bias")
        assert "None" in run.text.partition("Here it prints")[2].split("││")[1]
        await run.press("n")
        assert "tensor([" in run.text.partition("Here it prints")[2].split("││")[1]
        await at(run, "random")
        assert "Here it prints" not in run.text


def test_what_is_printed_is_wrapped_with_its_indent() -> None:
    line = "  (fc1): Linear(in_features=400, out_features=120, bias=True)"
    assert hung(line, 80) == [line]
    assert hung(line, 44) == [
        "  (fc1): Linear(in_features=400,", "      out_features=120, bias=True)"
    ]  # fmt: skip


@pytest.mark.slow
async def test_the_pictures_and_the_words_of_a_lab_are_seen_together() -> None:
    for size, names in (((120, 40), ("layer", "input[0", "output[0")),
                        ((80, 24), ("input[0",))):  # fmt: skip
        async with running(size) as run:
            await at(run, "conv2d")
            assert all(name in run.text for name in (*names, "Conv2d slides over"))


@pytest.mark.slow
async def test_the_language_switches_at_a_stop() -> None:
    async with running() as run:
        await at(run, "output")
        await run.press("L")
        assert "输出是 1×10" in run.text and "第 9 站，共 20 站" in run.text
        await at(run, "conv1d")
        await run.press("L")
        assert "Conv1d slides its kernel" in run.text and "stop 2 of 20" in run.text


@pytest.mark.slow
async def test_ascii() -> None:
    async with running((120, 40), ascii=True) as run:
        for _ in STOPS:
            await run.press("t")
            assert run.text.isascii(), sorted({c for c in run.text if not c.isascii()})
        await run.press("n", "G")
        assert run.text.isascii()


@pytest.mark.slow
async def test_mouse_turns_pages_and_opens_the_list() -> None:
    async with running((80, 24)) as run:
        await at(run, "steps")
        for name in ("more", "next"):
            y = next(i for i, line in enumerate(run.lines) if f"t {name}" in line)
            await run.pilot.click(offset=(run.lines[y].index(f"t {name}") + 2, y))
            await run.settle()
        assert run.app.main.tour.number == 1
        y = next(i for i, line in enumerate(run.lines) if "stop 2 of 20" in line)
        await run.pilot.click(offset=(run.lines[y].index("stop 2") + 1, y))
        await run.settle()
        assert isinstance(run.app.screen, PickScreen)


@pytest.mark.slow
async def test_the_moves_of_the_tour_do_not_depend_on_what_was_done_before() -> None:
    async with running() as run:
        await run.press("n")
        run.app.main.move(Do("forward"))
        await run.settle()
        await at(run, "random")
        assert progress(run) == "here"
        frame = run.app.main.frame
        assert frame
        assert [s.phase for s in frame.segments] == ["forward", "zero_grad", "backward"]
        assert all(not report.error for report in run.engine.sent if isinstance(report, Moved))
        assert run.engine.commands(Start)[0].options == Options()
