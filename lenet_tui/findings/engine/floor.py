"""The least that a loss can be, where its function and its target say so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine.called_with import called_with
from lenet_tui.tape.engine.entries import OpEntry

ZERO_AT_BEST = frozenset(
    ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "nll_loss", "multi_margin_loss")
)
"""Losses that are 0 where prediction and target agree; ``nll_loss`` of log-probabilities."""


def floor(loss: OpEntry | None, ops: Sequence[OpEntry]) -> float | None:
    """The least value of a loss, for its target and with free predictions; ``None``: not known.

    ``loss``: what the loss phase returned; ``ops``: its ops. It is known of one op of a known
    kind that made the loss by itself; of a weighted or otherwise reduced one it is not.
    """
    if loss is None or not any(op is loss for op in ops):
        return None
    given = called_with(loss)
    reduction = given.get("reduction", "mean")
    if reduction not in ("mean", "sum") or given.get("weight") is not None:
        return None
    if loss.op in ZERO_AT_BEST:
        return 0.0
    target = given.get("target")
    if not isinstance(target, Tensor):
        return None
    if loss.op == "cross_entropy":
        return _cross_entropy(given, target, reduction)
    if loss.op in ("binary_cross_entropy", "binary_cross_entropy_with_logits"):
        return None if given.get("pos_weight") is not None else _reduced(_binary(target), reduction)
    return None


def _cross_entropy(given: dict[str, Any], target: Tensor, reduction: str) -> float | None:
    logits = given.get("input")
    if not isinstance(logits, Tensor):
        return None
    smoothing = float(given.get("label_smoothing") or 0.0)
    classes = logits.shape[1 if logits.dim() > 1 else 0]
    if target.is_floating_point():
        soft = target.double() * (1 - smoothing) + smoothing / classes
        each = -torch.special.xlogy(soft, soft).sum(1 if soft.dim() > 1 else 0)
        return _reduced(each, reduction)
    count = int((target != given.get("ignore_index", -100)).sum())
    if not count:
        return None
    right, wrong = 1 - smoothing + smoothing / classes, smoothing / classes
    each_label = 0.0 - right * math.log(right) - (classes - 1) * (wrong and wrong * math.log(wrong))
    return each_label * (count if reduction == "sum" else 1)


def _binary(target: Tensor) -> Tensor:
    t = target.double()
    each: Tensor = -torch.special.xlogy(t, t) - torch.special.xlogy(1 - t, 1 - t)
    return each


def _reduced(each: Tensor, reduction: str) -> float | None:
    total = float(each.mean() if reduction == "mean" else each.sum())
    return total + 0.0 if math.isfinite(total) else None  # -0.0 is no least value to show
