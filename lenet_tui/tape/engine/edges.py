"""Where tensors come from in autograd's graph: of several outputs of a node, which one it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.nn import Parameter

Edge = tuple[Node, int]
"""A node that made a tensor, and the number of the tensor among the node's outputs."""
Given = dict[int | str, tuple[Edge | None, ...]]
"""The edges of an op's arguments, by position or name; those of a list are several."""

NO_GRAPH = frozenset((Parameter, int, float, bool, str, type(None), torch.dtype, torch.device))
"""The classes of arguments that no node has made."""


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
    for place, value in enumerate(args):
        if type(value) not in NO_GRAPH and (several := of(value)):
            found[place] = several
    for name, value in kwargs.items():
        if type(value) not in NO_GRAPH and (several := of(value)):
            found[name] = several
    return found


def of(value: Any) -> tuple[Edge | None, ...]:
    """The edges of an argument: of a tensor, or of those in a list; empty if there are none."""
    if type(value) is Tensor:
        node = value.grad_fn
        return () if node is None else ((node, value.output_nr),)
    several = value if isinstance(value, (tuple, list)) else (value,)
    if NO_GRAPH.issuperset(map(type, several)):
        return ()
    found = edges(several)
    return found if any(found) else ()
