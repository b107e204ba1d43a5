"""Functions that the script of a training file takes along: what is written here stands in it.

They use torch and the standard library only, and do what ``training/engine`` does for the session.
"""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)


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
    places = (here / name, Path.cwd() / name)
    itself = Path(__file__).resolve()
    file = next((f for f in places if f.is_file() and f.resolve() != itself), None)
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


def together(parts: dict[str, Any]) -> nn.Module:
    """Several models of a file, or tensors that it trains, each under its name."""
    net = nn.Module()  # a ModuleDict has no place for modules called keys or values
    for name, part in parts.items():
        (net._modules if isinstance(part, nn.Module) else net._parameters)[name] = part
    return net


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


class Reached(BaseException):
    """A step is where it was to be left."""


class Until:
    """Leaves a step after the ``number``-th call of a ``kind``: where the cursor was.

    ``net``: the model, whose parameters are noted before that call.
    """

    def __init__(self, net: nn.Module, kind: str, number: int) -> None:
        self.net, self.kind, self.number = net, kind, number
        self.count = self.quiet = 0
        self.before: dict[str, tuple[Tensor, Tensor | None]] = {}

    def run(self, step: Callable[[Any], Any], batch: Any) -> None:
        """Run the step as far as that."""
        hooks = (
            register_optimizer_step_pre_hook(self.before_update),
            register_optimizer_step_post_hook(self.after_update),
        )
        try:
            with observed_by(self):
                step(batch)
        except Reached:
            pass
        for hook in hooks:
            hook.remove()

    def put_back(self, all_but: tuple[str, ...]) -> None:
        """Give the other parameters what they had before that call."""
        for name, p in self.net.named_parameters():
            if name not in all_but:
                value, grad = self.before[name]
                if self.kind == "update":
                    p.data = value
                else:
                    p.grad = grad

    def called(
        self, kind: str, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Make a call that is observed."""
        if self.quiet:
            return make()
        self.enter(kind)
        made = make()
        self.leave(kind)
        return made

    def enter(self, kind: str) -> None:
        """A call begins."""
        if not self.quiet and kind == self.kind and self.count == self.number - 1:
            for name, p in self.net.named_parameters():
                grad = None if p.grad is None else p.grad.detach().clone()
                self.before[name] = p.detach().clone(), grad
        self.quiet += 1

    def leave(self, kind: str) -> None:
        """A call has ended."""
        self.quiet -= 1
        if not self.quiet and kind == self.kind:
            self.count += 1
            if self.count == self.number:
                raise Reached

    def before_update(self, optimizer: Any, args: Any, kwargs: Any) -> Any:
        """An update begins; the calls of its closure are observed too."""
        self.enter("update")
        closure = args[1] if len(args) > 1 else kwargs.get("closure")
        if closure is None or self.quiet > 1:
            return None

        def run() -> Any:
            self.quiet -= 1
            try:
                return closure()
            finally:
                self.quiet += 1

        return (optimizer, run), {}

    def after_update(self, *_: Any) -> None:
        """An update has ended."""
        self.leave("update")


def observed_by(observer: Any) -> Any:
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
