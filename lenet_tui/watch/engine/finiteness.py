"""Where numbers stop being finite: the watchpoint that is always on."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from lenet_tui.protocol.phases import Phase
from lenet_tui.tape.engine.entries import Entry, OpEntry
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.text import numbers
from lenet_tui.text.notice import Notice, notice
from lenet_tui.training.engine.trainer import Trainer

NONFINITE = 0
"""The number of this watchpoint."""


def cursors(
    tape: Tape, after: Cursor | None, until: Cursor
) -> Iterator[tuple[Cursor, Entry, Phase]]:
    """Each cursor position with the entry it passes, after one and until another."""
    for number, segment in enumerate(tape.segments[: until.segment + 1]):
        begun = tape.done(after, number) if after else 0
        for done in range(begun + 1, tape.done(until, number) + 1):
            cursor = Cursor(number, None if done == segment.total else done)
            yield cursor, segment.entries[done - 1], segment.phase


def culprit(
    tape: Tape, after: Cursor | None, until: Cursor, names: dict[int, str]
) -> tuple[Cursor, Notice] | None:
    """The first entry that made a NaN or infinity out of finite numbers, and the notice of it.

    ``names``: of the parameters by ``id``; an op's operand may have been updated since. A backward
    node reads more than it is given: where NaN came into the forward from outside, that is said.
    """
    entered: tuple[Cursor, Notice] | None = None
    whole = after is None or tape.index(after) == 0
    for cursor, entry, _ in cursors(tape, after, until):
        made = [t for t in entry.tensors() if t is not None and not finite(t)]
        if not made:
            continue
        operands = entry.operands()
        given = [tape.value(cursor, names[id(t)]) if id(t) in names else t for t in operands]
        if not isinstance(entry, OpEntry) and entered:
            return entered
        if all(finite(t) for t in given) and not _infinite_by_request(entry):
            return cursor, _non_finite_notice(entry, made[0], given)
        foreign = (t for t in operands if id(t) not in names)
        if whole and entered is None and any(map(_has_nan, foreign)):
            entered = cursor, notice("watch:given-nan", name=entry.name, op=entry.op)
    return entered


def _infinite_by_request(entry: Entry) -> bool:
    """Whether an op was given an infinite number to fill in, as for an attention mask."""
    if not isinstance(entry, OpEntry):
        return False
    given = (*entry.args, *entry.kwargs.values())
    return any(isinstance(number, float) and math.isinf(number) for number in given)


def finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _has_nan(tensor: Tensor) -> bool:
    return tensor.is_floating_point() and bool(tensor.isnan().any())


def _non_finite_notice(entry: Entry, made: Tensor, given: list[Tensor]) -> Notice:
    bad = made.detach()[~torch.isfinite(made)]
    operands = tuple(map(_operand, (t for t in given if t.numel())))
    return notice(
        "watch:non-finite",
        name=entry.name, op=entry.op, first=numbers.number(bad[0].item()), bad=len(bad),
        total=made.numel(), operands=operands,
    )  # fmt: skip


def _operand(tensor: Tensor) -> Notice:
    low, high = (numbers.number(end.item()) for end in (tensor.min(), tensor.max()))
    return notice("watch:operand", shape=numbers.shape_text(tensor.shape), low=low, high=high)


def all_finite(trainer: Trainer) -> bool:
    """Whether the loss and every parameter are finite; cheap, for each iteration of a run.

    Sums of squares come first; where one overflows, each number is tested.
    """
    if not finite_loss(trainer):
        return False
    if flat := trainer.flat():
        with np.errstate(over="ignore", invalid="ignore"):
            return all(math.isfinite(np.dot(n, n)) or bool(np.isfinite(n).all()) for n in flat)
    values = [p for p in trainer.parameters.values() if p.layout is torch.strided]
    if not values:
        return True
    norms = torch.stack(torch._foreach_norm([p.detach() for p in values]))
    return bool(torch.isfinite(norms).all()) or all(finite(p) for p in values)


def finite_loss(trainer: Trainer) -> bool:
    """Whether the last loss is finite, or there is none."""
    return trainer.last_loss is None or math.isfinite(trainer.last_loss)


def finite_at(tape: Tape, cursor: Cursor) -> bool:
    """Whether the last loss and every parameter are finite at a cursor."""
    loss = tape.loss(cursor)
    known = loss is None or math.isfinite(loss)
    return known and all(finite(value) for _, value, _ in tape.state(cursor))
