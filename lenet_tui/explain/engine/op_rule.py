"""What is known of a kind of op: its arguments, its arithmetic, and what depends on what.

Unless a rule says otherwise, its op works element by element and broadcasts its operands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.terms import Gradient, Index, Indices, Source, Sum, grid

Box = tuple[tuple[int, int], ...]
"""A region of a tensor: first and last index along each dimension."""


def operand_regions(call: Call, box: Box) -> dict[str, Box]:
    """The regions of the operands that a region of an element-wise result depends on."""
    regions: dict[str, Box] = {}
    for name, source in call.tensors():
        if source.tensor.dim() <= len(box):
            own = box[len(box) - source.tensor.dim() :]
            regions[name] = tuple(
                (0, 0) if n == 1 else side for side, n in zip(own, source.shape, strict=True)
            )
    return regions


def result_region(call: Call, argument: str, box: Box) -> Box | None:
    """The region of an element-wise result that depends on a region of an operand."""
    result = tuple(call.entry.tensor.shape)
    extra = len(result) - len(box)
    own = tuple(
        (0, big - 1) if small == 1 else side
        for side, small, big in zip(box, call.source(argument).shape, result[extra:], strict=True)
    )
    return (*whole(result[:extra]), *own)


@dataclass(frozen=True, slots=True)
class Rule:
    """All that an explanation knows of some torch functions that work alike.

    ``names`` are torch's own, and ``signature`` names their positional arguments as torch's
    documentation does; both are words with spaces between them.
    ``forward(call, index)`` is how the output at ``index`` comes about.
    ``backward(call, argument, index, g)`` is the op's share of the gradient on its tensor
    ``argument`` at ``index``, from the gradient ``g`` on its output.
    ``back(call, box)`` gives the regions of its tensor arguments that a region of the output
    depends on. ``ahead(call, argument, box)`` gives the region of the output that depends on a
    region of an argument, or ``None`` where none of it does.
    Each of these raises ``NoArithmetic`` where the op was called in a way that is not known here.
    """

    names: str
    signature: str
    forward: Callable[[Call, Index], Sum]
    backward: Callable[[Call, str, Index, Gradient], Sum]
    back: Callable[[Call, Box], dict[str, Box]] = operand_regions
    ahead: Callable[[Call, str, Box], Box | None] = result_region


def whole(shape: tuple[int, ...]) -> Box:
    """The region that is all of a tensor."""
    return tuple((0, n - 1) for n in shape)


def union(a: Box | None, b: Box) -> Box:
    """The smallest region that holds both."""
    if a is None:
        return b
    return tuple((min(p, r), max(q, s)) for (p, q), (r, s) in zip(a, b, strict=True))


def source_index(source: Source, index: Index) -> Index:
    """The element of an operand that broadcasting reads for an ``index`` of the result."""
    shape = source.shape
    own = index[len(index) - len(shape) :]
    return tuple(0 if n == 1 else i for i, n in zip(own, shape, strict=True))


def readers(shape: tuple[int, ...], result: tuple[int, ...], index: Index) -> Indices:
    """The elements of a ``result`` of that shape that read the element at ``index`` of an
    operand of ``shape``, (results, rank).
    """
    extra = len(result) - len(shape)
    own = [
        range(big) if small == 1 else [i]
        for small, big, i in zip(shape, result[extra:], index, strict=True)
    ]
    return grid(*(range(n) for n in result[:extra]), *own)
