"""Makes the answer out of the arithmetic: plain values, under names that can be asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.cell_address import Cell
from lenet_tui.explain.engine.links import union, whole
from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.receptive_field import Regions
from lenet_tui.explain.engine.recorded_pass import RecordedPass
from lenet_tui.explain.engine.terms import NoArithmetic, Note, Sum, Terms, gather, precision_of
from lenet_tui.explain.explanation import Explain, Explanation, Operand, Term
from lenet_tui.explain.proof import Proof, prove
from lenet_tui.explain.rounding import coarsest
from lenet_tui.tape.engine.backward_recorder import kind
from lenet_tui.text.numbers import shape_text

Naming = Callable[[str, Tensor | None], str]
"""Gives an operand the name that it has for the person who asks, from its own and the tensor."""
Shape = tuple[int, ...]
Region = tuple[str, tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A cell of a ``tensor``, which a ``command`` asks about."""

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


def explanation(question: Question, made: Sum, naming: Naming, regions: Regions) -> Explanation:
    """``made`` as the answer to a question; sums of complex numbers are not checked."""
    read = {naming(o.tensor, o.of): o.of for terms in made.terms for o in terms.operands}
    if question.tensor.is_complex() or any(t is not None and t.is_complex() for t in read.values()):
        operands = {name: tuple(t.shape) for name, t in read.items() if t is not None}
        return without_arithmetic(question, made.op, operands)
    terms, left = _terms(made, naming, question.command.most)
    try:
        precision = coarsest(made.precision, precision_of(question.tensor))
    except NoArithmetic as error:
        return without_arithmetic(question, str(error), {})
    results = [each.result for each in made.terms]
    proof = prove(results, question.value, made.error, precision, made.extra)
    if math.isfinite(question.value) and not math.isfinite(proof.bound):
        operands = {name: tuple(t.shape) for name, t in read.items() if t is not None}
        return without_arithmetic(question, made.op, operands)  # any number would be within it
    if made.unknown:
        made.notes.append(("partial", (", ".join(made.unknown),)))
        made.right += " + …"
        proof = replace(proof, ulp=math.nan, bound=math.nan, checked=False)
    answer = _answer(question, made, proof, regions, naming)
    return replace(answer, terms=terms, left=left[0], left_sum=left[1], precision=precision.name)


def untouched(question: Question, op: str, note: Note, regions: Regions) -> Explanation:
    """A number that no arithmetic made: it was drawn at random, or it comes from the data."""
    if question.tensor.is_complex():
        return without_arithmetic(question, op, {})
    made = Sum("", [], [note], letters="", op=op)
    proof = Proof(question.value, 0.0, 0.0, True)
    return _answer(question, made, proof, regions)


def without_arithmetic(
    question: Question, op: str, operands: dict[str, Shape], why: Note | None = None
) -> Explanation:
    """A number of an op that is not known here: its operands are shown, nothing is proved."""
    inside = ", ".join(f"{name} {shape_text(shape)}" for name, shape in operands.items())
    made = Sum(
        f"{op}({inside})",
        [],
        [("no-arithmetic", (op,)), *([why] if why else [])],
        letters="",
        op=op,
    )
    if question.tensor.is_complex():
        made.notes = [("complex", (f"{question.tensor[question.cell.index].imag.item():.6g}",))]
    regions = {name: whole(shape) for name, shape in operands.items()}
    proof = Proof(math.nan, math.nan, math.nan, False)
    return _answer(question, made, proof, regions)


def operands_of(
    question: Question,
    recorded: RecordedPass,
    call: Call | None,
    op: str,
    why: Note | None = None,
) -> Explanation:
    """No arithmetic: the operands of the op, or of those that the gradient came through."""
    calls = [call] if call else [c for c in recorded.calls if op in (c.op, _kind(c))]
    operands = {s.name: s.shape for c in calls for _, s in c.tensors()}
    if not call:
        operands |= {f"{c.name}.grad": tuple(c.entry.tensor.shape) for c in calls}
    return without_arithmetic(question, op, operands, why)


def _kind(call: Call) -> str:
    """The kind of node that an op's gradient comes through."""
    return kind(call.edge[0]) if call.edge else ""


def _answer(
    question: Question, made: Sum, proof: Proof, regions: Regions, naming: Naming = as_called
) -> Explanation:
    tensor = question.tensor.detach()
    size = tensor if tensor.dtype == torch.bool else tensor.abs()
    larger = size > size[question.cell.index]
    return Explanation(
        cell=str(question.cell),
        value=question.value,
        op=made.op,
        formula=_formula(question.cell, made),
        terms=(),
        sum=proof.sum,
        ulp=proof.ulp,
        bound=proof.bound,
        checked=proof.checked,
        rank=1 + int(larger.sum()),
        size=size.numel(),
        notes=tuple(made.notes),
        regions=_regions(made, naming, regions),
    )


def _formula(cell: Cell, made: Sum) -> str:
    if not made.right:
        return ""
    letters = f"[{made.letters}]" if made.letters else ""
    return f"{made.left or cell.name}{letters} = {made.right}"


def _terms(
    made: Sum, naming: Naming, most: int | None
) -> tuple[tuple[Term, ...], tuple[int, float]]:
    """All terms in order; or the ``most`` largest, and how many are left with their sum."""
    values = np.concatenate([np.zeros(0), *(t.result.value for t in made.terms)])
    if most is None or len(values) <= most:
        return tuple(t for terms in made.terms for t in _plain_terms(terms, naming)), (0, 0.0)
    order = np.argsort(-np.abs(values), kind="stable")
    starts = np.cumsum([0, *(len(t.result.value) for t in made.terms)])
    largest: list[Term] = []
    for place in order[:most]:
        number = int(np.searchsorted(starts, place, side="right")) - 1
        at = int(place - starts[number])
        largest += _plain_terms(made.terms[number], naming, slice(at, at + 1))
    rest = values[order[most:]]
    total = math.fsum(rest.tolist()) if np.isfinite(rest).all() else float(rest.sum())
    return tuple(largest), (len(rest), total)


def _plain_terms(terms: Terms, naming: Naming, part: slice = slice(None)) -> list[Term]:
    """Terms of one kind as plain values."""
    columns = []
    for operand in terms.operands:
        name, some = naming(operand.tensor, operand.of), operand[part]
        pairs = zip(some.indices.tolist(), some.values.tolist(), strict=True)
        columns.append([Operand(name, tuple(index), value) for index, value in pairs])
    values = terms.result.value[part].tolist()
    operands = list(zip(*columns, strict=True)) if columns else [()] * len(values)
    return [Term(o, v) for o, v in zip(operands, values, strict=True)]


def _regions(made: Sum, naming: Naming, regions: Regions) -> tuple[Region, ...]:
    """The regions worth highlighting: the operands' own, then ``regions``."""
    boxes: Regions = {}
    for terms in made.terms:
        for operand in terms.operands:
            if operand.indices.size:
                name = naming(operand.tensor, operand.of)
                low, high = operand.indices.min(0).tolist(), operand.indices.max(0).tolist()
                boxes[name] = union(boxes.get(name), tuple(zip(low, high, strict=True)))
    boxes = boxes | {name: box for name, box in regions.items() if name not in boxes}
    return tuple(
        (n, tuple(a for a, _ in box), tuple(b for _, b in box)) for n, box in boxes.items()
    )
