"""Architectures that nobody in the project wrote, small, with inputs of their own kind."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

Data = Callable[[], list[Any]]
Loss = Callable[[Any, Any], Tensor]

CASES: dict[str, Case] = {}
"""By name, once the files beside this one are imported."""


@dataclass(frozen=True)
class Case:
    """``data`` makes three batches. ``loss``: ``None`` where the model returns its own."""

    library: str
    model: Callable[[], nn.Module]
    data: Data
    loss: Loss | None
    optimizer: Callable[[Iterator[nn.Parameter]], Optimizer]


def _momentum(parameters: Iterator[nn.Parameter]) -> Optimizer:
    return SGD(parameters, lr=0.01, momentum=0.9)


def _adam(parameters: Iterator[nn.Parameter]) -> Optimizer:
    return Adam(parameters, lr=1e-3)


def _adamw(parameters: Iterator[nn.Parameter]) -> Optimizer:
    return AdamW(parameters, lr=1e-3, weight_decay=0.1)


OPTIMIZERS = (_momentum, _adam, _adamw)


def case(
    data: Data, loss: Loss | None = None
) -> Callable[[Callable[[], nn.Module]], Callable[[], nn.Module]]:
    """Add a function that makes a model to the cases, under its name."""

    def add(make: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
        library = make.__module__.rpartition(".")[2].removeprefix("of_")
        optimizer = OPTIMIZERS[len(CASES) % len(OPTIMIZERS)]
        CASES[make.__name__] = Case(library, make, data, loss, optimizer)
        return make

    return add


def of(module: str) -> Any:
    """A module of a library that need not be there before a case is run."""
    return importlib.import_module(module)


def several(make: Callable[[], Any]) -> Data:
    """Three batches."""
    return lambda: [make() for _ in range(3)]


def pictures(size: int = 32, count: int = 2, channels: int = 3, classes: int = 4) -> Data:
    """Pairs of colour pictures and classes."""
    return several(
        lambda: (torch.randn(count, channels, size, size), torch.randint(classes, (count,)))
    )


def labelled(size: int = 32, count: int = 2, channels: int = 3, classes: int = 4) -> Data:
    """The same in a dictionary."""

    def make() -> dict[str, Tensor]:
        x, y = torch.randn(count, channels, size, size), torch.randint(classes, (count,))
        return {"pixel_values": x, "labels": y}

    return several(make)


def tokens(length: int = 8, labels: str = "tokens", vocabulary: int = 32, classes: int = 4) -> Data:
    """Token numbers with a mask, and the tokens themselves or a class each as labels."""

    def make() -> dict[str, Tensor]:
        ids = torch.randint(3, vocabulary, (2, length))
        mask = torch.ones_like(ids)
        mask[1, length - 2 :] = 0
        target = ids.masked_fill(mask == 0, -100)
        if labels == "class":
            target = torch.randint(classes, (2,))
        return {"input_ids": ids, "attention_mask": mask, "labels": target}

    return several(make)


def logits(output: Any, target: Tensor) -> Tensor:
    """Cross-entropy of what a classifier returns."""
    return F.cross_entropy(output, target)
