"""Where tensors come from in autograd's graph: of several outputs of a node, which one it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor
from torch.autograd.graph import Node

Edge = tuple[Node, int]
"""A node that made a tensor, and the number of the tensor among the node's outputs."""
Given = dict[int | str, tuple[Edge | None, ...]]
"""The edges of an op's arguments, by position or name; those of a list are several."""


def edge(value: object) -> Edge | None:
    """The edge of a tensor; ``None`` if no node made it."""
    node = value.grad_fn if isinstance(value, Tensor) else None
    return None if node is None else (node, value.output_nr)  # type: ignore[attr-defined]


def edges(values: Iterable[object]) -> tuple[Edge | None, ...]:
    """The edge of each value."""
    return tuple(map(edge, values))


def given(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Given:
    """The edges of the arguments that have one, before the op changes any of them in place."""
    found: Given = {}
    values: Iterable[tuple[int | str, Any]] = enumerate(args)
    for key, value in [*values, *kwargs.items()] if kwargs else values:
        if isinstance(value, Tensor):
            if (made := edge(value)) is not None:
                found[key] = (made,)
        elif isinstance(value, (tuple, list)) and any(several := edges(value)):
            found[key] = several
    return found
