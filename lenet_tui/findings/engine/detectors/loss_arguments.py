"""What a loss is given in each place: predictions and targets the other way round, one class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.loss import finding
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding

ORDERED = (*losses.BINARY, "cross_entropy", "poisson_nll_loss")
"""Losses in which prediction and target stand for different things."""
DISTANCES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
"""Losses that are 0 where both are the same."""
HANDS_ON = ("detach", "clone", "data", "float", "to", "contiguous", "view_as", "requires_grad")
"""Functions that hand on the numbers as they are, with or without their graph."""
FARTHEST = 8
"""Such functions that are followed back."""


class LossArguments(Detector):
    """Looks at the places of what a loss was given, where it has a gradient to give."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for call in iteration.calls:
            if call.entry is None or not call.graph:
                continue
            if call.name in losses.ELEMENTWISE:
                itself = _itself(call, iteration.once(losses.producers))
                if itself is not None:
                    yield finding(iteration, call, "loss-of-itself", itself)
            if call.name not in ORDERED:
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


def _itself(call: Call, makers: losses.Producers) -> dict[str, Any] | None:
    """The op that made both, where the target is the prediction without its graph."""
    made, target = losses.prediction(call), losses.target(call)
    if call.name not in DISTANCES or made is None or target is None or made.shape != target.shape:
        return None
    first, second = _behind(made, makers), _behind(target, makers)
    if first is None or first is not second or not made.requires_grad:
        return None
    return {"loss": call.name, "shape": list(made.shape), "made_by": first.name,
            "made_at": first.line}  # fmt: skip


def _behind(tensor: Tensor, makers: losses.Producers) -> Call | None:
    """The call that made the numbers, past those that hand them on as they are, in their order."""
    call = makers.of(tensor)
    for _ in range(FARTHEST):
        if call is None or call.name not in HANDS_ON or not call.read:
            return call
        call = makers.of(call.read[0][0])
    return call
