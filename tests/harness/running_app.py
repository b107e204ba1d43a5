"""The app with a real session, in a test: keys in, the screen's text out."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from textual._context import visible_screen_stack
from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.strip import Strip

from lenet_tui.app.settings import SettingsFile, load
from lenet_tui.app.ui.app import LenetApp
from lenet_tui.protocol.engine_api import OnReport
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.options import Options
from tests.harness.local_engine import LocalEngine

LONGEST = 10.0
"""Seconds to wait for an app to come to rest: one that runs never may."""
SIZES = ((80, 24), (120, 40), (200, 60))


@dataclass
class Running:
    """An app that runs, its engine, and hands to press its keys."""

    app: LenetApp
    engine: LocalEngine
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Press keys one by one and let the app settle after each."""
        for key in keys:
            await self.type(key)

    async def type(self, *keys: str) -> None:
        """Press keys as fast as they can come, then let the app settle."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            event = Key(name, character(key))
            event.set_sender(self.app)
            self.app.post_message(event)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that is under way come to an end; far faster than the pilot's pauses.

        Three times in turn the event loop must have nothing ready to run, not even a timer that is
        late: so a slow machine is waited for as long as it needs.
        """
        loop: Any = asyncio.get_running_loop()
        quiet = 0
        until = monotonic() + LONGEST
        while monotonic() < until:
            await asyncio.sleep(0.003)
            quiet = 0 if loop._ready or busy(self.app) else quiet + 1
            if quiet >= 3 and idle(self.app):
                return

    @property
    def text(self) -> str:
        """What is on the screen, without colours."""
        return "\n".join(strip.text for strip in self.strips)

    @property
    def strips(self) -> list[Strip]:
        """The lines on the screen, as they are painted: around a dialog those of the one below."""
        visible_screen_stack.set(self.app._background_screens)
        return self.app.screen._compositor.render_strips()

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def rail(self) -> str:
        """The pipeline rail's three lines."""
        return "\n".join(self.lines[1:4])


def character(key: str) -> str | None:
    """What a key types, if it types anything."""
    if len(key) == 1:
        return key
    try:
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        return None


def busy(app: LenetApp) -> bool:
    """Whether the app or its screen have something to do; widgets are not asked."""
    screen = app.screen
    due = screen._callbacks or screen._dirty_widgets or screen._layout_required
    resized = app._resize_event is not None  # a timer gives it to the screen
    return bool(due or resized or app.main.scheduler.due or app._message_queue.qsize())


def idle(app: LenetApp) -> bool:
    """Whether no message waits anywhere and nothing is to be painted."""
    screens = app.screen_stack
    widgets = [widget for screen in screens for widget in screen.walk_children()]
    waiting = any(p._message_queue.qsize() or p._next_callbacks for p in [app, *screens, *widgets])
    return not (waiting or busy(app))


@asynccontextmanager
async def running(
    size: tuple[int, int] = (120, 40),
    *,
    lang: str = "en",
    ascii: bool = False,
    moves: Sequence[Move] = (),
    free: int = 3,
    speed: str = "",
    theme: str = "",
    settings: Path | None = None,
    options: Options | None = None,
) -> AsyncIterator[Running]:
    """The app on a terminal of ``size``, started and settled.

    ``speed``: of a run, by its name. ``settings``: the file to read and write.
    """
    engines: list[LocalEngine] = []

    def make_engine(on_report: OnReport) -> LocalEngine:
        engines.append(LocalEngine(on_report, free=free))
        return engines[0]

    file = SettingsFile(settings, load(settings)) if settings else None
    app = LenetApp(
        make_engine,
        options or Options(),
        lang=lang,
        ascii=ascii,
        moves=moves,
        theme=theme,
        settings=file,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        while app.is_loading or app.main.frame is None:
            await pilot.pause(0.01)
        if speed:
            app.main.runner.set_speed(speed)
        run = Running(app, engines[0], pilot)
        await run.settle()
        yield run
