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
            elif _one_class(call):
                made = losses.prediction(call)
                shape = [] if made is None else list(made.shape)
                evidence = {"loss": call.name, "shape": shape}
                yield finding(iteration, call, "loss-one-class", evidence)


def _swapped(call: Call) -> dict[str, Any] | None:
    """The shapes of both, where only the target has a way back to parameters."""
    made, target = losses.prediction(call), losses.target(call)
    if made is None or target is None or made.requires_grad or not target.requires_grad:
        return None
    return {"loss": call.name, "input": list(made.shape), "target": list(target.shape)}


def _one_class(call: Call) -> bool:
    """Whether a softmax over a single class is taken, which is 1 whatever the number is."""
    made = losses.prediction(call)
    if call.name != "cross_entropy" or made is None or not made.requires_grad or not made.dim():
        return False
    return made.shape[0 if made.dim() == 1 else 1] == 1
