"""Copies of the buffers that a forward is about to write, made before it, all at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lenet_tui.training.engine.copies import LARGE, copies

UNCOUNTED = ("cpu",)
"""Devices on which NumPy may write to a buffer, which torch does not count; a copy costs little."""


class EarlyCopies:
    """Of the buffers that the last forward wrote: the next one is likely to write them too."""

    def __init__(self) -> None:
        self._written: dict[int, Tensor] = {}
        self._tensors: list[Tensor] = []
        self._copies: dict[int, tuple[Tensor, int]] = {}
        """Of each by its ``id``, with how often it had been written."""
        self._gone: set[int] = set()
        """Where something was written since then."""
        self._devices: dict[torch.device, bool] = {}

    def suits(self, tensor: Tensor) -> bool:
        """Whether copies are to be made together where this tensor is."""
        device = tensor.device
        if device not in self._devices:
            self._devices[device] = device.type not in UNCOUNTED
        return self._devices[device]

    def begin(self) -> None:
        """A forward begins."""
        self.end()
        self._tensors = tensors = list(self._written.values())
        self._written = {}
        for tensor, copy in zip(tensors, copies(tensors), strict=True):
            self._copies[id(tensor)] = copy, tensor._version

    def end(self) -> None:
        """It is over."""
        self._tensors, self._copies, self._gone = [], {}, set()

    def take(
        self, writes: Sequence[Tensor], places: Sequence[int], module: nn.Module | None
    ) -> dict[int, Tensor]:
        """Of what an op of a module writes now, in these places, the copies that there are.

        By the ``id`` of each tensor. Its buffers are copied early the next time.
        """
        found: dict[int, Tensor] = {}
        known, gone = self._copies, self._gone
        if not known and (module is None or not self.suits(writes[0])):
            return found
        for tensor, place in zip(writes, places, strict=True):
            number = id(tensor)
            if number in known and place not in gone and tensor._version == known[number][1]:
                found[number] = known[number][0]
                self._written[number] = tensor
            elif module is not None and self.suits(tensor) and _buffer(tensor, module):
                self._written[number] = tensor
        if known:
            gone.update(places)
        return found


def _buffer(tensor: Tensor, module: nn.Module) -> bool:
    """Whether a tensor is a module's, small, and counts what is written to it."""
    its = any(buffer is tensor for buffer in module._buffers.values())
    return its and tensor.nbytes < LARGE and not tensor.is_inference()
