"""What a feature may ask of the main screen: it never sees the screen's class, nor the app."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lenet_tui.protocol.request import Asks

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from lenet_tui.kit.ui.dialog import Dialog
    from lenet_tui.protocol.frame import Frame
    from lenet_tui.protocol.messages import Command
    from lenet_tui.protocol.moves import Move
    from lenet_tui.protocol.options import Options
    from lenet_tui.text.words import Words

T = TypeVar("T")


class Port(Asks, Protocol):
    """The session that is on the screen, and the few things that may be done with it."""

    @property
    def words(self) -> Words:
        """The words of the present language."""

    @property
    def frame(self) -> Frame | None:
        """The newest frame; ``None`` before the first."""

    @property
    def present_options(self) -> Options:
        """The options in force at the cursor."""

    def send(self, command: Command) -> None:
        """Hand a command to the engine; returns at once."""

    def move(self, move: Move) -> None:
        """Make a move as soon as its turn has come."""

    def stop(self) -> None:
        """Stop what runs and drop the moves that wait."""

    def notify(self, message: str, *, severity: SeverityLevel = "information") -> None:
        """Show one line for a few seconds."""

    def announce(self, kind: str, text: str, severity: SeverityLevel = "information") -> None:
        """Show one line for a few seconds, and add it to the log as a line of that ``kind``."""

    def run_worker(self, work: Coroutine[Any, Any, None]) -> object:
        """Run a coroutine that waits for an answer, beside everything else."""

    def open(self, dialog: Dialog[T], use: Callable[[T], object]) -> None:
        """Open a dialog; ``use`` is called with what it gives back, if it gives anything."""
