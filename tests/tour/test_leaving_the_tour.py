"""The person's own session during the tour and after it: nothing has changed, nothing is mixed."""

from __future__ import annotations

import re

import pytest
from textual.screen import Screen

from lenet_tui.app.ui.app import LenetApp
from lenet_tui.tour.stops import STOPS
from tests.harness.running_app import Running, running

NUMBER = {stop.key: number for number, stop in enumerate(STOPS)}
SESSION = re.compile(r"digits|notebook")


async def at(run: Running, key: str) -> None:
    """Go to a stop by the list."""
    await run.press("G")
    await run.type("home", *["down"] * NUMBER[key], "enter")


@pytest.mark.slow
async def test_everything_looks_as_it_did_before_the_tour() -> None:
    async with running((120, 40)) as run:
        main = run.app.main
        await run.press("f", "n", "n", "A")
        main.choose("conv2.weight", "update")
        await run.press("2", "a", "down", "down", "right", "y")
        main.tabs.open("autograd")
        await run.press("2", "m", "-")
        run.app.clear_notifications()
        await run.settle()
        before, text, speed = main.remember(), run.text, main.runner.speed
        cursor = main.tensor.cursor
        assert cursor and main.maximized is main.tensor and not main.follows
        for key in ("print", "bias", "update"):
            await at(run, key)
        await run.press("A", "n", "escape")
        assert main.remember() == before and main.runner.speed == speed
        assert main.tensor.cursor == cursor
        run.app.clear_notifications()
        await run.settle()
        pairs = zip(run.lines[1:], text.split("\n")[1:], strict=True)
        assert [pair for pair in pairs if pair[0] != pair[1]] == []


@pytest.mark.slow
async def test_the_inspector_is_open_again_after_the_tour() -> None:
    async with running((120, 40)) as run:
        await run.press("f", "2", "down", "enter")
        head = run.text.split("\n")[5]
        assert run.app.main.inspection.is_open
        await at(run, "output")
        assert not run.app.main.inspection.is_open
        await run.press("escape")
        assert run.app.main.inspection.is_open and head in run.text


@pytest.mark.slow
async def test_no_picture_is_of_two_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    async with running((120, 40)) as run:
        display = LenetApp._display

        def recorded(app: LenetApp, screen: Screen[object], renderable: object) -> None:
            display(app, screen, renderable)  # type: ignore[arg-type]
            if screen is app.main:
                seen.append(run.lines)

        monkeypatch.setattr(LenetApp, "_display", recorded)
        await run.press("f", "f", "n")
        for key in ("loss", "update"):
            await at(run, key)
        await run.press("f", "escape", "t", "escape", "n")
    sessions = set()
    for lines in seen:
        found = SESSION.search(lines[0])
        assert found, lines[0]
        session, text = found[0], "\n".join(lines)
        sessions.add(session)
        wrong = "probabilities (softmax)" if session == "notebook" else "raw outputs"
        assert wrong not in text, text
        assert session == "digits" or "Input  target" not in text, text
    assert sessions == {"digits", "notebook"}


@pytest.mark.slow
async def test_the_tour_stays_until_the_own_session_is_there() -> None:
    async with running((120, 40)) as run:
        await run.press("f", "f")
        await at(run, "loss")
        restore, late = run.engine.restore, []
        run.engine.restore = lambda: late.append(restore)  # type: ignore[method-assign]
        await run.press("escape")
        assert "notebook" in run.lines[0] and "The tour" in run.text
        assert "Your own session comes back" in run.text
        run.engine.restore = restore  # type: ignore[method-assign]
        for done in late:
            done()
        await run.settle()
        assert "digits" in run.lines[0] and "The tour" not in run.text
        assert "iteration 2" in run.rail


@pytest.mark.slow
async def test_the_curves_of_a_stop_are_those_of_its_session_and_go_with_it() -> None:
    async with running((120, 40)) as run:
        main = run.app.main
        await run.press("f", "f")
        own = main.options
        await at(run, "overfit")
        options = main.options
        assert (options.data, options.train_size, options.batch_size) == ("digits", 20, 20)
        assert main.body.is_training and main.query_one("#chart-loss").has_focus
        assert main.tour._progress == "here" and "20 of 20 right; loss 0.000" in run.text
        said = sorted(main.body.training.collected._evaluations)
        assert said == [*range(10, 81, 10)]
        await run.press("escape")  # the curves
        assert main.tour.on and not main.body.is_training
        await run.press("u")
        assert main.body.is_training
        await at(run, "kernels")
        assert not main.body.is_training and main.tensor.tensor == "conv1.weight"
        await run.press("escape")
        assert not main.tour.on and main.options == own and "iteration 2" in run.rail
        assert not main.body.is_training
        await run.press("V")
        await at(run, "print")
        assert not main.body.is_training
        await run.press("escape")
        assert main.body.is_training and not main.tour.on
