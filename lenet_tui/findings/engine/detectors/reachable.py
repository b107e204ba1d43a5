"""What a loss asks for and the op before it cannot give: logits that are cut, targets beyond."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.loss import finding
from lenet_tui.findings.engine.from_parameters import from_parameters
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.losses import Producers, producers
from lenet_tui.findings.engine.reach import Reach, reach
from lenet_tui.findings.engine.squashed import squashed
from lenet_tui.findings.finding import NOTE, Finding

MUCH = 0.05
"""Of log K, or of log 2, by how much the lowest loss must be above that of free logits."""
MEASURED = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
"""Losses that are least where prediction and target are the same."""
FAR = 100.0
"""A logit beyond which its sigmoid is 0 or 1."""
SHARE = 0.1
"""Of the targets, those out of reach; and of the loss of the best constant, what they cost."""


class ReachDetector(Detector):
    """Looks at the op whose results enter a loss that gradients come from."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        makers = iteration.once(producers)
        for call in iteration.calls:
            if not call.graph or call.error is not None:
                continue
            made = losses.prediction(call)
            if made is None or not made.requires_grad or not made.dim():
                continue
            if call.name in ("cross_entropy", "nll_loss"):
                evidence = _classes(call, made, makers)
            elif call.name == "binary_cross_entropy_with_logits":
                evidence = _binary(call, made, makers)
            elif call.name in MEASURED:
                evidence = _measured(iteration, call, made, makers)
                if evidence is not None:
                    yield finding(iteration, call, "target-out-of-reach", evidence)
                continue
            else:
                continue
            if evidence is not None:
                level = NOTE if evidence.get("reason") == "smooth" else ""
                yield finding(iteration, call, "logits-bounded", evidence, level)


def _classes(call: Call, made: Tensor, makers: Producers) -> dict[str, Any] | None:
    """Of logits whose softmax a loss over classes takes, itself or in the op before it."""
    dim = 0 if made.dim() == 1 else 1
    classes = made.shape[dim]
    if call.name == "nll_loss":
        before = makers.of(made)
        if before is None or before.name != "log_softmax" or not before.read:
            return None
        made = before.read[0][0]
    if classes < 2 or losses.probabilities(made, dim) or squashed(made, makers) is not None:
        return None
    found = reach(made, makers)
    if found is None or found.low == -math.inf:
        return None
    floor = math.log1p((classes - 1) * math.exp(found.low - found.high))
    evidence = {"loss": call.name, "classes": classes, **_said(found)}
    if floor > MUCH * math.log(classes):
        return evidence | {"reason": "range", "floor": floor}
    if found.low < 0 or (found.high < math.inf and not found.flat):
        return None
    closed = int((made.detach() <= found.low).sum())
    evidence |= {"closed": closed, "total": made.numel(), "percent": _percent(closed, made)}
    if found.flat and closed:
        return evidence
    return None if found.flat else evidence | {"reason": "smooth"}


def _binary(call: Call, made: Tensor, makers: Producers) -> dict[str, Any] | None:
    """Of a logit whose sigmoid the loss takes: the loss of the best that can be given."""
    target, found = losses.target(call), reach(made, makers)
    if found is None or target is None or squashed(made, makers) is not None:
        return None
    if target.shape != made.shape or not target.is_floating_point() or not target.numel():
        return None
    t = target.detach().double()
    weighted = call.argument(2, "weight") is not None or call.kwargs.get("pos_weight") is not None
    if weighted or bool(((t < 0) | (t > 1)).any()):
        return None
    free = torch.logit(t).clamp(-FAR, FAR)
    best = free.clamp(found.low, found.high)
    floor = float(functional.binary_cross_entropy_with_logits(best, t))
    least = float(functional.binary_cross_entropy(t, t))
    if floor - least <= MUCH * math.log(2):
        return None
    beyond = int(((free < found.low) | (free > found.high)).sum())
    return {
        "reason": "binary", "loss": call.name, **_said(found), "floor": floor,
        "lowest": _sigmoid(found.low), "highest": _sigmoid(found.high), "outside": beyond,
        "total": t.numel(),
    }  # fmt: skip


def _measured(
    iteration: Iteration, call: Call, made: Tensor, makers: Producers
) -> dict[str, Any] | None:
    """Of a prediction that cannot come to its target: how many numbers, and what it costs."""
    target, found = losses.target(call), reach(made, makers)
    if found is None or target is None or target.shape != made.shape or not target.numel():
        return None
    if not target.is_floating_point() or from_parameters(target, iteration):
        return None
    t = target.detach().float()
    best = t.clamp(found.low, found.high)
    slack = 1e-3 * max(1.0, float(t.abs().max()))
    outside = int(((best - t).abs() > slack).sum())
    measure = getattr(functional, call.name)
    floor, mean = float(measure(best, t)), float(measure(t.mean().expand_as(t), t))
    if outside < SHARE * t.numel() or not floor > SHARE * mean:
        return None
    low, high = (float(end) for end in t.aminmax())
    return {
        "loss": call.name, **_said(found), "low": low, "high": high,
        "outside": outside, "total": t.numel(), "floor": floor, "constant": mean,
    }  # fmt: skip


def _said(found: Reach) -> dict[str, Any]:
    return {"made_by": found.by, "made_at": found.line, "reach": found.text}


def _percent(count: int, tensor: Tensor) -> int:
    return round(100 * count / max(tensor.numel(), 1))


def _sigmoid(logit: float) -> float:
    return float(torch.tensor(logit, dtype=torch.float64).sigmoid())
