"""Broadcasting: which element of a smaller operand belongs to one of the result, and back."""

from __future__ import annotations

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box
from lenet_tui.explain.engine.terms import Index, Indices, Source, grid


def source_index(source: Source, index: Index) -> Index:
    """The element of an operand that is read for an ``index`` of the result."""
    shape = source.shape
    own = index[len(index) - len(shape) :]
    return tuple(0 if n == 1 else i for i, n in zip(own, shape, strict=True))


def readers(call: Call, argument: str, index: Index) -> Indices:
    """The elements of the result that read an operand's ``index``, (results, rank)."""
    return stretched(call.source(argument).shape, tuple(call.entry.tensor.shape), index)


def stretched(shape: tuple[int, ...], result: tuple[int, ...], index: Index) -> Indices:
    """``readers`` for a tensor of ``shape`` in a ``result`` of that shape."""
    extra = len(result) - len(shape)
    own = [
        range(big) if small == 1 else [i]
        for small, big, i in zip(shape, result[extra:], index, strict=True)
    ]
    return grid(*(range(n) for n in result[:extra]), *own)


def back(call: Call, box: Box) -> dict[str, Box]:
    """The regions of the operands that a region of the result is made of."""
    regions: dict[str, Box] = {}
    for name, source in call.tensors():
        if source.tensor.dim() <= len(box):
            own = box[len(box) - source.tensor.dim() :]
            regions[name] = tuple(
                (0, 0) if n == 1 else side for side, n in zip(own, source.shape, strict=True)
            )
    return regions


def ahead(call: Call, argument: str, box: Box) -> Box | None:
    """The region of the result that reads a region of an operand."""
    result = tuple(call.entry.tensor.shape)
    extra = len(result) - len(box)
    shape = call.source(argument).shape
    own = tuple(
        (0, big - 1) if small == 1 else side
        for side, small, big in zip(box, shape, result[extra:], strict=True)
    )
    return (*((0, n - 1) for n in result[:extra]), *own)
