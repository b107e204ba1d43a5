"""Watchpoints: the value of a quantity at a cursor, and where it becomes true."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.phases import LOSS, Phase
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.names import find
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.text.notice import Notice, notice
from lenet_tui.training.engine.trainer import Trainer

NONFINITE = 0
"""The number of the watchpoint that is always on: any NaN or infinity."""


def value(tape: Tape, cursor: Cursor, watch: Watch) -> float | None:
    """The quantity at the cursor; ``None`` where it is not known there."""
    if watch.quantity == "loss":
        return tape.loss(cursor)
    if watch.quantity == "iteration":
        return float(tape.iteration)
    if watch.quantity == "ratio":
        change, before = find(tape, cursor, f"{watch.of}.update"), tape.update(cursor, watch.of)
        if change.tensor is None or before is None:
            return None
        size = statistic("norm", before.before)
        return statistic("norm", change.tensor) / size if size else math.inf
    found = find(tape, cursor, watch.of)
    return None if found.tensor is None else statistic(watch.quantity, found.tensor)


def statistic(quantity: str, tensor: Tensor) -> float:
    """``norm``, ``min``, ``max``, ``mean`` of a tensor, or its share of zeros (``inactive``)."""
    flat = tensor.detach().reshape(-1)
    if quantity == "norm":
        return float(torch.linalg.vector_norm(flat, dtype=torch.float64))
    if quantity == "min":
        return float(flat.min())
    if quantity == "max":
        return float(flat.max())
    if quantity == "inactive":
        return float((flat == 0).sum()) / flat.numel()
    return float(flat.to(torch.float64).mean())


def check(watch: Watch, trainer: Trainer, ops: Sequence[str]) -> None:
    """Refuse a watchpoint on a tensor that is not there. ``ops``: the names of the forward's."""
    if not watch.of:
        return
    stem, _, aspect = watch.of.rpartition(".")
    names = {*ops, "input", "output", "loss", *trainer.parameters}
    of_parameter = stem in trainer.parameters and aspect in ("grad", "update")
    known = watch.of in names or of_parameter or (aspect == "grad" and stem in names)
    if watch.quantity == "ratio":
        known = watch.of in trainer.parameters
        names = set(trainer.parameters)
    if not known:
        raise MoveRejected("watch:no-tensor", name=watch.of, allowed=", ".join(sorted(names)))


def fast(watch: Watch, trainer: Trainer) -> bool:
    """Whether the quantity can be read from the live state, with no tape."""
    name = watch.of.removesuffix(".grad")
    return watch.quantity in ("loss", "iteration") or (
        watch.quantity in ("norm", "min", "max", "mean") and name in trainer.parameters
    )


def live_value(trainer: Trainer, iteration: int, watch: Watch) -> float | None:
    """The quantity of a ``fast`` watchpoint at the end of an iteration."""
    if watch.quantity == "loss":
        return trainer.last_loss
    if watch.quantity == "iteration":
        return float(iteration)
    p = trainer.parameters[watch.of.removesuffix(".grad")]
    tensor = p.grad if watch.of.endswith(".grad") else p
    return None if tensor is None else statistic(watch.quantity, tensor)


def touches(entry: Entry, phase: Phase, watch: Watch, first: bool) -> bool:
    """Whether passing an entry can change the quantity."""
    if watch.quantity == "loss":
        return phase is LOSS
    if watch.quantity == "iteration":
        return first
    if watch.quantity == "ratio" or watch.of.endswith((".update", ".new")):
        return "update" in entry.changes
    return ("grad" if watch.of.endswith(".grad") else "value") in entry.changes


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
    """The first entry that made a NaN or infinity out of finite numbers, and what went in.

    ``names``: of the parameters by ``id``; an op's operand may have been updated since.
    """
    for cursor, entry, _ in cursors(tape, after, until):
        made = [t for t in entry.tensors() if t is not None and not finite(t)]
        if not made:
            continue
        operands = entry.operands()
        given = [tape.value(cursor, names[id(t)]) if id(t) in names else t for t in operands]
        if all(finite(t) for t in given):
            return cursor, _found(entry, made[0], given)
    return None


def finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())


def _found(entry: Entry, made: Tensor, given: list[Tensor]) -> Notice:
    flat = made.detach().reshape(-1)
    bad = int((~torch.isfinite(flat)).sum())
    first = flat[~torch.isfinite(flat)][0].item()
    operands = tuple(
        notice(
            "watch:operand",
            shape=str(tuple(t.shape)),
            low=f"{t.min().item():.4g}",
            high=f"{t.max().item():.4g}",
        )
        for t in given
        if t.numel()
    )
    return notice(
        "watch:non-finite",
        name=entry.name,
        op=entry.op,
        first=first,
        bad=bad,
        total=flat.numel(),
        operands=operands,
    )


def turned_true(number: int, watch: Watch, value: float) -> Notice:
    """That a watchpoint became true, and by which value."""
    return notice("watch:true", number=number, watch=str(watch), value=f"{value:.6g}")


def all_finite(trainer: Trainer) -> bool:
    """Whether the loss and every parameter are finite; cheap, for each iteration of a run.

    Sums of squares first; where one overflows, each number is looked at.
    """
    loss = trainer.last_loss
    if loss is not None and not math.isfinite(loss):
        return False
    if flat := trainer.flat():
        with np.errstate(over="ignore", invalid="ignore"):
            return all(_square_sum_finite(numbers) for numbers in flat)
    values = list(trainer.parameters.values())
    norms = torch.stack(torch._foreach_norm([p.detach() for p in values]))
    return bool(torch.isfinite(norms).all()) or all(finite(p) for p in values)


def _square_sum_finite(numbers: npt.NDArray[np.float32]) -> bool:
    return math.isfinite(np.dot(numbers, numbers)) or bool(np.isfinite(numbers).all())


def finite_at(tape: Tape, cursor: Cursor) -> bool:
    """Whether the last loss and every parameter are finite at a cursor."""
    loss = tape.loss(cursor)
    known = loss is None or math.isfinite(loss)
    return known and all(finite(value) for _, value, _ in tape.state(cursor))
