"""Who else sees an iteration of a script while it is recorded: a check, for its live tensors."""

from __future__ import annotations

from typing import Any, Protocol

from lenet_tui.tape.engine.tape import Tape
from lenet_tui.training.engine.trainer import Trainer


class Beside(Protocol):
    """Is told of one iteration after another; what it raises ends the observation."""

    def begins(self, trainer: Trainer) -> None:
        """An iteration begins to be recorded."""

    def makes(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a call of torch for the recorder: ``func(*args, **kwargs)``."""

    def closes(self) -> None:
        """The script's calls are no longer recorded; may be called again."""

    def ends(self, trainer: Trainer, tape: Tape, error: BaseException | None) -> None:
        """What was recorded is on the tape; ``error``: what the script raised in it."""

    def goes_on(self) -> None:
        """The script goes on: nothing of the iteration is to be held any longer."""
