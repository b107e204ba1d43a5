"""Answers the request for the parameter ledger, from the tape and live torch."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.optim import Optimizer

from lenet_tui.findings.engine.detectors.registration import members
from lenet_tui.findings.engine.holders import holdings
from lenet_tui.findings.engine.nodes import edges
from lenet_tui.findings.ledger import NONE, VALUE, ZERO, Ledger, LedgerRow
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.phases import BACKWARD, LOSS
from lenet_tui.protocol.request import answers
from lenet_tui.tape.engine.in_place import storage
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.training.engine.trainer import Trainer


@answers(Ledger)
def ledger(request: Ledger, session: Session) -> tuple[LedgerRow, ...]:
    """A row for each parameter, then for each tensor that takes part and is none."""
    navigator = session.navigator
    trainer, tape, cursor = navigator.trainer, navigator.tape, navigator.cursor
    root = _root(tape, cursor)
    reached = None if root is None else dict(_leaves(root))
    groups = _groups(trainer)
    state = {name: (value, grad) for name, value, grad in tape.state(cursor)}
    shared, registered = _shared(trainer), members(trainer)
    rows = []
    for name, p in trainer.parameters.items():
        value, grad = state.get(name, (p, p.grad))
        kind, norm = _gradient(grad)
        before = tape.base.values.get(name)
        moved = before is not None and value is not before and not torch.equal(value, before)
        group = groups.get(id(p), "") if groups is not None else "0"
        path = None if reached is None else id(p) in reached
        rows.append(
            LedgerRow(
                name, tuple(p.shape), id(p) in registered, p.requires_grad, group, path, kind, norm,
                moved, shared.get(name, ""),
            )
        )  # fmt: skip
    strangers = [leaf for leaf in (reached or {}).values() if id(leaf) not in trainer.names]
    holds = _holders(trainer) if strangers else {}
    order = {at: number for number, at in enumerate(holds)}  # the graph has the last ones first
    for leaf in sorted(strangers, key=lambda leaf: order.get(id(leaf), len(order))):
        held = None if groups is None else groups.get(id(leaf), "")
        kind, norm = _gradient(leaf.grad)
        held_by = holds.get(id(leaf), "")
        rows.append(
            LedgerRow("", tuple(leaf.shape), False, True, held, True, kind, norm, held_by=held_by)
        )
    return tuple(rows)


def _root(tape: Tape, cursor: Cursor) -> Node | None:
    """Where a backward from the last loss begins, or began."""
    for segment, entries in reversed(tape.passed(cursor)):
        if segment.phase is BACKWARD and segment.root is not None and entries:
            return segment.root
        if segment.phase is LOSS and segment.output is not None and len(entries) == segment.total:
            return segment.output.node
    return None


def _leaves(root: Node) -> Iterator[tuple[int, Tensor]]:
    """The leaves that a backward from ``root`` reaches, by their ``id``."""
    for _, node in edges(root):
        leaf = getattr(node, "variable", None)
        if isinstance(leaf, Tensor):
            yield id(leaf), leaf


def _groups(trainer: Trainer) -> dict[int, str] | None:
    """Which group each tensor of an optimizer is in; ``None``: the app's own has all of them."""
    named: dict[str, Optimizer] = {}
    if trainer.options.step:
        named = dict(trainer.objects.optimizers) if trainer.objects else {}
    elif trainer.updater._own is not None:
        named = {"": trainer.updater._own}
    else:
        return None
    several = len(named) > 1
    return {
        id(p): f"{name} {number}" if several else str(number)
        for name, optimizer in named.items()
        for number, group in enumerate(optimizer.param_groups)
        for p in group["params"]
    }


def _gradient(grad: Tensor | None) -> tuple[str, float]:
    if grad is None:
        return NONE, 0.0
    values = grad.detach()
    values = values.coalesce().values() if values.is_sparse else values
    if not bool(values.count_nonzero()):
        return ZERO, 0.0
    return VALUE, float(torch.linalg.vector_norm(values.double()))


def _holders(trainer: Trainer) -> dict[int, str]:
    """Which list, dictionary or attribute each tensor is in that no module has registered."""
    found: dict[int, str] = {}
    for holding in holdings(trainer):  # those of modules come first
        for way, tensor in holding.tensors():
            found.setdefault(id(tensor), f"{holding.name}{way}")
    return found


def _shared(trainer: Trainer) -> dict[str, str]:
    """Of each parameter another name, or another parameter, with the same storage."""
    places: dict[int, list[str]] = {}
    names = list(trainer.model.named_parameters(remove_duplicate=False))
    for name, p in dict([*names, *trainer.parameters.items()]).items():
        place = storage(p)
        if place:
            places.setdefault(place, []).append(name)
    return {
        name: next(other for other in several if other != name)
        for several in places.values()
        if len(several) > 1
        for name in several
    }
