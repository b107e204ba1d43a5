"""Watchpoints: the value of a quantity at a cursor, and where it becomes true."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Sequence

import torch
from torch import Tensor

from lenet_tui.evaluation.engine import held_out
from lenet_tui.protocol.condition import ACCURACY, BARE, Watch
from lenet_tui.protocol.evaluation import Evaluation, Evaluations
from lenet_tui.protocol.options import OWN
from lenet_tui.protocol.phases import LOSS, UPDATE, Phase
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.entries import Entry
from lenet_tui.tape.engine.names import find
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.text.notice import Notice, notice
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.watch.engine.finiteness import (
    NONFINITE,
    all_finite,
    culprit,
    cursors,
    finite_loss,
)

LISTED = 6
"""Names that are offered in the place of one that there is none of."""
Truth = dict[int, bool | None]
"""Which watchpoints hold, by their numbers; ``None``: it is not known."""


def value(tape: Tape, cursor: Cursor, watch: Watch) -> float | None:
    """The quantity at the cursor; ``None`` where it is not known there."""
    if watch.quantity == "loss":
        return tape.loss(cursor)
    if watch.quantity == "iteration":
        return float(tape.iteration)
    if watch.quantity == ACCURACY:
        return _accuracy(tape.evaluation(cursor))
    if watch.quantity == "ratio":
        change, before = find(tape, cursor, f"{watch.of}.update"), tape.update(cursor, watch.of)
        if change.tensor is None or before is None:
            return None
        size = statistic("norm", before.before)
        return statistic("norm", change.tensor) / size if size else math.inf
    found = find(tape, cursor, watch.of)
    return None if found.tensor is None else statistic(watch.quantity, found.tensor)


def _accuracy(evaluation: Evaluation | None) -> float | None:
    return None if evaluation is None else evaluation.accuracy


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


def states(
    tape: Tape, cursor: Cursor, watches: dict[int, Watch]
) -> tuple[tuple[int, str, float | None, bool], ...]:
    """Each watchpoint's number and text, its quantity at the cursor, and whether it holds."""
    found = []
    for number, watch in watches.items():
        now = value(tape, cursor, watch)
        found.append((number, str(watch), now, now is not None and watch.holds(now)))
    return tuple(found)


def check(watch: Watch, trainer: Trainer, ops: Sequence[str]) -> None:
    """Raise ``MoveRejected`` for what is unknown here. ``ops``: the names of the forward's ops."""
    if watch.quantity == ACCURACY and not held_out.count(trainer):
        raise MoveRejected("evaluation:nothing-to-watch")
    if not watch.of:
        return
    stem, _, aspect = watch.of.rpartition(".")
    names = {*ops, "input", "output", "loss", *trainer.parameters}
    of_parameter = stem in trainer.parameters and aspect in ("grad", "update")
    known = watch.of in names or of_parameter or (aspect == "grad" and stem in names)
    if watch.quantity == "ratio":
        known = watch.of in trainer.parameters
        names = set(trainer.parameters)
    given = watch.of.replace("[", ".").partition(".")[0] in ("input", "output", "target")
    if not known and not given and (ops or trainer.options.preset != OWN):
        raise MoveRejected("watch:no-tensor", name=watch.of, allowed=nearest(watch.of, names))


def nearest(name: str, names: Collection[str]) -> str:
    """The names like a mistyped one, else the first; a model has more than a line holds."""
    like = difflib.get_close_matches(name, names, n=LISTED)
    shown = like or sorted(names)[:LISTED]
    return ", ".join(shown) + (", …" if len(names) > len(shown) else "")


def fast(watch: Watch, trainer: Trainer) -> bool:
    """Whether the quantity can be read from the live state, with no tape."""
    name = watch.of.removesuffix(".grad")
    return watch.quantity in BARE or (
        watch.quantity in ("norm", "min", "max", "mean") and name in trainer.parameters
    )


def _live_value(trainer: Trainer, iteration: int, watch: Watch, known: Evaluations) -> float | None:
    """The quantity of a ``fast`` watchpoint at the end of an iteration."""
    if watch.quantity == "loss":
        return trainer.last_loss
    if watch.quantity == "iteration":
        return float(iteration)
    if watch.quantity == ACCURACY:
        return _accuracy(known.last(iteration))
    p = trainer.parameters[watch.of.removesuffix(".grad")]
    tensor = p.grad if watch.of.endswith(".grad") else p
    return None if tensor is None else statistic(watch.quantity, tensor)


def live_truth(
    trainer: Trainer,
    iteration: int,
    watches: dict[int, Watch],
    before: Truth,
    known: Evaluations,
    *,
    look: bool = True,
) -> Truth:
    """Which ``fast`` watchpoints hold at an iteration's end; without a value, as ``before``.

    ``look``: at every parameter, whether it is finite; else at the loss alone.
    """
    broken = not (all_finite(trainer) if look else finite_loss(trainer))
    truth = before | {NONFINITE: broken or (not look and before.get(NONFINITE, False))}
    for number, watch in watches.items():
        value = _live_value(trainer, iteration, watch, known)
        if value is not None:
            truth[number] = watch.holds(value)
    return truth


def touches(entry: Entry, phase: Phase, watch: Watch, first: bool) -> bool:
    """Whether passing an entry can change the quantity."""
    if watch.quantity == "loss":
        return phase is LOSS
    if watch.quantity == "iteration":
        return first
    if watch.quantity == ACCURACY:
        return phase is UPDATE or phase.own
    if watch.quantity == "ratio" or watch.of.endswith((".update", ".new")):
        return "update" in entry.changes
    return ("grad" if watch.of.endswith(".grad") else "value") in entry.changes


def turns(
    tape: Tape,
    after: Cursor | None,
    until: Cursor,
    watches: dict[int, Watch],
    truth: Truth,
    *,
    names: dict[int, str],
) -> Iterator[tuple[Cursor, int, Notice]]:
    """Each place where a watchpoint turns true, with its number and the notice of it, in order.

    ``truth`` is changed as the places are passed. ``names``: as for ``culprit``.
    """
    bad = culprit(tape, after, until, names)
    first = after is None or tape.index(after) == 0
    for cursor, entry, phase in cursors(tape, after, until):
        turned = [(NONFINITE, bad[1])] if bad and bad[0] == cursor else []
        for number, watch in watches.items():
            now = value(tape, cursor, watch) if touches(entry, phase, watch, first) else None
            if now is None:
                continue
            if watch.holds(now) and truth[number] is False:
                text = notice("watch:true", number=number, watch=str(watch), value=f"{now:.6g}")
                turned.append((number, text))
            truth[number] = watch.holds(now)
        yield from ((cursor, *turn) for turn in turned)
        first = False
