"""Evaluates the trainer's model on what is held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from lenet_tui.evaluation.engine import held_out
from lenet_tui.evaluation.engine.undisturbed import undisturbed
from lenet_tui.protocol.evaluation import NO_CLASSES, Evaluation
from lenet_tui.protocol.options import Options
from lenet_tui.training.engine import own_setup
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.outputs import main_output
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.targets import right, target_of
from lenet_tui.training.engine.trainer import Trainer


def evaluate(
    trainer: Trainer,
    iteration: int,
    stopped: Callable[[], bool] = lambda: False,
    batches: Callable[[Trainer], Iterator[Batch]] = held_out.batches,
) -> Evaluation | None:
    """Accuracy and mean loss of the live model, as after ``iteration``; it does not change.

    The loss is the sum of each batch's mean loss times its samples, over all samples, in float64.
    ``stopped`` is asked between two batches; ``None``: it said so. Raises ``Rejected`` where
    nothing is held out, ``MoveRejected`` or ``OwnError`` where the model fails. ``batches``: those
    to evaluate on.
    """
    correct = total = 0
    classes, known, summed = True, True, 0.0
    with rejecting(trainer), undisturbed(trainer), torch.no_grad():
        for batch in batches(trainer):
            if stopped():
                return None
            returned = trainer.model(*batch.args, **batch.kwargs)
            output = main_output(returned)
            found = right(output, batch.target)
            samples = found[1] if found else _samples(batch, output)
            classes = classes and found is not None
            correct += found[0] if found else 0
            loss = _loss(trainer, batch, returned, output)
            known = known and loss is not None
            summed += samples * loss if loss is not None else 0.0
            total += samples
    mean = summed / total if known and total else float("nan")
    counted = correct if classes else NO_CLASSES
    return Evaluation(iteration, counted, total, mean, no_loss=not known)


def _samples(batch: Batch, output: Tensor) -> int:
    """The samples of a batch: the rows of its first input, or else of the output."""
    first = batch.input if batch.input is not None and batch.input.dim() else output
    return first.shape[0] if first.dim() else 1


def _loss(trainer: Trainer, batch: Batch, returned: object, output: Tensor) -> float | None:
    """The loss of one batch; ``None`` in a step of one's own that defines none."""
    options: Options = trainer.options
    if options.step and trainer.file.loss is None:
        return None
    if trainer.criterion is not None:
        loss = trainer.criterion(output, target_of(options, batch, output))
    else:
        loss = own_setup.compute_loss(options, trainer.file, returned, batch)
    return float(loss.item())
