"""A checkpoint of a person's own: its parts and their numbers, of which no code is ever run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
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

WHOLE = 1e15
"""From here on a float no longer counts in ones."""
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
        yield "step", _largest(steps)
    yield "keeps", ", ".join(sorted({clean(str(k), 40) for s in states for k in s} - {"step"}))
    yield "lr", _rates(g["lr"] for g in groups if "lr" in g)


def _number(value: Any) -> int | str:
    """A number, also one in a tensor, to four digits; what is none as it is written."""
    if isinstance(value, Tensor) and value.numel() == 1 and not value.is_meta:
        value = value.item()
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return f"{value:.4g}" if not value.is_integer() or abs(value) >= WHOLE else int(value)
    return _text(value)


def _rates(values: Iterable[Any]) -> str:
    return ", ".join(str(_number(value)) for value in values)


def _largest(steps: list[Any]) -> int | str:
    """The most steps that a parameter has seen; the first that is no number, as it is written."""
    counts = [_number(step) for step in steps]
    odd = next((count for count in counts if not isinstance(count, int)), None)
    return max(n for n in counts if isinstance(n, int)) if odd is None else odd


def _text(value: Any) -> str:
    plain = isinstance(value, (bool, int, float, str)) or value is None
    return clean(str(value), LONGEST) if plain else type(value).__name__


def _of_scheduler(value: Mapping[str, Any]) -> Iterator[Fact]:
    if "last_epoch" in value:
        yield "last_epoch", _number(value["last_epoch"])
    rates = value.get("_last_lr")
    yield "lr", _rates(rates if isinstance(rates, (list, tuple)) else ())


def _of_scaler(value: Mapping[str, Any]) -> Iterator[Fact]:
    yield "scale", _number(value["scale"])
    yield "growth_tracker", _number(value["_growth_tracker"])


def _of_value(value: Any) -> Iterator[Fact]:
    yield "", _text(value)


FACTS = {
    WEIGHTS: _of_weights, OPTIMIZER: _of_optimizer, SCHEDULER: _of_scheduler, SCALER: _of_scaler,
    VALUE: _of_value,
}  # fmt: skip
