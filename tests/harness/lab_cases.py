"""Random layers for the lab's tests: sensible, odd and impossible ones, as torch takes them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lenet_tui.lab.layer import SIGNATURES

MODES = ["zeros", "reflect", "replicate", "circular"]


@dataclass(frozen=True)
class Case:
    """A layer as text, the same call as plain Python values, and an input's shape."""

    text: str
    kind: str
    positional: tuple[Any, ...]
    keywords: dict[str, Any]
    shape: tuple[int, ...]


def cases(seed: int, count: int) -> Iterator[Case]:
    """``count`` random cases, the same for the same ``seed``; about half of them possible."""
    draw = random.Random(seed)
    for _ in range(count):
        kind = draw.choice(["Conv1d", "Conv2d", "Conv2d", "MaxPool2d", "Linear"])
        wild = draw.random() < 0.4
        if kind == "Linear":
            values, shape = _linear(draw, wild)
        elif kind == "MaxPool2d":
            values, shape = _pool(draw, wild)
        else:
            values, shape = _conv(draw, kind, wild)
        yield _case(draw, kind, values, shape)


def _number(draw: random.Random, low: int, high: int, wild: bool) -> Any:
    if wild and draw.random() < 0.15:
        return draw.choice([-1, 0, -3, 9, 70, 2**16, 2**31 - 1, 1.5, None, True, "same", "3"])
    return draw.randint(low, high)


def _size(draw: random.Random, axes: int, low: int, high: int, wild: bool) -> Any:
    """A number, or one for each axis; if ``wild``, also of a wrong length."""
    if draw.random() < 0.5:
        return _number(draw, low, high, wild)
    length = draw.choice([axes, axes, axes, 0, 1, 3]) if wild else axes
    return tuple(_number(draw, low, high, wild) for _ in range(length))


def _sometimes(draw: random.Random, values: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if draw.random() < 0.6}


def _linear(draw: random.Random, wild: bool) -> tuple[dict[str, Any], tuple[int, ...]]:
    ins = _number(draw, 1, 6, wild)
    values = {"in_features": ins, "out_features": _number(draw, 1, 6, wild)}
    values |= _sometimes(draw, {"bias": draw.choice([True, False])})
    last = ins if type(ins) is int and 0 <= ins < 100 and draw.random() < 0.9 else 2
    return values, (*(draw.randint(0, 3) for _ in range(draw.randint(0, 3))), last)


def _pool(draw: random.Random, wild: bool) -> tuple[dict[str, Any], tuple[int, ...]]:
    values = {"kernel_size": _size(draw, 2, 1, 4, wild)} | _sometimes(
        draw,
        {
            "stride": draw.choice([None, _size(draw, 2, 1, 4, wild)]),
            "padding": _size(draw, 2, 0, 2, wild),
            "dilation": _size(draw, 2, 1, 3, wild),
            "return_indices": draw.choice([True, True, False]),
            "ceil_mode": draw.choice([True, False]),
        },
    )
    return values, _shape(draw, 2, draw.randint(1, 3), wild)


def _conv(draw: random.Random, kind: str, wild: bool) -> tuple[dict[str, Any], tuple[int, ...]]:
    axes = 1 if kind == "Conv1d" else 2
    groups = draw.choice([1, 1, 2, 3])
    ins, outs = groups * draw.randint(1, 2), groups * draw.randint(1, 3)
    values = {
        "in_channels": _number(draw, ins, ins, wild),
        "out_channels": _number(draw, outs, outs, wild),
        "kernel_size": _size(draw, axes, 1, 4, wild),
    }
    words = ["same", "valid", "full"] if wild else ["same", "valid"]
    optional = {
        "stride": _size(draw, axes, 1, 3, wild),
        "padding": draw.choice([_size(draw, axes, 0, 3, wild), draw.choice(words)]),
        "dilation": _size(draw, axes, 1, 3, wild),
        "bias": draw.choice([True, False]),
        "padding_mode": draw.choice([*MODES, "mirror"] if wild else MODES),
    }
    values |= _sometimes(draw, optional)
    if groups > 1 or draw.random() < 0.3:
        values["groups"] = _number(draw, groups, groups, wild)
    return values, _shape(draw, axes, ins, wild)


def _shape(draw: random.Random, axes: int, channels: int, wild: bool) -> tuple[int, ...]:
    low = 0 if wild else 4
    shape = [draw.randint(1, 2), channels, *(draw.randint(low, 9) for _ in range(axes))]
    if draw.random() < 0.25:
        del shape[0]
    if wild and draw.random() < 0.1:
        shape[draw.randrange(len(shape))] = draw.choice([0, 1, 5])
    if wild and draw.random() < 0.05:
        shape.insert(0, 2)
    return tuple(shape)


def _case(draw: random.Random, kind: str, values: dict[str, Any], shape: tuple[int, ...]) -> Case:
    """Write the call down: a run of arguments by position, the others shuffled by keyword."""
    names = [a.name for a in SIGNATURES[kind]]
    most = next((i for i, n in enumerate(names) if n not in values), len(names))
    by_position = draw.randint(0, most)
    positional = tuple(values[n] for n in names[:by_position])
    rest = [n for n in values if n not in names[:by_position]]
    draw.shuffle(rest)
    keywords = {n: values[n] for n in rest}
    parts = [repr(v) for v in positional] + [f"{k}={v!r}" for k, v in keywords.items()]
    prefix = draw.choice(["", "nn.", "torch.nn."])
    return Case(f"{prefix}{kind}({', '.join(parts)})", kind, positional, keywords, shape)
