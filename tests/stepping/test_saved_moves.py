"""Moves that the app has saved lead, played again, to the same numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from lenet_tui.protocol.moves import Set
from lenet_tui.tape.engine import digests
from tests.harness.commands import run_here
from tests.harness.driving import Drive
from tests.harness.running_app import Running, running
from tests.harness.terminal import APP, Terminal


async def save(run: Running, file: Path) -> dict[str, str]:
    """Save the moves, and return the digest of each parameter at the cursor."""
    await run.press("ctrl+s")
    run.app.screen.query_one(Input).value = str(file)
    await run.press("enter")
    navigator = run.engine.session.navigator
    return {p.name: p.sha256 for p in digests.parameters(navigator.tape, navigator.cursor)}


def played(file: Path) -> dict[str, str]:
    done = run_here("trace", "--moves", str(file), "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    last = json.loads(done.stdout.splitlines()[-1])
    return {name: parameter["sha256"] for name, parameter in last["parameters"].items()}


@pytest.mark.slow
async def test_a_resumed_session_is_made_again_from_its_moves(tmp_path: Path) -> None:
    async with running() as run:
        for lr, seed in ((0.5, 0), (0.25, 7)):
            run.app.main.move(Set("lr", lr))
            run.app.main.move(Set("seed", seed))
            await run.press("f", "n")
        run.app.main.move(Set("lr", 0.125))
        await run.press("n", "s")
        saved = run.engine._recovery.saved()
        assert saved and (saved.options.seed, saved.options.lr) == (7, 0.25)
        wanted = await save(run, tmp_path / "first.moves")
    assert played(tmp_path / "first.moves") == wanted
    async with running() as run:
        run.app.main.offer([(tmp_path / "x.session", saved)])
        await run.settle()
        await run.press("enter")
        assert await save(run, tmp_path / "second.moves") == wanted
        await run.press("f", "n")
        further = await save(run, tmp_path / "third.moves")
    head = "# lenet-tui --preset digits --device cpu --lr 0.25 --seed 7 --threads 1"
    text = (tmp_path / "third.moves").read_text()
    assert text.splitlines()[0] == head and "set lr 0.125" in text
    assert played(tmp_path / "second.moves") == wanted
    assert played(tmp_path / "third.moves") == further


@pytest.mark.slow
async def test_the_device_that_is_chosen_already_changes_nothing() -> None:
    async with running() as run:
        await run.press("f", "f", "F", "d", "enter")
        assert run.app.screen is run.app.main and run.app.main.frame
        assert run.app.main.frame.ahead
        assert not [move for move in run.engine.moves if isinstance(move, Set)]


@pytest.mark.slow
def test_the_app_takes_the_options_of_a_moves_file(tmp_path: Path) -> None:
    file = tmp_path / "session.moves"
    file.write_text("# lenet-tui --preset notebook --seed 7 --device cpu\nfinish\n")
    with Terminal([*APP, "--moves", str(file)], size=(120, 40)) as terminal:
        terminal.wait_for("notebook")
        terminal.wait_for("seed 7")
        terminal.send(".")
        loss = Drive("notebook", seed=7)("finish").frame.loss
        terminal.wait_for(f"{loss:.4f}"[:6])
        terminal.send("q")
        assert terminal.wait() == 0
