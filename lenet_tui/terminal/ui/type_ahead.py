"""Keys that come in one piece: each goes to what the key before it has opened or closed.

Textual passes a key on at once. On a slow line ``g12⏎`` comes in one piece, and the digits would
reach the main screen before the dialog that ``g`` opens can receive them.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Any, TypeVar

from textual.dom import DOMNode
from textual.events import Event, Key

from lenet_tui.terminal.ui.toast import ToastApp

R = TypeVar("R")

NEWLINE = "ctrl+j"
"""What the terminal makes of ``enter`` until the app has it, in what is typed after a command."""
LOOK_AFTER = 0.3
"""Seconds after which a key that waits sees whether what it waits for is still there."""
LONGEST = 10.0
"""Seconds that a key waits at most for what the one before it does."""
ROUNDS = 2
"""Once for the key itself, once for the message that a widget then sends (``Input.Submitted``)."""


class TypeAheadApp(ToastApp[R]):
    """An app that holds a key back until the one before it has been handled.

    A key climbs from the focused widget up to the app, from queue to queue. A callback that is sent
    after it on the same way runs when the key has been handled.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed: deque[Key] = deque()
        self._holds = self._blocked = self._awaits_paint = False
        self._turn = 0
        self._waits_at: DOMNode = self
        self._pressed = 0.0

    def hears(self, key: str) -> bool:
        """Whether a key can do now what it is for; if not, it waits for ``hear``."""
        return key == "escape" or not getattr(self.screen, "holds_keys", False)

    def hear(self) -> None:
        """Pass on the keys that have waited for this."""
        if self._blocked:
            self._blocked = False
            self.call_later(self._next, self._turn)

    def forget_typed(self) -> None:
        """Drop the keys that wait."""
        self._typed.clear()
        self._holds = self._blocked = False
        self._turn += 1

    @property
    def blocked(self) -> bool:
        """Whether a key waits for ``hear``."""
        return self._blocked

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and event.key == NEWLINE:
            event = Key("enter", "\r").set_sender(self)
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._holds:
            if not self._typed and not self._blocked:
                self._look_after(self._turn)
            self._typed.append(event)
        else:
            await self._press(event)

    async def _press(self, event: Key) -> None:
        """Pass a key on, and hold those after it until it has been handled."""
        self._holds = True
        self._turn += 1
        self._pressed, self._before = monotonic(), self.screen
        if not self.hears(event.key):
            self._typed.appendleft(event)
            self._blocked = True
            return
        receiver: DOMNode = self.focused or self.screen
        await super().on_event(event)
        self._pass_on(receiver, self._turn, ROUNDS)

    def _look_after(self, turn: int) -> None:
        self.set_timer(LOOK_AFTER, lambda: self.call_later(self._look, turn))

    async def _look(self, turn: int) -> None:
        """Go on if what is waited for has gone, and with it the callback that was sent to it."""
        if turn != self._turn or self._blocked:
            return
        node = self._waits_at
        gone = not (node is self or (node.is_attached and node.is_running))
        gone = gone or (self._awaits_paint and node is not self.screen)
        if gone or monotonic() - self._pressed > LONGEST:
            await self._next(turn)
        else:
            self._look_after(turn)

    def _pass_on(self, node: DOMNode, turn: int, rounds: int) -> None:
        """Call ``_climb`` when ``node`` has handled its queue; if it has gone, when the app has."""
        self._waits_at, self._awaits_paint = node, False
        if not node.call_later(self._climb, node, turn, rounds):
            self._waits_at = self
            self.call_later(self._climb, self, turn, rounds)

    def _climb(self, node: DOMNode, turn: int, rounds: int) -> None:
        if turn != self._turn:
            return
        if node is not self:
            self._pass_on(node.parent or self, turn, rounds)
        elif rounds > 1:
            self._pass_on(self.focused or self.screen, turn, rounds - 1)
        elif self.screen is self._before or not self.screen.call_after_refresh(
            self.call_later, self._next, turn
        ):
            self.call_later(self._next, turn)
        else:
            self._waits_at, self._awaits_paint = self.screen, True

    async def _next(self, turn: int) -> None:
        """Pass the next key on."""
        if turn != self._turn or self._blocked:
            return
        self._holds = False
        self._turn += 1
        if self._typed:
            await self._press(self._typed.popleft())
            if self._typed and not self._blocked:
                self._look_after(self._turn)
