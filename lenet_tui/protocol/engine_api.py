"""The interface of an engine, real or fake, to the screen and the transcript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from lenet_tui.protocol.messages import Command, Report
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.text.notice import Notice

OnReport = Callable[[Report], None]
"""Called with each report, in order, possibly on another thread."""


class Engine(Protocol):
    """An engine that takes commands and answers with reports, never by return values."""

    def send(self, command: Command) -> None:
        """Hand over a command; returns at once."""

    def refusal(self, command: str) -> Notice | None:
        """Why a command (its id in the table) cannot be done with this engine; ``None``: it can."""

    def restart(self) -> None:
        """End the engine at once, whatever it does, and carry on from history in a new one."""

    def resume(self, saved: SavedSession, path: Path) -> None:
        """Resume a session that was read from the file ``path``, instead of ``Start``."""

    def set_aside(self) -> None:
        """Keep the session as it is, whatever is started next; only when no move is under way."""

    def restore(self) -> None:
        """Return to the session set aside, and drop the present one; only then too."""

    def close(self) -> None:
        """End the engine for good."""


MakeEngine = Callable[[OnReport], Engine]
