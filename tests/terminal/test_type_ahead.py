"""Keys that come in one piece, as on a slow line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest
from textual.events import Event, Key

from lenet_tui.app.ui.app import LenetApp
from lenet_tui.app.ui.panes.layer_tree import LayerTree
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.messages import Command, DoMove
from lenet_tui.protocol.moves import Forward, Goto, Move, Skip
from lenet_tui.protocol.options import Options
from tests.harness.local_engine import LocalEngine
from tests.harness.running_app import Running, running
from tests.harness.terminal import Terminal


async def at_once(run: Running, *keys: str) -> None:
    """Have the keys read before any of them is handled."""
    for key in keys:
        run.app.post_message(Key(key, key if len(key) == 1 else None))
    await run.pilot.pause(0.5)
    await run.settle()


@pytest.mark.slow
async def test_what_a_key_opens_hears_those_after_it() -> None:
    async with running() as run:
        await at_once(run, "g", "1", "2", "enter", "g", "3", "enter")
        sent = [c.move for c in run.engine.commands(DoMove)]
        assert sent == [Goto(12), Goto(3)]
        assert run.app.screen is run.app.main


@pytest.mark.slow
async def test_what_a_key_closes_does_not_hear_those_after_it() -> None:
    async with running() as run:
        await at_once(run, "question_mark", "escape", "n", "n")
        assert [str(move) for move in run.engine.moves] == ["phase", "phase"]


@pytest.mark.slow
def test_in_one_piece_from_a_terminal() -> None:
    with Terminal() as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        os.write(terminal.master, b"g12\rnn")
        terminal.wait_for("iteration 13  loss done")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.1, pytest.param(0.5, marks=pytest.mark.slow)])
async def test_a_slow_machine_changes_nothing(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = LayerTree.on_event

    async def slowly(self: LayerTree, event: Event) -> None:
        if isinstance(event, Key):
            await asyncio.sleep(seconds)
        await heard(self, event)

    monkeypatch.setattr(LayerTree, "on_event", slowly)
    async with running() as run:
        for key in ("g", "1", "2", "enter", "n"):
            run.app.post_message(Key(key, key if len(key) == 1 else None))
            await asyncio.sleep(0.06)
        await run.pilot.pause(3 * seconds)
        await run.settle()
        assert run.engine.moves == [Goto(12), Forward("phase")]
        assert run.app.screen is run.app.main


@pytest.mark.slow
def test_what_is_typed_before_the_terminal_is_the_apps_counts() -> None:
    with Terminal() as terminal:
        os.write(terminal.master, b"g12\rnn")  # lines are still edited, and \r becomes \n
        terminal.wait_for("iteration 13  loss done")


class Late(LocalEngine):
    """An engine that begins to answer when ``begin`` is called."""

    def __init__(self, on_report: OnReport) -> None:
        super().__init__(on_report)
        self._early: list[Command] | None = []

    def send(self, command: Command) -> None:
        if self._early is None:
            super().send(command)
        else:
            self._early.append(command)

    def begin(self) -> None:
        early, self._early = self._early or [], None
        for command in early:
            super().send(command)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "moves"),
    [
        ("g12\rn", [Goto(12), Forward("phase")]),
        pytest.param("zn", [Skip("forward"), Forward("phase")], marks=pytest.mark.slow),
        pytest.param("nnp\rn", None, marks=pytest.mark.slow),
        pytest.param("nnwloss < 9\rn", None, marks=pytest.mark.slow),
        pytest.param("jjvgx\x7f7\r", [Goto(7)], marks=pytest.mark.slow),
        ("o\x1bn", [Forward("phase")]),
    ],
)
async def test_what_is_typed_while_the_engine_starts_is_done_as_if_typed_later(
    keys: str, moves: list[Move] | None
) -> None:
    names = {"\r": "enter", "\x1b": "escape", "\x7f": "backspace", "<": "less_than_sign"}
    names[" "] = "space"
    typed = [Key(names.get(key, key), key if key.isprintable() else None) for key in keys]
    engines: list[Late] = []

    def make_engine(on_report: OnReport) -> Late:
        engines.append(Late(on_report))
        return engines[0]

    app = LenetApp(make_engine, Options())
    async with app.run_test(size=(120, 40)) as pilot:
        while app.is_loading:
            await pilot.pause(0.01)
        for key in typed:
            app.post_message(key)
            await asyncio.sleep(0.02)
        await pilot.pause(0.2)
        engines[0].begin()
        run = Running(app, engines[0], pilot)
        await pilot.pause(0.3)
        await run.settle()
        early, chosen = run.engine.moves, app.main.tensor.tensor
    async with running() as run:
        for key in typed:
            run.app.post_message(Key(key.key, key.character))
        await run.pilot.pause(0.3)
        await run.settle()
        assert early == run.engine.moves and chosen == run.app.main.tensor.tensor
        assert moves is None or early == moves


async def test_quitting_and_escape_do_not_wait_for_an_engine_that_never_comes() -> None:
    app = LenetApp(Late, Options())
    async with app.run_test(size=(120, 40)) as pilot:
        while app.is_loading:
            await pilot.pause(0.01)
        for key in ("z", "n", "escape"):
            app.post_message(Key(key, None))
        await pilot.pause(0.1)
        await until(lambda: not app.blocked and app.main.queue.pending is None)
        for key in ("z", "n", "q"):
            app.post_message(Key(key, None))
        await until(lambda: not app.is_running)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what comes at once, however slow the machine is."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


@pytest.mark.slow
async def test_quitting_before_the_panes_are_there_quits() -> None:
    app = LenetApp(Late, Options())
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.is_loading
        app.post_message(Key("n", "n"))
        app.post_message(Key("q", "q"))
        await pilot.pause(0.2)
    assert app.return_code == 0 and app._exception is None
