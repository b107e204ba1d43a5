"""What enters the loss: shapes, dtypes, the range of labels, what is normalised already."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call, StopCheck
from lenet_tui.findings.engine.defined_at import defined_at
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.index_range import INDEXING, outside
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.losses import Producers
from lenet_tui.findings.engine.squashed import squashed
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import FORWARD, LOSS
from lenet_tui.tape.engine.in_place import tensors

START = 3.0
"""How often log K a loss at the start may be before it is noted."""


ROUNDING = 1e-3
"""How far above 0 a logarithm of a probability may come by rounding, also in a half type."""


WITH_LABELS = frozenset((*losses.CLASSES, *losses.BINARY, *INDEXING))
"""Ops whose labels or indices are looked at before they run."""


class LabelDetector(Detector):
    """Looks at labels and indices before a kernel runs: on a GPU that kernel ends the process."""

    def __init__(self) -> None:
        self.found: list[tuple[Call, str, dict[str, Any]]] = []
        """The calls that are wrong, since it was asked last."""

    def before(self, call: Call) -> None:
        if call.name not in WITH_LABELS:
            return
        if call.name in INDEXING:
            evidence = outside(call)
            if evidence is not None:
                self.found.append((call, "label-range", evidence))
        else:
            wrong = _dtype(call) or _range(call)
            if wrong is not None:
                self.found.append((call, *wrong))
        if self.found and self.found[-1][0] is call and deadly(call):
            raise StopCheck

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        for call, id, evidence in self.found:
            if evidence.get("reason") != "index" or call.error is not None or call.entry is None:
                yield finding(iteration, call, id, evidence)
        self.found.clear()


class LossDetector(Detector):
    """Looks at what met in the loss."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        producers = Producers(iteration.calls)
        for call in iteration.calls:
            if call.name in losses.ELEMENTWISE:
                yield from self._shapes(iteration, call)
            if call.name in losses.LOGITS or call.name in losses.LOG_PROBABILITIES:
                yield from self._normalised(iteration, call, producers)
                if iteration.number == 1 and call.name == "cross_entropy":
                    yield from self._start(iteration, call)
            elif call.name == "log_softmax":
                yield from self._normalised_by_hand(iteration, call, producers)

    def _shapes(self, iteration: Iteration, call: Call) -> Iterable[Finding]:
        made, target = losses.prediction(call), losses.target(call)
        if made is None or target is None or made.shape == target.shape or target.numel() == 1:
            return
        both = _broadcast(made, target)
        if both is None or both.numel() == made.numel() == target.numel():
            return
        spread = both.numel() > made.numel()
        yield finding(
            iteration,
            call,
            "loss-broadcast",
            shapes(made, target, both),
            "" if spread else WARNING,
        )

    def _normalised(
        self, iteration: Iteration, call: Call, producers: Producers
    ) -> Iterable[Finding]:
        made = losses.prediction(call)
        if made is None or not made.dim():
            return
        source, between = producers.behind(made), squashed(made, producers)
        by = source.name if source is not None else ""
        dim = 0 if made.dim() == 1 else 1
        if call.name == "binary_cross_entropy_with_logits":
            if between is None:
                return
            by = between.by
            evidence: dict[str, Any] = {"reason": "sigmoid", "floor": math.log1p(math.exp(-1))}
        elif call.name in losses.LOG_PROBABILITIES:
            reason = _no_logarithms(made, *{dim, made.dim() - 1})
            if not reason:
                return
            evidence = {"reason": "kl" if (call.name, reason) == ("kl_div", "nll") else reason}
        elif losses.probabilities(made, dim):
            classes = made.shape[dim]
            evidence = {"classes": classes, "floor": losses.floor(classes)}
        elif between is not None and made.shape[dim] > 1:
            by, evidence = between.by, _between(made.shape[dim])
        else:
            return
        low, high = made.detach().aminmax()
        evidence |= {"loss": call.name, "low": float(low), "high": float(high), "made_by": by}
        if source is not None:
            evidence["made_at"] = source.line
        yield finding(iteration, call, "loss-on-probabilities", evidence)

    def _normalised_by_hand(
        self, iteration: Iteration, call: Call, producers: Producers
    ) -> Iterable[Finding]:
        """``log_softmax`` of what is normalised already, on the way to a loss written out."""
        made = call.argument(0, "input")
        dim = call.argument(1, "dim")
        if not isinstance(made, Tensor) or not isinstance(dim, int) or not made.dim():
            return
        if iteration.phase_of(call.entry) != LOSS.name or made.shape[dim] < 2:
            return
        classes, between = made.shape[dim], squashed(made, producers)
        if losses.probabilities(made, dim):
            evidence: dict[str, Any] = {"classes": classes, "floor": losses.floor(classes)}
        elif between is not None:
            evidence = _between(classes)
        else:
            return
        low, high = made.detach().aminmax()
        evidence |= {"loss": call.name, "low": float(low), "high": float(high)}
        evidence["made_by"] = between.by if between is not None else ""
        yield finding(iteration, call, "loss-on-probabilities", evidence)

    def _start(self, iteration: Iteration, call: Call) -> Iterable[Finding]:
        """The first loss against log K, what a model gives that knows nothing."""
        found = losses.class_numbers(call)
        if found is None or not isinstance(call.result, Tensor) or call.result.numel() != 1:
            return
        classes = found[1]
        value, expected = float(call.result.detach()), math.log(max(classes, 2))
        if losses.reduces_to_mean(call) and value > START * expected + 1:
            yield finding(
                iteration, call, "loss-at-start",
                {"value": value, "log_k": expected, "classes": classes}, NOTE,
            )  # fmt: skip


