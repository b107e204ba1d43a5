"""What an output is compared with, as the loss takes it."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.protocol.moves import Vector
from lenet_tui.protocol.options import OWN, RETURNED, Options
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.training.engine import dataset
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
    most = dataset.classes(options)
    if most > output.shape[-1]:
        outputs = output.shape[-1]
        why = dataset.excess(options, outputs)
        raise MoveRejected("training:more-classes", why=why, outputs=outputs)
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
    here = target.to(output.device)  # a script may move its labels in the step, not before
    return int((output.argmax(1) == here).sum()), len(target)


def rows_like(output: Tensor, vector: Vector) -> Tensor:
    """A vector of ``onehot`` or typed values for each row of an output, on the CPU.

    Raises ``MoveRejected`` for one that does not fit.
    """
    classes = output.shape[-1]
    row = torch.zeros(classes)
    if vector.kind == "onehot":
        if vector.onehot >= classes:
            raise MoveRejected("protocol:onehot-outside", k=vector.onehot, last=classes - 1)
        row[vector.onehot] = 1
    elif len(vector.values) != classes:
        raise MoveRejected("protocol:vector-length", count=len(vector.values), size=classes)
    else:
        row = torch.tensor(vector.values, dtype=output.dtype)
    return row.expand(output.shape).contiguous()
