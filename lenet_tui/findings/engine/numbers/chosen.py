"""Which op passes over an element, so that its gradient is 0 and yet is multiplied on."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from lenet_tui.findings.engine.numbers.elements import Index
from lenet_tui.tape.engine.entries import OpEntry

FARTHEST = 4
"""Ops of the same shape between an element and the op that passes over it."""


def passed_over(
    op: OpEntry, index: Index, shape: torch.Size, ops: Sequence[OpEntry]
) -> OpEntry | None:
    """The ``where`` or ``masked_fill`` that does not take the element ``index`` of an op's result.

    ``shape``: that the index is of. ``None``: there is none, as far as one op reads the result.
    """
    if op.tensor.shape != shape:
        return None
    for _ in range(FARTHEST):
        edge = op.edge()
        readers = [o for o in ops if any(edge in edges for edges in o.given.values())]
        if edge is None or len(readers) != 1 or readers[0].tensor.shape != shape:
            return None
        if readers[0].op in ("where", "masked_fill", "masked_fill_"):
            place = next(p for p, edges in readers[0].given.items() if edge in edges)
            return readers[0] if _passes(readers[0], place, index) else None
        op = readers[0]
    return None


def _passes(reader: OpEntry, place: int | str, index: Index) -> bool:
    """Whether the mask of ``reader`` leaves out the operand at ``place``, for one element."""
    masks = [n for n, a in enumerate(reader.args) if getattr(a, "dtype", None) is torch.bool]
    if len(masks) != 1:
        return False
    mask = bool(reader.args[masks[0]].expand(reader.tensor.shape)[index])
    first = place == (1 if masks[0] == 0 else 0)
    return mask is not (first and reader.op == "where")
