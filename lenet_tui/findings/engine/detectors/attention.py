"""Attention whose weights sum to 1 along another axis than the one that is summed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import NOTE, Finding
from lenet_tui.protocol.phases import FORWARD

PRODUCTS = ("matmul", "bmm", "einsum")
SCALES = frozenset((
    "mul", "rmul", "multiply", "div", "truediv", "true_divide", "divide", "masked_fill", "where",
    "add", "radd", "sub", "rsub", "float", "double", "to", "type", "half", "bfloat16", "clamp",
    "contiguous", "clone", "dropout",
))  # fmt: skip
"""What scores go through: scaling, masks, and casts; the shape stays."""
STEPS = 8
HEADS, MASKED = "heads", "masked"


@dataclass(frozen=True, slots=True)
class _Read:
    """How a product reads its operand: the axes it sums over, and those that both operands have."""

    line: str
    summed: frozenset[int]
    shared: frozenset[int]


class AttentionDetector(Detector):
    """Looks at each softmax between two products: of scores, and with values.

    Over an axis that the second product treats as one of many independent ones (samples, heads) it
    is never meant. Over the axis of the queries it is, where they compete for the inputs, as slots
    do; but not where a mask hides some inputs from some queries, which then decide on each other's.
    """

    def __init__(self) -> None:
        self._said: set[tuple[str, int]] = set()

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        calls = iteration.calls
        for number, call in enumerate(calls):
            if call.name != "softmax" or not call.graph or call.entry is None or not call.made:
                continue
            scores, axis = call.argument(0, "input"), _axis(call)
            if not isinstance(scores, Tensor) or scores.dim() < 3 or axis is None:
                continue
            if axis == scores.dim() - 1 or (call.line, axis) in self._said:
                continue
            product = _product(calls, number, iteration.trainer.names)
            reader = _reader(calls, number) if product is not None else None
            if product is None or reader is None:
                continue
            if axis not in reader.summed:
                self._said.add((call.line, axis))
                yield _finding(iteration, call, axis, product.line, reader)


def _finding(iteration: Iteration, call: Call, axis: int, scores_at: str, read: _Read) -> Finding:
    scores = call.argument(0, "input")
    summed = sorted(read.summed)
    sums = call.made[0].detach().sum(summed)
    reason, level = HEADS, ""
    if axis not in read.shared:
        reason, level = (MASKED, "") if _hides_some(scores, axis) else ("", NOTE)
    evidence: dict[str, Any] = {
        "reason": reason, "axis": axis, "scores": [*scores.shape],
        "summed": summed if len(summed) > 1 else summed[0],
        "least": float(sums.min()), "most": float(sums.max()), "scores_at": scores_at,
        "read_at": read.line,
    }  # fmt: skip
    phase = iteration.phase_of(call.entry) or FORWARD.name
    return Finding("attention-axis", phase, call.where, call.line, evidence, level)


def _axis(call: Call) -> int | None:
    """The axis of a softmax, as torch chooses it where none is given."""
    given = call.argument(1, "dim")
    dims = call.made[0].dim()
    if given is None:
        return 0 if dims == 3 else 1
    return given % dims if isinstance(given, int) else None


def _product(calls: Sequence[Call], number: int, names: dict[int, str]) -> Call | None:
    """The product of two computed tensors that made the scores; ``None``: nothing known did."""
    scores, at = calls[number].argument(0, "input"), number
    for _ in range(STEPS):
        found = _maker(calls, at, scores)
        if found is None:
            return None
        at, call = found
        if call.name in PRODUCTS:
            given = [t for t, _ in call.read]
            computed = len(given) == 2 and all(id(t) not in names for t in given)
            return call if computed and all(t.dim() > 1 for t in given) else None
        if call.name.strip("_") not in SCALES:
            return None
        same = [t for t, _ in call.read if t.shape == call.made[0].shape and t.requires_grad]
        if len(same) != 1:
            return None
        scores = same[0]
    return None


def _maker(calls: Sequence[Call], before: int, tensor: Any) -> tuple[int, Call] | None:
    """The last call before another that made a tensor, or wrote it."""
    for at in range(before - 1, -1, -1):
        if any(t is tensor for t in calls[at].made):
            return at, calls[at]
    return None


def _reader(calls: Sequence[Call], number: int) -> _Read | None:
    """The product that takes the weights as they are, past dropout and casts."""
    weights = calls[number].made[0]
    for call in calls[number + 1 :]:
        if not any(t is weights for t, _ in call.read) or not call.made:
            continue
        if call.name in PRODUCTS:
            return _read(call, weights)
        if call.name.strip("_") not in ("dropout", "float", "to", "type", "half", "contiguous"):
            return None
        weights = call.made[0]
    return None


def _read(call: Call, weights: Tensor) -> _Read | None:
    """Which axes of the weights a product sums over."""
    dims = weights.dim()
    if call.name == "einsum":
        return _einsum(call, weights)
    if len(call.read) != 2 or any(t.dim() != dims for t, _ in call.read):
        return None
    first = call.args[0] is weights
    shared = frozenset(range(dims - 2))
    return _Read(call.line, frozenset((dims - 1 if first else dims - 2,)), shared)


def _einsum(call: Call, weights: Tensor) -> _Read | None:
    text = call.args[0]
    operands = [t for t, _ in call.read]
    if not isinstance(text, str) or "->" not in text or "." in text or len(operands) != 2:
        return None
    given, _, made = text.replace(" ", "").partition("->")
    letters = given.split(",")
    if len(letters) != 2:
        return None
    place = 0 if operands[0] is weights else 1
    own, other = letters[place], letters[1 - place]
    return _Read(
        call.line,
        frozenset(n for n, letter in enumerate(own) if letter not in made),
        frozenset(n for n, letter in enumerate(own) if letter in made and letter in other),
    )


def _hides_some(scores: Tensor, axis: int) -> bool:
    """Whether −inf along the axis stands beside finite numbers: it is hidden from some alone."""
    hidden = (scores.detach() == float("-inf")).float().mean(axis)
    return bool(((hidden > 0) & (hidden < 1)).any())
