"""Models that are not LeNet: each takes (N, 1, 32, 32) to (N, 10)."""

from __future__ import annotations

import os
import time
import weakref
from pathlib import Path

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """A residual connection, added in place, and a layer used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.block = nn.Conv2d(4, 4, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        y = torch.relu(self.block(x))
        y = self.block(y)
        y += x
        x = self.pool(torch.relu(y)).flatten(1)
        return self.head(x)  # type: ignore[no-any-return]


def sequential() -> nn.Module:
    """Batch norm, ReLU in place, dropout."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 5, stride=2),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2, return_indices=False),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(4 * 7 * 7, 10),
    )


class NotANumber(nn.Module):
    """The logarithm of a weight that training drives below zero."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor([0.5]))
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1) * torch.log(self.scale)
        return self.head(x)  # type: ignore[no-any-return]


class Joined(nn.Module):
    """An infinity in the first op, then a list of tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(2048, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        y = torch.div(x, x.detach() * 0)
        return self.head(torch.cat([x, y], 1))  # type: ignore[no-any-return]


class Failing(nn.Module):
    """Raises once its weights are large: what torch may do in the middle of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        if self.head.weight.abs().max() > 0.06:
            raise ValueError("the weights\nare too large")
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


class Hungry(nn.Module):
    """Asks for more memory than any machine has, for batches larger than 2.

    ``made``: what it had made before; that is to be free when it is called next.
    """

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)
        self.made: weakref.ref[Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        assert self.made is None or self.made() is None
        if len(x) > 2:
            made = x * 2
            self.made = weakref.ref(made)
            x.new_empty(2**46)
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


class Slow(nn.Module):
    """Has a GPU wait 10^9 of its cycles; a clock that is read before it is done tells nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        torch.cuda._sleep(10**9)  # type: ignore[no-untyped-call]
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


class Asserting(nn.Module):
    """Reads outside a table for batches larger than 2: on a GPU, an assertion in the kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(3, 10)
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        row = torch.full((len(x),), len(x), device=x.device)
        return self.head(x.flatten(1)) + self.table(row)  # type: ignore[no-any-return]


class Clipped(nn.Module):
    """Puts other data into a parameter in each forward, as weight clipping is often written."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        self.head.weight.data = self.head.weight.data.clamp(-0.02, 0.02)
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


class Hanging(nn.Module):
    """Hangs in its second op, in the second forward, while the file named by ``HANG`` is there."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 2, 5, stride=4)
        self.wait = Wait()
        self.last = nn.Linear(2 * 7 * 7, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.wait(self.first(x)).flatten(1))  # type: ignore[no-any-return]


class Exiting(nn.Module):
    """Ends its process in a forward, once, if the file named by ``EXIT`` is there."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        flag = os.environ.get("EXIT")
        if flag and Path(flag).exists():
            Path(flag).unlink()
            os._exit(3)
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


class Wait(nn.Module):
    """``calls``: a buffer, so that going back counts back."""

    calls: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        flag = os.environ.get("HANG")
        calls = self.calls.numpy()
        calls += 1
        return torch.relu(_wait(x, flag if calls == 2 else None))


def _wait(x: Tensor, flag: str | None) -> Tensor:
    while flag and Path(flag).exists():
        time.sleep(0.05)
    return x


class Planted(nn.Module):
    """Gives other numbers in float64, as a faulty kernel would on another device: ``where``."""

    where = ""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(1024, 16)
        self.second = nn.Linear(16, 16)
        self.last = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        double = x.dtype == torch.float64
        x = torch.tanh(self.first(x.flatten(1)))
        x = self.second(x)
        x = x * (1.001 if double and self.where == "forward" else 1.0)
        x = torch.tanh(x)
        if double and self.where == "backward":
            x.register_hook(lambda gradient: gradient * 1.01)  # type: ignore[no-untyped-call]
        if double and self.where == "memory":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB.\nMore")
        if self.where == "dtype":
            x = x @ torch.eye(16)
        if self.where == "nan":
            x = x + (torch.nan if double else 0.0)
        if self.where == "shape" and double:
            x = x.repeat(2, 1)[:1]
        return self.last(x)  # type: ignore[no-any-return]


class PlantedForward(Planted):
    where = "forward"


class PlantedBackward(Planted):
    where = "backward"


class PlantedMemory(Planted):
    where = "memory"


class PlantedType(Planted):
    where = "dtype"


class PlantedNaN(Planted):
    where = "nan"


class PlantedShape(Planted):
    where = "shape"


class Branching(nn.Module):
    """Runs other ops in float64."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        double = x.dtype == torch.float64
        x = self.head(x.flatten(1))
        x = torch.sigmoid(x) if double else nn.functional.gelu(x)
        torch.flip(x[:, :5] if double else x, (0,))
        return x
