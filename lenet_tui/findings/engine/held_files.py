"""What the files hold that a script reads with ``torch.load``, seen as they are read."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine.own_frames import line_now
from lenet_tui.training.engine.checkpoint_parts import (
    GENERATOR,
    OPTIMIZER,
    SCALER,
    SCHEDULER,
    VALUE,
    WEIGHTS,
    parts,
)

FIRST = 8
"""Numbers of a tensor by which it is known again."""
Sample = tuple[tuple[int, ...], tuple[float, ...]]


@dataclass(slots=True)
class Moments:
    """An optimizer's state in a file, of so many parameters."""

    parameters: int


@dataclass(slots=True)
class HeldFile:
    """``numbers``: its whole numbers by name. ``moments``: the optimizers' states that are not
    empty. ``epochs``: those that its schedulers had counted. ``scales``: of its scalers, the scale
    and the steps since it grew. ``generators``: whether it holds the state of one. ``samples``:
    its tensors, by which parameters are known that were read from it. ``line``: where it is read.
    """

    name: str
    line: str
    numbers: dict[str, int] = field(default_factory=dict)
    moments: list[Moments] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    scales: list[tuple[float, int]] = field(default_factory=list)
    generators: bool = False
    samples: set[Sample] = field(default_factory=set)

    def take(self, content: Any) -> None:
        """Note what the parts of the file's content are."""
        for name, kind, value in parts(content):
            if kind is VALUE and isinstance(value, int) and not isinstance(value, bool):
                self.numbers.setdefault(name, value)
            elif kind is WEIGHTS:
                tensors = [value] if isinstance(value, Tensor) else value.values()
                self.samples |= {s for tensor in tensors for s in sample_of(tensor)}
            elif kind is OPTIMIZER and any(value["state"].values()):
                count = sum(len(group["params"]) for group in value["param_groups"])
                self.moments.append(Moments(count))
            elif kind is SCHEDULER and "last_epoch" in value:
                self.epochs.append(int(value["last_epoch"]))
            elif kind is SCALER:
                self.scales.append((float(value["scale"]), int(value["_growth_tracker"])))
            self.generators = self.generators or kind is GENERATOR


def sample_of(tensor: Tensor) -> Iterator[Sample]:
    """Yields what a tensor is known by; nothing where its first numbers are all the same."""
    if not tensor.is_floating_point() or tensor.is_meta or tensor.layout is not torch.strided:
        return
    numbers = tuple(tensor.detach().flatten()[:FIRST].tolist())
    if len(set(numbers)) > 1:
        yield tuple(tensor.shape), numbers


class HeldFiles:
    """Notes meanwhile each file that ``torch.load`` reads for the owner's code."""

    def __init__(self) -> None:
        self.all: list[HeldFile] = []
        self._original: Any = None

    def __enter__(self) -> HeldFiles:
        original = self._original = torch.load

        @functools.wraps(original)
        def load(*args: Any, **kwargs: Any) -> Any:
            found = original(*args, **kwargs)
            try:
                self._read(found, args[0] if args else kwargs.get("f"))
            except Exception:  # noqa: BLE001 - the file may hold anything, and the script goes on
                return found
            return found

        torch.load = load
        return self

    def __exit__(self, *error: object) -> None:
        torch.load = self._original

    def _read(self, found: Any, file: Any) -> None:
        line = line_now()
        if not line:
            return
        name = Path(file).name if isinstance(file, (str, Path)) else ""
        held = HeldFile(name or str(getattr(file, "name", "")).rpartition("/")[2], line)
        with torch.no_grad():
            held.take(found)
        self.all.append(held)
