"""A checkpoint of a person's own: its parts and their numbers, of which no code is ever run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import weights
from lenet_tui.training.engine.checkpoint_parts import (
    OPTIMIZER,
    SCALER,
    SCHEDULER,
    STATES,
    VALUE,
    WEIGHTS,
    parts,
)
from lenet_tui.training.request import Held, HeldPart, HeldWeight

LONGEST = 60
"""Characters of a value that are shown."""


def held(path: str) -> Held:
    """What the file holds; ``Problem`` where it cannot be read without running code of it."""
    found = weights.content(path)
    if weights.alone(found):
        return Held(weights=tuple(_weight(n, t) for n, t in found.items()))
    if not isinstance(found, Mapping):
        raise Problem("training:no-state-dict")
    rows = tuple(_part(name, kind, value) for name, kind, value in parts(found))
    lacks = tuple(kind for kind in STATES if all(row.kind != kind for row in rows))
    if len(lacks) == len(STATES):
        raise Problem("training:no-state-dict")
    return Held(rows, lacks)


def _weight(name: str, tensor: Tensor) -> HeldWeight:
    return HeldWeight(name, str(tensor.dtype)[6:], tuple(tensor.shape))


def _part(name: str, kind: str, value: Any) -> HeldPart:
    facts = FACTS.get(kind)
    return HeldPart(name, kind, tuple(facts(value)) if facts is not None else ())


Fact = tuple[str, Any]


def _of_weights(value: Any) -> Iterator[Fact]:
    tensors = [value] if isinstance(value, Tensor) else list(value.values())
    yield "tensors", len(tensors)
    yield "elements", sum(math.prod(t.shape) for t in tensors)
    yield "dtypes", ", ".join(sorted({str(t.dtype)[6:] for t in tensors}))


def _of_optimizer(value: Mapping[str, Any]) -> Iterator[Fact]:
    state, groups = value["state"], value["param_groups"]
    states = [s for s in state.values() if isinstance(s, Mapping)]
    yield "parameters", sum(len(g["params"]) for g in groups)
    yield "states", len(states)
    steps = [s["step"] for s in states if "step" in s]
    if steps:
        yield "step", max(int(n) for n in steps)
    yield "keeps", ", ".join(sorted({clean(str(k), 40) for s in states for k in s} - {"step"}))
    yield "lr", ", ".join(f"{float(g['lr']):.4g}" for g in groups if "lr" in g)


def _of_scheduler(value: Mapping[str, Any]) -> Iterator[Fact]:
    if "last_epoch" in value:
        yield "last_epoch", int(value["last_epoch"])
    yield "lr", ", ".join(f"{float(rate):.4g}" for rate in value.get("_last_lr") or ())


def _of_scaler(value: Mapping[str, Any]) -> Iterator[Fact]:
    yield "scale", float(value["scale"])
    yield "growth_tracker", int(value["_growth_tracker"])


def _of_value(value: Any) -> Iterator[Fact]:
    if isinstance(value, (bool, int, float, str)) or value is None:
        yield "", clean(str(value), LONGEST)
    else:
        yield "", type(value).__name__


FACTS = {
    WEIGHTS: _of_weights, OPTIMIZER: _of_optimizer, SCHEDULER: _of_scheduler, SCALER: _of_scaler,
    VALUE: _of_value,
}  # fmt: skip
