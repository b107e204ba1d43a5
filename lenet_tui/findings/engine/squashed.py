"""By which op numbers were brought between 0 and 1, so that they are no logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.losses import Producers

SQUASH = frozenset(("sigmoid", "special_expit", "hardsigmoid", "softmax"))
CLAMP = frozenset(("clamp", "clip", "hardtanh"))
JOINS = frozenset(("stack", "cat", "concat", "concatenate", "hstack", "vstack", "column_stack"))
BY_HAND = "1 / (1 + exp(−x))"


@dataclass(frozen=True, slots=True)
class Squashed:
    """``by``: the op as a person would write it; ``line``: where it was called."""

    by: str
    line: str


def squashed(made: Tensor, producers: Producers) -> Squashed | None:
    """What brought all numbers of a tensor between 0 and 1; ``None``: nothing is known to."""
    call = producers.behind(made)
    if call is None:
        return None
    name = call.name.strip("_")
    if name in JOINS:
        parts = call.args[0] if call.args else ()
        found = [
            squashed(part, producers) if isinstance(part, Tensor) else None
            for part in (parts if isinstance(parts, Sequence) else ())
        ]
        return found[0] if found and all(found) else None
    if name in SQUASH:
        return Squashed(name.removeprefix("special_"), call.line)
    if name in CLAMP and _from_0_to_1(call, name):
        return Squashed(name, call.line)
    return Squashed(BY_HAND, call.line) if _logistic(call, producers) else None


def _from_0_to_1(call: Call, name: str) -> bool:
    names = ("min_val", "max_val") if name == "hardtanh" else ("min", "max")
    given = [call.argument(place, name) for place, name in enumerate(names, 1)]
    return all(isinstance(n, (int, float)) for n in given) and given == [0, 1]


def _logistic(call: Call, producers: Producers) -> bool:
    """Whether a call is ``1 / (1 + exp(…))``, however it is written."""
    given, numbers = _operands(call)
    one_over = (
        call.name == "reciprocal"
        or (call.name in ("div", "divide", "true_divide", "rdiv") and numbers == [1])
        or (call.name == "pow" and numbers == [-1])
    )
    below = producers.of(given[0]) if one_over and len(given) == 1 else None
    if below is None or below.name != "add":
        return False
    given, numbers = _operands(below)
    exponent = producers.of(given[0]) if len(given) == 1 and numbers == [1] else None
    return exponent is not None and exponent.name == "exp"


def _operands(call: Call) -> tuple[list[Tensor], list[int | float]]:
    """The tensors among what a call is given, and the plain numbers."""
    tensors = [value for value in call.args if isinstance(value, Tensor)]
    return tensors, [value for value in call.args if isinstance(value, (int, float))]
