"""How far a trainer is in its data, where they have an end that is known."""

from __future__ import annotations

from lenet_tui.protocol.options import OWN
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.trainer import Trainer


def gone_through(trainer: Trainer) -> float | None:
    """How often the data have been gone through; ``None``: they have no end that is known."""
    if getattr(trainer, "one_batch", False):  # a live one takes the same one each time
        return None
    if trainer.own_data is not None and trainer.options.data == OWN:
        return trainer.own_data.epochs
    return dataset.epochs(trainer.data, trainer.options)


def length(trainer: Trainer) -> int:
    """The iterations of an epoch; 0: it is not known."""
    if getattr(trainer, "one_batch", False):
        return 0
    if trainer.own_data is not None and trainer.options.data == OWN:
        return trainer.own_data.length
    return -(-dataset.count(trainer.options) // trainer.options.batch_size)


def ended(trainer: Trainer) -> bool:
    """Whether the last batch was the last one of an epoch; asked after each iteration of a run."""
    data = trainer.data
    if trainer.own_data is None and data.offset:
        return False
    epochs = gone_through(trainer)
    return epochs is not None and epochs > 0 and epochs.is_integer()
