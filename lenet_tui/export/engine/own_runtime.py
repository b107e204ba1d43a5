"""Functions that the script of a training file takes along: what is written here stands in it.

They use torch and the standard library only, and do what ``training/engine`` does for the session.
"""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


def seed_all(seed: int) -> None:
    """Seed Python's, NumPy's (if it is here) and torch's generators."""
    random.seed(seed)
    if importlib.util.find_spec("numpy") is not None:
        importlib.import_module("numpy").random.seed(seed % 2**32)
    torch.manual_seed(seed)


def execute(name: str) -> dict[str, Any]:
    """Run a file that lies beside this script, or import a module; returns what it defines."""
    here = Path(__file__).absolute().parent
    sys.argv = [name]  # it may read its own
    sys.path[:0] = [str(here), str(Path.cwd())]
    if not name.endswith(".py"):
        return vars(importlib.import_module(name))
    file = next((f for f in (here / name, Path.cwd() / name) if f.is_file()), None)
    if file is None:
        sys.exit(f"{name} must lie beside this script, or in the working directory")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return vars(module)


def made(file: dict[str, Any], what: str, **arguments: Any) -> nn.Module:
    """The model of a file: a module, or what a class or function makes."""
    first, *rest = what.split(".")
    found = file[first]
    for name in rest:
        found = getattr(found, name)
    net: nn.Module = found if isinstance(found, nn.Module) else found(**arguments)
    if file.get("model") is found:
        file["model"] = net
    return net


def all_modules(file: dict[str, Any], names: tuple[str, ...]) -> nn.Module:
    """Several models of a file, each under its name."""
    return nn.ModuleDict({name: file[name] for name in names})


def own_optimizer(file: dict[str, Any], net: nn.Module) -> Any:
    """The optimizer of a file, made for the model's parameters if a function makes it."""
    found = file["optimizer"]
    if not isinstance(found, torch.optim.Optimizer):
        found = file["optimizer"] = found(net.parameters())
    return found


class Batches:
    """The batches of a file's data, epoch after epoch, each copied."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.iterator = self.begun()

    def begun(self) -> Iterator[Any]:
        several = hasattr(self.data, "__iter__") or hasattr(self.data, "__getitem__")
        again = several and not isinstance(self.data, type)
        return iter(self.data if again else self.data())

    def next(self) -> Any:
        for _ in range(2):
            for batch in self.iterator:
                return copied(batch)
            self.iterator = self.begun()
        sys.exit("the data are at their end")


def copied(batch: Any) -> Any:
    raise NotImplementedError  # replaced by that of the session


class Together(nn.Module):
    """A model, and others that a step works with, under their names."""

    def __init__(self, net: nn.Module, others: dict[str, nn.Module]) -> None:
        super().__init__()
        self.parts = [("", net), *others.items()]

    def named_parameters(self, *_: Any, **__: Any) -> Iterator[tuple[str, nn.Parameter]]:
        for name, part in self.parts:
            yield from part.named_parameters(prefix=name)


def as_loss(returned: Any) -> Tensor | None:
    """What a step returned, as the loss."""
    if isinstance(returned, (int, float)):
        return torch.tensor(float(returned), dtype=torch.float64)
    loss = returned_loss(returned)
    return None if loss is None else loss.detach()


def returned_loss(returned: Any) -> Tensor | None:
    raise NotImplementedError  # replaced by that of the session
