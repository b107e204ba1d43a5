"""What the engine's thread posts to the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.messages import Report


@dataclass
class Reported(Message):
    """The engine has sent a report. Every one is handled, in order."""

    report: Report


@dataclass
class SomethingToShow(Message):
    """The panes show the first frame, or there will be none."""


@dataclass
class FrameCame(Message):
    """There is something new to show. ``answer``: the engine waits to hear that it is painted.

    ``session``: the number of the session that it is of.
    """

    frame: Frame
    answer: bool
    session: int = 0

    def can_replace(self, message: Message) -> bool:
        """Only the newest frame is worth painting; an owed answer is not forgotten."""
        if not isinstance(message, FrameCame):
            return False
        message.answer = message.answer or self.answer
        return True
