"""What a loss is given in each place: predictions and targets the other way round, one class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.loss import finding
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding

ORDERED = (*losses.BINARY, "cross_entropy", "poisson_nll_loss")
"""Losses in which prediction and target stand for different things."""


class LossArguments(Detector):
    """Looks at the places of what a loss was given, where it has a gradient to give."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for call in iteration.calls:
            if call.entry is None or not call.graph or call.name not in ORDERED:
                continue
            evidence = _swapped(call)
            if evidence is not None:
                yield finding(iteration, call, "loss-arguments-swapped", evidence)
                continue
            evidence = _one_class(call) or _softmax_of_one(call, iteration.once(losses.producers))
            if evidence is not None:
                yield finding(iteration, call, "loss-one-class", evidence)


def _swapped(call: Call) -> dict[str, Any] | None:
    """The shapes of both, where only the target has a way back to parameters."""
    made, target = losses.prediction(call), losses.target(call)
    if made is None or target is None or made.requires_grad or not target.requires_grad:
        return None
    return {"loss": call.name, "input": list(made.shape), "target": list(target.shape)}


def _one_class(call: Call) -> dict[str, Any] | None:
    """The shape, where the softmax of a single class is taken: 1 whatever the number is."""
    made = losses.prediction(call)
    if call.name != "cross_entropy" or made is None or not made.requires_grad or not made.dim():
        return None
    single = made.shape[0 if made.dim() == 1 else 1] == 1
    return {"loss": call.name, "shape": list(made.shape)} if single else None


def _softmax_of_one(call: Call, makers: losses.Producers) -> dict[str, Any] | None:
    """The same of a softmax that was taken before the loss."""
    made = losses.prediction(call)
    before = makers.behind(made) if made is not None and made.requires_grad else None
    if before is None or before.name not in ("softmax", "log_softmax") or not before.read:
        return None
    given, dim = before.read[0][0], before.argument(1, "dim")
    if not isinstance(dim, int) or not given.dim() or given.shape[dim] != 1:
        return None
    shape = list(given.shape)
    return {"reason": "before", "loss": call.name, "shape": shape, "op": before.name,
            "made_at": before.line}  # fmt: skip
