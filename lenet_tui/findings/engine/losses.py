"""The losses that torch has, and what enters them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.iteration import Iteration

CLASSES = ("cross_entropy", "nll_loss")
"""Take (N, K, …) and class numbers, or for the first of them probabilities."""
BINARY = ("binary_cross_entropy_with_logits", "binary_cross_entropy")
ASSERTS = ("binary_cross_entropy",)
"""Raise for a target outside of [0, 1], in the kernel on a GPU."""
ELEMENTWISE = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "poisson_nll_loss",
               "hinge_embedding_loss", "soft_margin_loss")  # fmt: skip
LOGITS = ("cross_entropy", "binary_cross_entropy_with_logits")
"""Take logits, and normalise them."""
LOG_PROBABILITIES = ("nll_loss", "kl_div")
"""Take logarithms of probabilities."""
LOOKS_ON = (
    "view", "reshape", "squeeze", "unsqueeze", "flatten", "contiguous", "permute", "transpose",
    "getitem", "float", "to", "expand", "clone", "t", "T", "mT", "double", "unflatten", "movedim",
)  # fmt: skip
"""Functions that leave the numbers as they are."""


def prediction(call: Call) -> Tensor | None:
    """What a loss is given first."""
    found = call.argument(0, "input")
    return found if isinstance(found, Tensor) else None


def target(call: Call) -> Tensor | None:
    """What a loss compares with."""
    found = call.argument(1, "target")
    return found if isinstance(found, Tensor) else None


def class_numbers(call: Call) -> tuple[Tensor, int] | None:
    """The labels of a loss over classes, without ignored ones, and how many classes there are."""
    given, labels = prediction(call), target(call)
    if call.name not in CLASSES or given is None or labels is None or not given.dim():
        return None
    if labels.is_floating_point() or labels.is_complex() or labels.shape == given.shape:
        return None
    classes = given.shape[0] if given.dim() == 1 else given.shape[1]
    ignored = call.kwargs.get("ignore_index", -100)
    return labels[labels != ignored], classes


def reduces_to_mean(call: Call) -> bool:
    """Whether a loss averages; ``reduction`` is its only keyword that says so."""
    return bool(call.kwargs.get("reduction", "mean") == "mean")


def probabilities(tensor: Tensor, dim: int) -> bool:
    """Whether the numbers along ``dim`` are in [0, 1] and sum to 1, everywhere."""
    if not tensor.is_floating_point() or not tensor.numel() or tensor.shape[dim] < 2:
        return False
    values = tensor.detach()
    sums = values.sum(dim)
    low, high = values.aminmax()
    near = bool((sums - 1).abs().max() < 1e-3)
    return near and float(low) >= 0 and float(high) <= 1 + 1e-6


def floor(classes: int) -> float:
    """The smallest cross-entropy that probabilities can reach when they are taken for logits."""
    return math.log(math.e + classes - 1) - 1


GIVES_BACK = frozenset(
    ("to", "type", "type_as", "float", "double", "half", "bfloat16", "long", "int", "bool",
     "cpu", "cuda", "contiguous")
)  # fmt: skip
"""Calls that give back the very tensor where it is already what they would make of it."""


class Producers:
    """Which call made each tensor."""

    def __init__(self, calls: list[Call]) -> None:
        self._made: dict[int, Call] = {}
        for call in calls:
            given = {id(t) for t, _ in call.read} if call.name in GIVES_BACK else ()
            for tensor in call.made:
                if id(tensor) not in given:
                    self._made[id(tensor)] = call

    def of(self, tensor: Tensor) -> Call | None:
        return self._made.get(id(tensor))

    def behind(self, tensor: Tensor) -> Call | None:
        """The call that computed the numbers, past those that only look at them."""
        call = self.of(tensor)
        while call is not None and call.name.strip("_") in LOOKS_ON:
            given = call.read[0][0] if call.read else None
            before = self.of(given) if given is not None else None
            if before is call:
                return call
            call = before
        return call

    def ancestors(self, tensor: Tensor) -> Iterator[Call]:
        """Every call that took part in making it, the last first."""
        waiting, seen = [tensor], set[int]()
        while waiting:
            call = self.of(waiting.pop())
            if call is not None and id(call) not in seen:
                seen.add(id(call))
                yield call
                waiting += [t for t, _ in call.read]


def producers(iteration: Iteration) -> Producers:
    """Which call of an iteration made each tensor."""
    return Producers(iteration.calls)
