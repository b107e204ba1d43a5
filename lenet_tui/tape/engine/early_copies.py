"""Copies of the buffers that a forward is about to write, made before it, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Set

import torch
from torch import Tensor, nn

from lenet_tui.tape.engine.in_place import storage
from lenet_tui.training.engine.copies import LARGE, copies

UNCOUNTED = ("cpu",)
"""Devices on which NumPy may write to a buffer, which torch does not count."""


class EarlyCopies:
    """Of the buffers that the last forward wrote: the next one is likely to write them too."""

    def __init__(self) -> None:
        self._written: dict[int, Tensor] = {}
        self._copies: dict[int, tuple[Tensor, int, Tensor]] = {}
        """Of each by its ``id``, with how often it had been written."""
        self._by_place: dict[int, list[int]] = {}

    def begin(self) -> None:
        """A forward begins."""
        self.end()
        tensors = list(self._written.values())
        self._written = {}
        for tensor, copy in zip(tensors, copies(tensors), strict=True):
            number = id(tensor)
            self._copies[number] = tensor, tensor._version, copy
            self._by_place.setdefault(storage(tensor), []).append(number)

    def end(self) -> None:
        """It is over."""
        self._copies, self._by_place = {}, {}

    def take(
        self, writes: Iterable[Tensor], places: Set[int], module: nn.Module | None
    ) -> dict[int, Tensor]:
        """Of what an op of a module writes now, in these places, the copies that there are.

        By the ``id`` of each tensor. Its buffers are copied early the next time.
        """
        found = {}
        for tensor in writes:
            number = id(tensor)
            known = self._copies.get(number)
            if known is not None and _as_then(tensor, *known[1:]):
                found[number] = known[2]
                self._written[number] = tensor
            elif module is not None and _buffer(tensor, module):
                self._written[number] = tensor
        for place in places if self._by_place else ():
            for number in self._by_place.pop(place, ()):
                del self._copies[number]
        return found


def _as_then(tensor: Tensor, version: int, copy: Tensor) -> bool:
    """Whether nothing has written a buffer since then."""
    if tensor._version != version:
        return False
    return tensor.device.type not in UNCOUNTED or torch.equal(tensor, copy)


def _buffer(tensor: Tensor, module: nn.Module) -> bool:
    """Whether a tensor is a module's, small, and counts what is written to it."""
    its = any(buffer is tensor for buffer in module._buffers.values())
    return its and tensor.nbytes < LARGE and not tensor.is_inference()
