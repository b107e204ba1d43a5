"""What the trainer's model makes of each sample that is held out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.evaluation.engine import held_out
from lenet_tui.evaluation.engine.undisturbed import undisturbed
from lenet_tui.evaluation.request import CLASSES, Judged, Mistaken
from lenet_tui.protocol.request import Rejected
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.outputs import main_output
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.targets import right
from lenet_tui.training.engine.trainer import Trainer

Picture = npt.NDArray[np.float32]


def judge(
    trainer: Trainer, iteration: int, most: int, stopped: Callable[[], bool] = lambda: False
) -> Judged | None:
    """The confusion of classes and the ``most`` worst samples of the live model.

    The loss of a sample is −log of the softmax of its class, in float64. ``None``: ``stopped``
    said so. Raises ``Rejected`` where there are no classes or too many.
    """
    counts: Tensor | None = None
    worst: list[Mistaken] = []
    done = 0
    with rejecting(trainer), undisturbed(trainer), torch.no_grad():
        for batch in held_out.batches(trainer):
            if stopped():
                return None
            output = main_output(trainer.model(*batch.args, **batch.kwargs))
            if right(output, batch.target) is None:
                raise Rejected("evaluation:no-classes")
            classes = output.shape[1]
            if classes > CLASSES:
                raise Rejected("evaluation:many-classes", n=classes, most=CLASSES)
            target = batch.target.to("cpu", torch.int64)
            logits = output.detach().to("cpu", torch.float64)
            predicted = logits.argmax(1)
            pairs = (target * classes + predicted).bincount(minlength=classes * classes)
            counts = pairs if counts is None else counts + pairs
            worst += _worst(batch, logits, target, done, most)
            worst = sorted(worst, key=lambda m: (-m.loss, m.sample))[:most]
            done += len(target)
    if counts is None:
        raise Rejected("evaluation:no-classes")
    side = round(len(counts) ** 0.5)
    return Judged(iteration, counts.reshape(side, side).numpy(), tuple(worst))


def _worst(batch: Batch, logits: Tensor, target: Tensor, done: int, most: int) -> list[Mistaken]:
    losses = F.cross_entropy(logits, target, reduction="none")
    shares = logits.softmax(1)
    ordered = losses.nan_to_num(nan=float("inf")).topk(min(most, len(losses))).indices.tolist()
    return [
        Mistaken(
            done + n,
            int(target[n]),
            int(logits[n].argmax()),
            float(shares[n].max()),
            float(losses[n].nan_to_num(nan=float("inf"))),
            _picture(batch.input, n),
        )
        for n in ordered
    ]


def _picture(
    images: Tensor | None, n: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None:
    """A sample of one channel as it went into the model."""
    if images is None or images.dim() != 4 or images.shape[1] != 1:
        return None
    made: Picture = images[n, 0].float().cpu().numpy()
    return made