def _between(classes: int) -> dict[str, Any]:
    """The evidence that numbers between 0 and 1 are taken for logits."""
    return {"reason": "between", "classes": classes, "floor": losses.floor(classes)}


def _no_logarithms(made: Tensor, *dims: int) -> str:
    """What the numbers are that are no logarithms of probabilities; empty: they may be such.

    A logarithm that is weighted, as in a focal loss, is below 0 too.
    """
    if not made.is_floating_point() or not made.numel():
        return ""
    if any(losses.probabilities(made, dim) for dim in dims):
        return "nll"
    return "above" if float(made.detach().max()) > ROUNDING else ""


def on_gpu(call: Call) -> bool:
    """Whether a call is given a tensor on a CUDA GPU."""
    return any(t.is_cuda for t in tensors([*call.args, *call.kwargs.values()]))


def deadly(call: Call) -> bool:
    """Whether the kernel of a call would end the process: on a GPU, by a label out of range."""
    if not on_gpu(call):
        return False
    if call.name in INDEXING:
        return outside(call) is not None
    return call.name in (*losses.CLASSES, *losses.ASSERTS) and _range(call) is not None


def finding(
    iteration: Iteration, call: Call, id: str, evidence: dict[str, Any], level: str = ""
) -> Finding:
    if call.entry is None:  # it failed, or the phase it is in did
        phase, where = iteration.failed_phase or LOSS.name, ""
        last = next((c for c in reversed(iteration.calls) if c.entry is not None), None)
        where = last.where if last is not None else ""
    else:
        phase, where = iteration.phase_of(call.entry) or LOSS.name, call.where
    if phase == FORWARD.name and call.entry is None and "loss" in call.name:
        phase = LOSS.name
    line = call.line or defined_at(iteration.trainer, LOSS.name)
    return Finding(id, phase, where, line, evidence, level)


def _dtype(call: Call) -> tuple[str, dict[str, Any]] | None:
    given, labels = losses.prediction(call), losses.target(call)
    if given is None or labels is None:
        return None
    dtypes = {
        "loss": call.name,
        "input": str(given.dtype)[6:],
        "labels": str(labels.dtype)[6:],
        "shape": list(labels.shape),
    }
    if call.name in losses.BINARY:
        same = labels.dtype == given.dtype or (
            labels.is_floating_point() and call.name.endswith("logits")
        )
        return None if same else ("label-dtype", dtypes | {"reason": "binary"})
    if labels.is_floating_point():
        takes = call.name == "cross_entropy" and labels.shape == given.shape
        return None if takes else ("label-dtype", dtypes)
    if labels.shape == given.shape and given.dim() > 1:
        return "label-dtype", dtypes | {"reason": "one-hot"}
    return None if labels.dtype in (torch.int64, torch.uint8) else ("label-dtype", dtypes)


def _range(call: Call) -> tuple[str, dict[str, Any]] | None:
    if call.name in losses.BINARY:
        labels = losses.target(call)
        if labels is None or not labels.numel():
            return None
        low, high = (float(value) for value in labels.detach().aminmax())
        if (low >= 0 and high <= 1) or math.isnan(low):
            return None
        outside = int(((labels < 0) | (labels > 1)).sum())
        facts = {"loss": call.name, "low": low, "high": high}
        reason = "probability" if call.name in losses.ASSERTS else "binary"
        return "label-range", facts | {"outside": outside, "reason": reason}
    found = losses.class_numbers(call)
    if found is None or not found[0].numel():
        return None
    numbers, classes = found
    lowest, highest = (int(value) for value in numbers.aminmax())
    if lowest >= 0 and highest < classes:
        return None
    outside = int(((numbers < 0) | (numbers >= classes)).sum())
    facts = {"loss": call.name, "low": lowest, "high": highest, "classes": classes}
    return "label-range", facts | {"highest": classes - 1, "outside": outside}


def shapes(made: Tensor, target: Tensor, both: Tensor) -> dict[str, Any]:
    return {
        "prediction": list(made.shape),
        "target": list(target.shape),
        "result": list(both.shape),
        "pairs": both.numel(),
        "expected": made.numel(),
        **({"reason": "shared"} if both.numel() == made.numel() else {}),
        **_same_shape(list(made.shape), list(target.shape)),
    }


def _same_shape(made: list[int], target: list[int]) -> dict[str, str]:
    """What to write, if one axis of size 1 is all that one of both shapes lacks."""
    long, short = (made, target) if len(made) > len(target) else (target, made)
    axes = [n for n, size in enumerate(long) if size == 1 and [*long[:n], *long[n + 1 :]] == short]
    if not axes:
        return {}
    axis = -1 if axes[-1] == len(long) - 1 else axes[0]
    names = ("prediction", "target") if long is made else ("target", "prediction")
    return {
        "reason": "axis",
        "write": f"{names[0]}.squeeze({axis})",
        "instead": f"{names[1]}.unsqueeze({axis})",
    }


def _broadcast(a: Tensor, b: Tensor) -> Tensor | None:
    """A tensor of the shape that two tensors have together; ``None``: they do not fit."""
    try:
        shape = torch.broadcast_shapes(a.shape, b.shape)  # type: ignore[no-untyped-call]
    except RuntimeError:
        return None
    return torch.empty(shape, device="meta")
