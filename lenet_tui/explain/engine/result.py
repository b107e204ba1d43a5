"""Makes the answer out of the arithmetic: plain values, with the names as they are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.cell_address import Cell
from lenet_tui.explain.engine.op_rule import whole
from lenet_tui.explain.engine.proof import Proof, prove
from lenet_tui.explain.engine.receptive_field import Fields
from lenet_tui.explain.engine.terms import Block, Note, Work, gather
from lenet_tui.explain.explanation import Explain, Explanation, Operand, Term
from lenet_tui.text.numbers import shape_text

Naming = Callable[[str, Tensor | None], str]
"""What an operand is called for the person who asks, from its name there and the tensor."""
Shape = tuple[int, ...]
Region = tuple[str, tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A cell of a ``tensor`` that a ``command`` asks about."""

    command: Explain
    cell: Cell
    tensor: Tensor

    @property
    def value(self) -> float:
        """The number itself."""
        return given(self.tensor, self.cell.index)


def as_called(name: str, tensor: Tensor | None) -> str:
    """The name as it is."""
    return name


def given(tensor: Tensor, index: tuple[int, ...]) -> float:
    """The element of ``tensor`` at ``index``."""
    return float(gather(tensor, np.asarray([index], np.int64).reshape(1, -1))[0])


def explanation(question: Question, work: Work, naming: Naming, fields: Fields) -> Explanation:
    """``work`` as the answer to a question."""
    terms, left = _terms(work, naming, question.command.most)
    answer = _answer(question, work, prove(work, question.value), _regions(work, naming, fields))
    return replace(answer, terms=terms, left=left[0], left_sum=left[1])


def untouched(question: Question, op: str, note: Note, fields: Fields) -> Explanation:
    """A number that no arithmetic made: it was drawn, or given."""
    work = Work(op, "", "", [], [note])
    proof = Proof(question.value, 0.0, 0.0, True)
    return _answer(question, work, proof, _regions(work, as_called, fields))


def without_arithmetic(question: Question, op: str, operands: dict[str, Shape]) -> Explanation:
    """A number of an op that is not known here: its operands are shown, nothing is proved."""
    inside = ", ".join(f"{name} {shape_text(shape)}" for name, shape in operands.items())
    work = Work(op, "", f"{op}({inside})", [], [("no-arithmetic", (op,))])
    fields = {name: whole(shape) for name, shape in operands.items()}
    proof = Proof(math.nan, math.nan, math.nan, False)
    return _answer(question, work, proof, _regions(work, as_called, fields))


def _answer(
    question: Question, work: Work, proof: Proof, regions: tuple[Region, ...]
) -> Explanation:
    value, tensor = question.value, question.tensor.detach()
    size = tensor if tensor.dtype == torch.bool else tensor.abs()
    return Explanation(
        cell=str(question.cell),
        value=value,
        op=work.op,
        formula=_formula(question.cell, work),
        terms=(),
        sum=proof.sum,
        ulp=proof.ulp,
        bound=proof.bound,
        checked=proof.checked,
        rank=1 + int((size > abs(value)).sum()),
        size=size.numel(),
        notes=tuple(work.notes),
        fields=regions,
    )


def _formula(cell: Cell, work: Work) -> str:
    if not work.right:
        return ""
    letters = f"[{work.letters}]" if work.letters else ""
    return f"{work.left or cell.name}{letters} = {work.right}"


def _terms(
    work: Work, naming: Naming, most: int | None
) -> tuple[tuple[Term, ...], tuple[int, float]]:
    """All terms in order; or the ``most`` largest, and how many are left with their sum."""
    count = sum(len(b.result.value) for b in work.blocks)
    if most is None or count <= most:
        return tuple(t for b in work.blocks for t in _block_terms(b, naming)), (0, 0.0)
    values = np.concatenate([b.result.value for b in work.blocks])
    order = np.argsort(-np.abs(values), kind="stable")
    starts = np.cumsum([0, *(len(b.result.value) for b in work.blocks)])
    terms = []
    for place in order[:most]:
        number = int(np.searchsorted(starts, place, side="right")) - 1
        at = int(place - starts[number])
        terms += _block_terms(work.blocks[number], naming, slice(at, at + 1))
    rest = values[order[most:]]
    total = math.fsum(rest.tolist()) if np.isfinite(rest).all() else float(rest.sum())
    return tuple(terms), (len(rest), total)


def _block_terms(block: Block, naming: Naming, part: slice = slice(None)) -> list[Term]:
    """The terms of a block as plain values."""
    columns = [
        _operands(naming(c.tensor, c.of), c.indices[part], c.values[part]) for c in block.columns
    ]
    values = block.result.value[part].tolist()
    operands = list(zip(*columns, strict=True)) if columns else [()] * len(values)
    return [Term(o, v) for o, v in zip(operands, values, strict=True)]


def _operands(
    tensor: str, indices: npt.NDArray[np.int64], values: npt.NDArray[np.float64]
) -> list[Operand]:
    return [
        Operand(tensor, tuple(index), value)
        for index, value in zip(indices.tolist(), values.tolist(), strict=True)
    ]


def _regions(work: Work, naming: Naming, fields: Fields) -> tuple[Region, ...]:
    """What is worth lighting: the operands' own regions, then ``fields``."""
    regions: dict[str, Region] = {}
    for block in work.blocks:
        for column in block.columns:
            if column.indices.size:
                name = naming(column.tensor, column.of)
                low, high = column.indices.min(0), column.indices.max(0)
                if name in regions:
                    low = np.minimum(low, regions[name][1])
                    high = np.maximum(high, regions[name][2])
                regions[name] = (name, tuple(low.tolist()), tuple(high.tolist()))
    for name, box in fields.items():
        if name not in regions:
            regions[name] = (name, tuple(a for a, _ in box), tuple(b for _, b in box))
    return tuple(regions.values())
