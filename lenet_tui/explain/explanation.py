"""The answer to "where does this number come from", as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.protocol.request import Request


@dataclass(frozen=True, slots=True)
class Operand:
    """One number that a term is computed from: ``tensor`` at ``index``, and its value."""

    tensor: str
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Term:
    operands: tuple[Operand, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a number comes from.

    ``sum`` is recomputed from ``terms`` in float64; torch's ``value`` is ``ulp`` units in the
    last place from it, and rounding allows ``bound`` of them. ``rank`` is its place by size among
    the tensor's ``size`` elements (1: largest). ``notes`` are (key, values) of what a reader
    should know. ``regions`` are the regions to highlight, (tensor, first index, last index).
    ``difference`` is the central difference, if it was asked for. ``left`` terms were left out,
    where only the largest were asked for; they come to ``left_sum``. ``precision`` is the type of
    numbers that ``ulp`` and ``bound`` are about.
    """

    cell: str
    value: float
    op: str
    formula: str
    terms: tuple[Term, ...]
    sum: float
    ulp: float
    bound: float
    checked: bool
    rank: int = 0
    size: int = 0
    notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    regions: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()
    difference: float | None = None
    left: int = 0
    left_sum: float = 0.0
    precision: str = "float32"


@dataclass(frozen=True, slots=True)
class Explain(Request[Explanation]):
    """Where the number in ``cell`` (``conv1.weight.grad[0,0,2,3]``) comes from.

    ``check`` asks for a central difference in float64 too (a parameter's gradient only). ``most``
    limits the terms to the largest. ``iteration`` is the one that a cell without a time of its own
    means, as a whole; ``None`` means the cursor.
    """

    cell: str
    check: bool = False
    most: int | None = None
    iteration: int | None = None
