"""What an output is compared with, as the loss takes it."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor

from lenet_tui.protocol.options import OWN, RETURNED, Options
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.training.engine.batch import Batch


def target_of(options: Options, batch: Batch, output: Tensor) -> Any:
    """The batch's target as the loss takes it: for MSE on classes, one-hot (N, classes).

    Raises ``MoveRejected`` for a target that the loss cannot take.
    """
    target = batch.target
    if options.loss in (OWN, RETURNED):
        return target
    if not isinstance(target, Tensor):
        kind = type(target).__name__
        raise MoveRejected("training:no-target", loss=options.loss, kind=kind)
    if options.loss == "mse" and not target.is_floating_point():
        return F.one_hot(target, output.shape[-1]).to(output.dtype)
    if options.loss == "cross_entropy" and target.is_floating_point():
        raise MoveRejected("training:labels-needed")
    return target


def right(output: Tensor, target: Any) -> tuple[int, int] | None:
    """How many rows of an output (N, classes) are largest at their class, and how many there are.

    ``None`` unless the target is one class number (N,) to each row.
    """
    if not isinstance(target, Tensor) or output.dim() != 2 or target.shape != output.shape[:1]:
        return None
    if target.is_floating_point() or target.is_complex():
        return None
    return int((output.argmax(1) == target).sum()), len(target)
