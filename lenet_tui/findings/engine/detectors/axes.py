"""Which axis of the logits a loss takes for the classes, and whose label meets whose prediction."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

from torch import Tensor

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.loss import finding
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.losses import Producers, producers
from lenet_tui.findings.finding import WARNING, Finding

FLATTENS = ("view", "reshape", "flatten")
"""Functions that lay numbers out anew in the order in which they are."""
FEATURES_LAST = ("linear", "addmm", "matmul", "rmatmul")
"""Ops that make their features along the last axis."""
FEW = 3
"""Classes from which on an axis as long as another is no accident of a small number."""


class AxesDetector(Detector):
    """Looks at the axes of what a loss is given, where torch has nothing to complain of."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        makers = iteration.once(producers)
        for call in iteration.calls:
            if not call.graph or call.entry is None:
                continue
            made, target = losses.prediction(call), losses.target(call)
            if made is None or target is None or not made.requires_grad:
                continue
            if call.name in losses.CLASSES:
                evidence = (
                    _other_softmax(call, made, makers)
                    or _class_last(call, made, target, makers)
                    or _flattened(made, target, makers)
                )
            elif call.name in losses.ELEMENTWISE or call.name in losses.BINARY:
                evidence = _flattened(made, target, makers)
            else:
                continue
            if evidence is not None:
                level = WARNING if evidence["reason"] == "last" else ""
                evidence = {"loss": call.name, **evidence}
                yield finding(iteration, call, "loss-axes", evidence, level)


def _other_softmax(call: Call, made: Tensor, makers: Producers) -> dict[str, Any] | None:
    """A log-softmax over another axis than that of the classes, right before ``nll_loss``."""
    if call.name != "nll_loss" or made.dim() < 2:
        return None
    before = makers.of(made)
    if before is not None and before.name == "log" and before.read:
        before = makers.of(before.read[0][0])
    if before is None or before.name not in ("log_softmax", "softmax"):
        return None
    dim = before.argument(1, "dim")
    if not isinstance(dim, int) or dim % made.dim() == 1:
        return None
    return {
        "reason": "softmax", "op": before.name, "axis": dim % made.dim(), "made_at": before.line,
        "prediction": [*made.shape],
    }  # fmt: skip


def _class_last(
    call: Call, made: Tensor, target: Tensor, makers: Producers
) -> dict[str, Any] | None:
    """Logits whose classes are last, as a layer made them, where axis 1 is as long by chance."""
    shape = made.shape
    if made.dim() < 3 or shape[1] != shape[-1] or shape[1] < FEW or target.dim() != made.dim() - 1:
        return None
    before = makers.of(made)
    if call.name == "nll_loss" or before is None or before.name not in FEATURES_LAST:
        return None
    return {
        "reason": "last", "op": before.name, "prediction": [*shape], "target": [*target.shape],
        "classes": shape[1], "last": made.dim() - 1, "made_at": before.line,
    }  # fmt: skip


def _flattened(made: Tensor, target: Tensor, makers: Producers) -> dict[str, Any] | None:
    """Both were laid out in rows, so that row and label are not of the same place."""
    first, second = _before(made, makers), _before(target, makers)
    if first is None or second is None:
        return None
    classes = made.shape[1] if made.dim() == 2 and target.dim() == 1 else 1
    shapes = {"prediction": [*first], "target": [*second], "classes": classes}
    if target.dim() == 1 and _mixes(first, second, classes):
        return {"reason": "mixed", **shapes, "result": [*made.shape]}
    places = first[:-1] if classes > 1 and first[-1] == classes else first
    while len(places) > len(second) and places[-1] == 1:
        places = places[:-1]
    turned = len(places) == len(second) == 2 and places == second[::-1]
    if turned and places != second and 1 not in places and target.numel() == prod(places):
        return {"reason": "order", **shapes}
    return None


def _mixes(first: tuple[int, ...], second: tuple[int, ...], classes: int) -> bool:
    """Whether rows of ``classes`` numbers go along the places, as the classes are on axis 1."""
    if classes < 2 or len(first) < 3 or first[1] != classes or (first[0], *first[2:]) != second:
        return False
    return prod(first[2:]) > 1 and all(prod(first[n:]) != classes for n in range(2, len(first)))


def _before(tensor: Tensor, makers: Producers) -> tuple[int, ...] | None:
    """The shape of what was laid out in fewer axes; ``None``: it was not."""
    call = makers.of(tensor)
    if call is None or call.name not in FLATTENS or not call.read:
        return None
    shape = tuple(call.read[0][0].shape)
    return shape if len(shape) > tensor.dim() else None
