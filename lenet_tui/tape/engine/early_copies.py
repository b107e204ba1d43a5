"""Copies of the buffers that a forward is about to write, made before it, all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set

from torch import Tensor, nn

from lenet_tui.tape.engine.in_place import Made, look_of, storage
from lenet_tui.training.engine.copies import copies

LARGE = 2**20
"""Bytes from which on a buffer is copied only where it is written."""


class EarlyCopies:
    """Of the buffers that the last forward wrote: the next one is likely to write them too."""

    def __init__(self) -> None:
        self._written: dict[int, Tensor] = {}
        self._copies: dict[int, list[tuple[Tensor, int, Tensor]]] = {}
        """By where each is in memory, with how often it had been written."""

    def begin(self) -> None:
        """A forward begins."""
        tensors = list(self._written.values())
        found = defaultdict(list)
        for tensor, copy in zip(tensors, copies(tensors), strict=True):
            found[storage(tensor)].append((tensor, tensor._version, copy))
        self._written, self._copies = {}, dict(found)

    def end(self) -> None:
        """It is over."""
        self._copies = {}

    def at(self, places: Set[int]) -> Made:
        """Those of what is in this memory, which is about to be overwritten."""
        made: Made = {}
        if self._copies:
            for place in places:
                for tensor, version, copy in self._copies.pop(place, ()):
                    if tensor._version == version:
                        made[look_of(tensor)] = copy
        return made

    def note(self, written: Iterable[Tensor], module: nn.Module | None) -> None:
        """An op of a module writes these: its buffers are copied early the next time."""
        if module is None or not module._buffers:
            return
        buffers = set(map(id, module._buffers.values()))
        for tensor in written:
            small = tensor.numel() * tensor.element_size() < LARGE
            if small and id(tensor) in buffers and not tensor.is_inference():
                self._written[id(tensor)] = tensor
