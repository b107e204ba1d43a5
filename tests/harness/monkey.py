"""A monkey at the keyboard and the mouse: the same presses for the same seed."""

from __future__ import annotations

import asyncio
import random
import string
import time

from textual import events
from textual.events import Key
from textual.pilot import Pilot

from lenet_tui.app.ui.app import LenetApp
from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.stepping.ui.commands import COMMANDS
from tests.harness.running_app import character, idle

NEVER = {"q", "ctrl+q", "ctrl+c", "ctrl+z"}
"""Keys that end the app, or stop it."""
TYPED = [c for c in string.ascii_letters + string.digits + " .,-+*<>()[]{}'\"=:é卷" if c != "q"]
"""No slash: what is saved or exported stays in the working directory."""
MOVES = ["tab", "shift+tab", "up", "down", "left", "right", "home", "end"]
MOVES += ["pageup", "pagedown", "enter", "escape", "delete"]
KEYS = [key for command in COMMANDS for key in (*command.keys, *command.aliases)]
KEYS = [key for key in KEYS if key not in NEVER]
SIZES = ((10, 3), (40, 12), (80, 24), (100, 30), (120, 40), (200, 60))
PATIENCE = 60.0


class Monkey:
    """Presses what ``seed`` says; every so often it goes ``home`` to see whether all is well."""

    def __init__(self, app: LenetApp, pilot: Pilot[None], seed: int) -> None:
        self.app, self.pilot = app, pilot
        self._random = random.Random(seed)
        self.pressed: list[str] = []

    async def play(self, count: int) -> None:
        """Make ``count`` random gestures, some so fast that nothing is settled between them."""
        for _ in range(count):
            chance = self._random.random()
            if chance < 0.5:
                await self.press(self._random.choice(KEYS))
            elif chance < 0.65:
                await self.press(self._random.choice(MOVES))
            elif chance < 0.78:
                for _ in range(self._random.randint(1, 4)):
                    await self.press(self._random.choice(TYPED))
            elif chance < 0.97:
                self._mouse()
            else:
                size = self._random.choice(SIZES)
                self.pressed.append(f"size {size}")
                await self.pilot.resize_terminal(*size)
            if self._random.random() < 0.3:
                await asyncio.sleep(self._random.choice((0, 0.002, 0.02)))

    async def press(self, key: str) -> None:
        """Press a key, and wait a moment sometimes."""
        if key in string.digits and getattr(self.app.focused, "id", "") == "batch-size":
            key = "1"  # of a hundred thousand samples a step takes too long
        self.pressed.append(key)
        self._post(Key(key if len(key) > 1 else _named(key), character(key)))
        await asyncio.sleep(0)

    async def home(self) -> None:
        """Escape until nothing is open and nothing runs. ``AssertionError`` if that is not so."""
        await self.pilot.resize_terminal(120, 40)
        for attempt in range(24):
            await self.settle()
            if self.is_home:
                return
            if attempt % 8 == 7:
                await asyncio.sleep(1)  # a busy machine may be late with what escape ends
            await self.press("escape")
        raise AssertionError(f"escape does not lead home from {self.held_by}: {self.last}")

    @property
    def is_home(self) -> bool:
        return isinstance(self.app.screen, MainScreen) and not any(self.held_by.values())

    @property
    def held_by(self) -> dict[str, object]:
        """What is open or under way, each of which escape ends."""
        app, main = self.app, self.app.main
        return {
            "screens": app.screen_stack[1:],
            "maximized": main.maximized,
            "inspector": main.inspection.is_open,
            "run": main.runner.on,
            "demo": main.player.on,
            "move": main.queue.pending,
            "tour": main.tour.on,
        }

    async def settle(self) -> None:
        """Let what has been asked for come to an end, unless it is a run."""
        app, until = self.app, time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < until, f"it never settles, {self.held_by}: {self.last}"
            await asyncio.sleep(0.005)
            runs = app.main.runner.on or app.main.queue.running
            if runs and app.screen is app.main:
                await app.action_command("escape")
            waits = app.main.queue.pending is not None and not app.main.queue.running
            waits = waits or app.main.tour.starting
            quiet = 0 if waits or not idle(app) else quiet + 1
            if app.main.queue.running and app.screen is not app.main:
                for _ in range(20):  # a run goes on behind a dialog, whose keys wait for it
                    await asyncio.sleep(0.05)
                    if not (app._message_queue.qsize() or app.screen._message_queue.qsize()):
                        return
                return

    @property
    def last(self) -> str:
        return " ".join(self.pressed[-60:])

    def _mouse(self) -> None:
        size = self.app.size
        x = self._random.randrange(max(size.width, 1))
        y = self._random.randrange(max(size.height, 1))
        kind = self._random.choice(("click", "click", "double", "move", "up", "down"))
        self.pressed.append(f"{kind} {x},{y}")
        if kind in ("click", "double"):
            for _ in range(1 if kind == "click" else 2):
                self._post(_at(events.MouseDown, x, y))
                self._post(_at(events.MouseUp, x, y))
        elif kind == "move":
            self._post(_at(events.MouseMove, x, y))
        else:
            self._post(_at(events.MouseScrollUp if kind == "up" else events.MouseScrollDown, x, y))

    def _post(self, event: events.Event) -> None:
        event.set_sender(self.app)
        self.app.post_message(event)


def _at(kind: type[events.MouseEvent], x: int, y: int) -> events.MouseEvent:
    return kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)


def _named(key: str) -> str:
    from textual.keys import _character_to_key  # noqa: PLC0415 - as the driver does

    return _character_to_key(key)
