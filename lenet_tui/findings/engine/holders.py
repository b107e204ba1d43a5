"""Which attribute or name holds a tensor that no module has registered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from lenet_tui.training.engine.trainer import Trainer

DEEPEST = 4
MOST = 500
OF_TORCH = frozenset(vars(nn.Module()))
"""The attributes of a module that are torch's."""
CLOSED = (type, ModuleType, FunctionType, Optimizer)
"""What is not looked into as an object of its owner's."""
SEVERAL = (list, tuple, deque, set, frozenset)


@dataclass(frozen=True, slots=True)
class Holding:
    """``value`` under a ``name``: an attribute of a module (``blocks``), or a name of a file.

    ``of_module``: whether it is an attribute of a registered module.
    """

    name: str
    value: Any
    of_module: bool = False

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor in it, each with the way to it: ``[0].weight``."""
        yield from _inside(self.value, 0)


def holdings(trainer: Trainer) -> Iterator[Holding]:
    """The attributes of all modules, then what objects, names and closures of a file hold."""
    for path, module in trainer.modules():
        for name, value in vars(module).items():
            if name not in OF_TORCH:
                yield Holding(f"{path}.{name}".removeprefix("."), value, True)
    for name, value in (trainer.objects.others if trainer.objects is not None else {}).items():
        for key, part in vars(value).items():
            yield Holding(f"{name}.{key}", part)
    for name, value in trainer.file.names.items():
        if name.startswith("__"):
            continue
        if isinstance(value, FunctionType):
            yield from _of_function(name, value)
        elif isinstance(value, type):
            yield from (Holding(f"{name}.{key}", part) for key, part in vars(value).items())
        else:
            yield Holding(name, value)


def _of_function(name: str, function: FunctionType) -> Iterator[Holding]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    for variable, cell in cells:
        try:
            yield Holding(variable, cell.cell_contents)
        except ValueError:  # it is empty
            continue
    for number, value in enumerate(function.__defaults__ or ()):
        given = function.__code__.co_varnames[: function.__code__.co_argcount]
        yield Holding(given[number - len(function.__defaults__ or ())], value)
    for key, value in vars(function).items():
        yield Holding(f"{name}.{key}", value)


def _inside(value: Any, depth: int) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield "", value
    elif isinstance(value, nn.Module):
        for name, parameter in value.named_parameters():
            yield f".{name}", parameter
    elif depth >= DEEPEST or isinstance(value, (str, bytes, *CLOSED)):
        return
    elif isinstance(value, (*SEVERAL, Mapping)):
        parts = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, part in list(parts)[:MOST]:
            for way, tensor in _inside(part, depth + 1):
                yield f"[{key!r}]{way}", tensor
    else:
        for key, part in list(getattr(value, "__dict__", {}).items())[:MOST]:
            for way, tensor in _inside(part, depth + 1):
                yield f".{key}{way}", tensor
