"""Thousands of random keys, clicks and sizes: no crash, no stuck state, and no drift.

With a session in this process, and for long with one of its own; all of it with ``-m slow``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lenet_tui.app.ui.app import LenetApp
from lenet_tui.app.ui.help import HelpScreen
from lenet_tui.process.client import EngineClient
from lenet_tui.process.engine import server
from lenet_tui.process.forkserver import prepare
from lenet_tui.protocol.engine_api import MakeEngine
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import DoMove, Moved
from lenet_tui.protocol.moves import Back, Forward
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.text.numbers import thousands
from tests.harness.conversation import Conversation
from tests.harness.local_engine import LocalEngine
from tests.harness.monkey import Monkey
from tests.harness.plain_loop import FILES

LENET = Options(history_mb=2)


@asynccontextmanager
async def at_the_keys(
    make_engine: MakeEngine, seed: int, options: Options = LENET
) -> AsyncIterator[Monkey]:
    app = LenetApp(make_engine, options, ascii=seed % 2 == 1)

    async def stay() -> None:
        """A click may hit ``quit`` in the footer."""

    app.action_quit = stay  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        while app.is_loading or app.main.frame is None:
            await pilot.pause(0.01)
        yield Monkey(app, pilot, seed)


async def check(monkey: Monkey) -> Frame:
    """Home can be reached, the keys work there, and the screen says what the frame says."""
    app = monkey.app
    await monkey.home()
    await monkey.press("?")
    await monkey.settle()
    assert isinstance(app.screen, HelpScreen), monkey.last
    await monkey.home()
    await asyncio.sleep(0.3)  # one's own session is back after the tour
    await monkey.settle()
    if app.main.is_dead:
        await monkey.press("ctrl+r")
        await monkey.settle()
    frame = app.main.frame
    assert frame is not None
    strips = app.screen._compositor.render_strips()
    text = "\n".join(strip.text for strip in strips)
    assert thousands(frame.position.iteration) in text.split("\n")[3], (text, monkey.last)
    return frame


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 12))
async def test_a_monkey_for_a_second(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_the_keys(LocalEngine, seed) as monkey:
        for _ in range(3):
            await monkey.play(40)
            await check(monkey)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_a_monkey_with_a_real_engine(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare()  # under a running app it cannot be started
    monkeypatch.chdir(tmp_path)
    async with at_the_keys(EngineClient, seed) as monkey:
        for _ in range(10):
            await monkey.play(100)
            frame = await check(monkey)
            assert not frame.divergence, monkey.last
            await back_and_forth(monkey, frame)
        frame = await check(monkey)
        moves, options = monkey.app.main.recorder.moves, monkey.app.main.options
    with Conversation(server.main) as talk:
        talk.start(options)
        for number, move in enumerate(moves, 1):
            talk.send(DoMove(number, move))
            again = talk.until(Moved, 120).frame
        if moves:
            assert again.position == frame.position
            assert again.digest == frame.digest


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gpt", "gan", "vae", "tagger", "unet", "experts"])
async def test_a_monkey_on_a_training_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = resolve(model=str(FILES / f"{name}.py"), device="cpu", history_mb=8)
    async with at_the_keys(LocalEngine, len(name), options) as monkey:
        for _ in range(4):
            await monkey.play(60)
            frame = await check(monkey)
            assert not frame.divergence, monkey.last


async def back_and_forth(monkey: Monkey, frame: Frame) -> None:
    """Back, and on again op by op, by hand and by re-execution, is the same to the bit."""
    app = monkey.app
    assert len(frame.digest) == 64
    if any(segment.how in ("skip", "do") for segment in frame.segments):
        return  # it is not gone over op by op
    for unit in ("op", "phase", "iteration"):
        app.main.move(Back(unit))
        await monkey.settle()
        for _ in range(8):
            here = app.main.frame
            assert here is not None
            if here.position == frame.position:
                break
            same = here.position.iteration == frame.position.iteration
            steps = frame.position.index - here.position.index if same else 1
            for _ in range(max(min(steps, 200), 1)):
                app.main.move(Forward("op"))
            await monkey.settle()
        now = app.main.frame
        assert now is not None
        assert now.position == frame.position, (unit, now.position, monkey.last)
        assert now.digest == frame.digest, (unit, frame.position, monkey.last)
        assert not now.divergence
