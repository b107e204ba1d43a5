"""Keys that come in one piece, as on a slow line."""

from __future__ import annotations

import os

import pytest
from textual.events import Key

from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import Goto
from tests.harness.running_app import Running, running
from tests.harness.terminal import Terminal


async def at_once(run: Running, *keys: str) -> None:
    """Have the keys read before any of them is handled."""
    for key in keys:
        run.app.post_message(Key(key, key if len(key) == 1 else None))
    await run.pilot.pause(0.5)
    await run.settle()


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
