"""Entries of a tape without their tensors, which are computed again when they are asked for."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from torch import Tensor

from lenet_tui.tape.engine.bit_sums import quick_digest
from lenet_tui.tape.engine.edges import Edge
from lenet_tui.tape.engine.entries import Entry, NodeEntry, OpEntry
from lenet_tui.tape.engine.in_place import storage

Shapes = tuple[tuple[int, ...] | None, ...]


class NotKept(BaseException):
    """Tensors were asked for that the tape has let go of.

    No code that handles what a model or torch raises is to take it for that.
    """

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.name)
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of an entry's tensors: ``first`` is the place of the first one of an op's."""

    shapes: Shapes
    first: int = 0


def digests_of(entry: Entry, apart: Set[int] = frozenset()) -> tuple[str, ...]:
    """Quick digests of what an entry produced; empty where they say nothing: of unusual tensors,
    and of those in the memory ``apart``, which is written to as training goes on.
    """
    return tuple(
        "" if t is None or (apart and storage(t) in apart) else _digest(t) for t in entry.tensors()
    )


def agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether no two digests show that something differs."""
    return len(one) == len(other) and all(
        a == b or not a or not b for a, b in zip(one, other, strict=True)
    )


def drop(entry: OpEntry | NodeEntry) -> None:
    """Have an entry let go of its tensors. A screen's row of it has to be made before."""
    first = next(iter(entry.parts), 0) if isinstance(entry, OpEntry) else 0
    kept: Any = Kept(entry.shapes(), first)
    if isinstance(entry, OpEntry):
        entry.args, entry.kwargs, entry.output = (), {}, kept
        entry.__class__ = DroppedOp
    else:
        entry.produced, entry.received = kept, ()
        entry.__class__ = DroppedNode


def _digest(tensor: Tensor) -> str:
    try:
        return quick_digest(tensor)
    except (NotImplementedError, RuntimeError):
        return ""


def _missing(entry: Entry) -> NoReturn:
    raise NotKept(entry)


_OUTPUT: Any = vars(OpEntry)["output"]
_PRODUCED: Any = vars(NodeEntry)["produced"]
"""Where such an entry has what is kept."""


class DroppedOp(OpEntry):
    """An op without its tensors. It has what it is in the graph: node, edges."""

    __slots__ = ()
    dropped: ClassVar[bool] = True
    args = kwargs = output = property(_missing)

    def shapes(self) -> Shapes:
        kept: Kept = _OUTPUT.__get__(self)
        return kept.shapes

    def edge(self, part: int | None = None) -> Edge | None:
        kept: Kept = _OUTPUT.__get__(self)
        at = kept.first if part is None else part
        return self.edges[at] if at < len(self.edges) else None


class DroppedNode(NodeEntry):
    """A node of the backward without its gradients."""

    __slots__ = ()
    dropped: ClassVar[bool] = True
    produced = received = property(_missing)

    def shapes(self) -> Shapes:
        kept: Kept = _PRODUCED.__get__(self)
        return kept.shapes
