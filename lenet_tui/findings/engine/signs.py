"""What a backward starts from: a loss that has a least value, and whether with a minus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.loss_factor import of_scaler
from lenet_tui.findings.engine.losses import Producers

NEVER_NEGATIVE = (
    "cross_entropy", *losses.BINARY, "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss",
    "multi_margin_loss", "multilabel_soft_margin_loss", "soft_margin_loss",
)  # fmt: skip
"""Losses that are least, and not below 0, where the prediction is right."""
EVEN = ("abs", "absolute", "square")
LOG_PROB = "−log p"
"""What minus the log-probability of a label is called."""
DEEPEST = 24
"""Calls that are followed back."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The one loss that ``root`` is made of: its ``call``, and what it is called.

    ``sign``: −1 where the root falls as it rises.
    """

    call: Call
    name: str
    sign: int
    prediction: Tensor
    target: Tensor


def signed(root: Tensor, producers: Producers, scale: float = 1.0) -> Signed | None:
    """The loss and its sign, if only plain numbers and means stand between; else ``None``.

    ``scale``: that of a scaler, which is left out.
    """
    sign, at = 1, root
    for _ in range(DEEPEST):
        call = producers.of(at)
        if call is None or not call.read:
            return None
        name = call.name.strip("_")
        found = _loss(call, name, sign, producers)
        if found is not None:
            return found
        if name in ("neg", "negative", "rsub"):
            if name == "rsub" and len(call.read) != 1:
                return None
            sign = -sign
        elif name in ("mul", "rmul", "multiply", "div", "truediv", "true_divide", "divide"):
            factor = _factor(call, scale)
            if not factor:
                return None
            sign = sign if factor > 0 else -sign
        elif name in ("add", "radd", "sub", "subtract"):
            if len(call.read) != 1:
                return None
        elif name not in ("mean", "sum") and name not in losses.LOOKS_ON:
            return None
        before = [t for t, _ in call.read if t.requires_grad]
        if len(before) != 1 or before[0] is at:
            return None
        at = before[0]
    return None


def _factor(call: Call, scale: float) -> float:
    """The plain number that one tensor is multiplied with; 1 for that of a scaler, 0: none."""
    numbers = [v for v in call.args if isinstance(v, (int, float))]
    if len(call.read) == 1 and len(numbers) == 1:
        return float(numbers[0])
    return 1.0 if of_scaler(call, scale) else 0.0


def _loss(call: Call, name: str, sign: int, producers: Producers) -> Signed | None:
    made, target = losses.prediction(call), losses.target(call)
    if name in NEVER_NEGATIVE and made is not None and target is not None:
        return Signed(call, name, sign, made, target)
    if made is None:
        return None
    before = producers.of(made)
    if name == "nll_loss" and target is not None and before is not None:
        return Signed(call, name, sign, made, target) if before.name == "log_softmax" else None
    if name in ("getitem", "gather", "take_along_dim") and before is not None:
        index = _index(call)
        if before.name == "log_softmax" and index is not None:
            return Signed(call, LOG_PROB, -sign, made, index)
    even = name in EVEN or (name == "pow" and call.argument(1, "exponent") == 2)
    if even and before is not None and before.name in ("sub", "subtract", "rsub"):
        pair = [t for t, _ in before.read]
        if len(pair) == 2 and pair[0].requires_grad is not pair[1].requires_grad:
            first, second = pair if pair[0].requires_grad else pair[::-1]
            said = "|output − target|" if "abs" in name else "(output − target)²"
            return Signed(call, said, sign, first, second)
    return None


def _index(call: Call) -> Tensor | None:
    """The whole numbers by which something was picked."""
    given = call.argument(1, "index")
    several = given if isinstance(given, Sequence) else (given, call.argument(2, "index"))
    found = [t for t in several if isinstance(t, Tensor) and not t.is_floating_point()]
    return found[-1] if found else None
