"""Takes an option that a move sets."""

from __future__ import annotations

from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.options import change
from lenet_tui.training.engine.trainer import Trainer


def take(trainer: Trainer, move: Set) -> None:
    """Have the trainer use the option from the next op that reads it."""
    trainer.change(change(trainer.options, move.option, move.value))
