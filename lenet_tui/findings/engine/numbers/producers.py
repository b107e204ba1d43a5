"""Which op made a tensor that another op was given."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from lenet_tui.tape.engine.edges import Edge
from lenet_tui.tape.engine.entries import OpEntry, same


class Producers:
    """Of the ops of some phases, in their order."""

    def __init__(self, ops: Iterable[OpEntry]) -> None:
        self._ops = list(ops)
        self._order = {id(op): number for number, op in enumerate(self._ops)}
        self._by_edge: dict[Edge, OpEntry] = {}
        for op in self._ops:
            for edge in op.edges:
                if edge is not None:
                    self._by_edge.setdefault(edge, op)
        self._by_address: dict[int, list[OpEntry]] = {}
        for op in self._ops:
            for made in op.tensors():
                if made is not None and made.layout is torch.strided:
                    self._by_address.setdefault(made.data_ptr(), []).append(op)

    def of(self, reader: OpEntry, place: int | str, number: int, tensor: Tensor) -> OpEntry | None:
        """The op that made what ``reader`` was given at a place; ``None``: none of these."""
        edges = reader.given.get(place, ())
        edge = edges[number] if number < len(edges) else None
        if edge is not None:
            made = self._by_edge.get(edge)
            if made is not None and made is not reader:
                return made
        before = self._order.get(id(reader), len(self._ops))
        found = None
        for op in self._by_address.get(tensor.data_ptr(), ()):
            if self._order[id(op)] < before and any(
                t is not None and (same(t, tensor) or t.data_ptr() == tensor.data_ptr())
                for t in op.tensors()
            ):
                found = op
        return found
