"""The app with a scripted engine, in a test: keys in, the screen's text out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from lenet_tui.core.engine_api import OnReport
from lenet_tui.core.moves import Move
from lenet_tui.core.options import Options
from lenet_tui.tui.app import LenetApp
from tests.fake_engine import FakeEngine

SIZES = ((80, 24), (120, 40), (200, 60))


@dataclass
class Running:
    """An app that runs, its engine, and hands to press its keys."""

    app: LenetApp
    engine: FakeEngine
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Press keys one by one and let the app settle after each."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Let everything that is under way come to an end."""
        for _ in range(4):
            await self.pilot.pause()

    @property
    def text(self) -> str:
        """What is on the screen, without colours."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@asynccontextmanager
async def running(
    size: tuple[int, int] = (120, 40),
    *,
    lang: str = "en",
    ascii: bool = False,
    moves: Sequence[Move] = (),
    free: int = 3,
) -> AsyncIterator[Running]:
    """The app on a terminal of ``size``, started and settled."""
    engines: list[FakeEngine] = []

    def make_engine(on_report: OnReport) -> FakeEngine:
        engines.append(FakeEngine(on_report, free=free))
        return engines[0]

    app = LenetApp(make_engine, Options(), lang=lang, ascii=ascii, moves=moves)
    async with app.run_test(size=size, notifications=True) as pilot:
        while not app.furnished or app.frame is None:
            await pilot.pause(0.01)
        run = Running(app, engines[0], pilot)
        await run.settle()
        yield run
