"""Which attribute holds a tensor that no module has registered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from torch import Tensor, nn

from lenet_tui.findings.engine.calls import node_of
from lenet_tui.training.engine.trainer import Trainer

DEEPEST = 4
MOST = 500


def holder(tensor: Tensor, modules: Iterable[tuple[str, nn.Module]]) -> str:
    """``blocks[0].weight``: where a module holds the tensor; empty: no module does."""
    for path, module in modules:
        for name, value in vars(module).items():
            if name.startswith("_"):
                continue
            for inside, found in _inside(value, 0):
                if found is tensor:
                    return f"{path}.{name}{inside}".removeprefix(".")
    return ""


def _inside(value: Any, depth: int) -> Iterator[tuple[str, Tensor]]:
    """The tensors in a value, each with the way to it."""
    if isinstance(value, Tensor):
        yield "", value
    elif isinstance(value, nn.Module):
        for name, parameter in value.named_parameters():
            yield f".{name}", parameter
    elif depth < DEEPEST and isinstance(value, (list, tuple, Mapping)):
        parts = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, part in list(parts)[:MOST]:
            for way, tensor in _inside(part, depth + 1):
                yield f"[{key!r}]{way}", tensor


def global_holder(tensor: Tensor, names: Mapping[str, Any]) -> str:
    """The name under which a file holds the tensor."""
    for name, value in names.items():
        if name.startswith("__"):
            continue
        for way, found in _inside(value, 0):
            if found is tensor:
                return f"{name}{way}"
    return ""


def graph_holders(trainer: Trainer) -> list[str]:
    """The names of tensors with a graph that a file, its objects or its modules hold."""
    places: list[tuple[str, Any]] = [
        (name, value) for name, value in trainer.file.names.items() if not name.startswith("__")
    ]
    for name, value in (trainer.objects.others if trainer.objects is not None else {}).items():
        places += [(f"{name}.{key}", part) for key, part in vars(value).items()]
    for path, module in trainer.modules():
        places += [
            (f"{path}.{key}".removeprefix("."), part)
            for key, part in vars(module).items()
            if not key.startswith("_")
        ]
    return [
        f"{name}{way}"
        for name, value in places
        if not isinstance(value, nn.Module)
        for way, tensor in _inside(value, 0)
        if node_of(tensor) is not None
    ]
