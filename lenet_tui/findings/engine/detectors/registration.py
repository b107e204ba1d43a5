"""Which parameters are registered, and which optimizer holds them."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

from lenet_tui.findings.engine.defined_at import defined_at, made_at
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import NOTE, Finding
from lenet_tui.protocol.phases import BACKWARD, UPDATE
from lenet_tui.tape.engine.entries import NodeEntry, UpdateEntry
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.training.engine.trainer import Trainer

ACCUMULATES = "AccumulateGrad"
TWICE = 2
"""Iterations that tell a copy that is fed from one that is stale."""


class RegistrationDetector(Detector):
    """Compares what takes part with ``named_parameters()`` and with the optimizers' groups."""

    def __init__(self) -> None:
        self._missing: dict[str, float] = {}
        self._made_late: dict[str, Tensor] = {}
        self._by_hand: set[str] = set()
        self._took_part: set[int] = set()
        self._norms: dict[int, set[float]] = {}
        """Of what takes part in no call, the norms of the gradients that it was stepped with."""
        self._looks = 0
        self._moved = False
        """Whether an iteration has moved a parameter of a module."""
        self._optimizers: list[torch.optim.Optimizer] | None = None
        self._trainer: Trainer | None = None
        self._whole = False
        """Whether an iteration came to its end, so that all that takes part has done so."""
        self._where: dict[str, tuple[str, str]] = {}

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._trainer, self._looks = iteration.trainer, self._looks + 1
        self._whole = self._whole or iteration.error is None
        self._optimizers = iteration.optimizers
        held = held_by(iteration.optimizers)
        self._took_part |= took_part(iteration)
        for _, entry in iteration.entries(UPDATE.name):
            if getattr(entry, "optimizer", "") == BY_HAND:
                self._by_hand.add(entry.name)
        self._note_gradients(iteration)
        for _, entry in leaves(iteration):
            tensor = entry.node.variable  # type: ignore[attr-defined]
            self._took_part.add(id(tensor))
            if held is None or id(tensor) in held:
                continue
            name = entry.parameter or self._late(iteration, tensor)
            if name:
                self._missing.setdefault(name, _norm(entry.received))
        return ()

    def _note_gradients(self, iteration: Iteration) -> None:
        own = members(iteration.trainer) | self._took_part
        given = {
            id(iteration.trainer.parameters[e.name]): e.grad
            for _, e in iteration.entries(UPDATE.name)
            if isinstance(e, UpdateEntry) and e.name in iteration.trainer.parameters
        }
        for optimizer in iteration.optimizers or ():
            for tensor in (p for group in optimizer.param_groups for p in group["params"]):
                gradient = given.get(id(tensor), tensor.grad)
                if id(tensor) not in own and gradient is not None:
                    self._norms.setdefault(id(tensor), set()).add(_norm((gradient,)))
        if self._norms and not self._moved:
            mine = members(iteration.trainer)
            names = (n for n, p in iteration.trainer.parameters.items() if id(p) in mine)
            pairs = ((iteration.before[n], iteration.after[n]) for n in names)
            self._moved = any(one is not two and not one.equal(two) for one, two in pairs)

    def _fed(self, tensor: Tensor) -> bool:
        """Whether each step has had another gradient for it, which somebody has put there, and the
        model moves: it is a copy of more digits, or of several parameters in a row.
        """
        return self._moved and len(self._norms.get(id(tensor), set()) - {0.0}) > 1

    def _late(self, iteration: Iteration, tensor: Tensor) -> str:
        """What a parameter is called that a module got meanwhile; empty: it has none.

        One that is made anew in each iteration is no layer that is left out of the optimizer.
        """
        name = made_late(iteration).get(id(tensor), "")
        if name and self._made_late.setdefault(name, tensor) is not tensor:
            self._missing.pop(name, None)
            return ""
        return name

    def undecided(self) -> bool:
        """A second one shows whether copies are fed anew, and what is made anew."""
        return self._looks < TWICE and bool(self._norms or self._made_late)

    def end(self) -> Iterable[Finding]:
        trainer, optimizers = self._trainer, self._optimizers
        if trainer is None or not optimizers:
            return
        missing = {n: norm for n, norm in self._missing.items() if n not in self._by_hand}
        held = held_by(optimizers) or set()
        trained_roots = {_root(trainer, n) for i, n in trainer.names.items() if i in held}
        moves_none = held.isdisjoint(self._took_part)  # then no model is trained besides
        sets = [frozenset(held_by([optimizer]) or ()) for optimizer in optimizers]
        twice = len(set(sets)) < len(sets)  # one of them was meant for another model
        for root in sorted({_root(trainer, name) for name in missing}):
            names = [name for name in missing if _root(trainer, name) == root]
            yield Finding(
                "param-not-in-optimizer", UPDATE.name, names[0], self._made(optimizers[0]),
                {"parameters": names, "count": len(names), "norm": max(missing[n] for n in names),
                 "held": len(held)},
                "" if root in trained_roots or moves_none or twice else NOTE,
            )  # fmt: skip
        if self._whole:
            yield from self._stale(trainer, optimizers, held)

    def _made(self, optimizer: torch.optim.Optimizer) -> str:
        """The line where a file makes an optimizer."""
        assert self._trainer is not None
        names = self._trainer.file.names.items()
        name = next((n for n, v in names if v is optimizer), "optimizer")
        kind = type(optimizer).__name__
        return defined_at(self._trainer, name) or made_at(self._trainer, kind)

    def _stale(
        self, trainer: Trainer, optimizers: list[torch.optim.Optimizer], held: set[int]
    ) -> Iterable[Finding]:
        """Tensors of an optimizer that no model has and no call was given."""
        own = members(trainer)
        for optimizer in optimizers:
            strangers = [
                p
                for group in optimizer.param_groups
                for p in group["params"]
                if id(p) not in own and id(p) not in self._took_part and not self._fed(p)
            ]
            if not strangers:
                continue
            shapes = {tuple(p.shape) for p in strangers}
            instead = [
                name
                for name, p in trainer.parameters.items()
                if id(p) not in held and tuple(p.shape) in shapes and p.requires_grad
            ]
            where = instead[0] if instead else ""
            yield Finding(
                "optimizer-stale", UPDATE.name, where, self._made(optimizer),
                {"count": len(strangers), "shapes": [list(p.shape) for p in strangers],
                 "optimizer": type(optimizer).__name__, "instead": instead},
            )  # fmt: skip


def held_by(optimizers: list[torch.optim.Optimizer] | None) -> set[int] | None:
    """The ``id`` of each tensor in a group; ``None``: the app's own optimizer has them all."""
    if optimizers is None:
        return None
    return {id(p) for o in optimizers for group in o.param_groups for p in group["params"]}


def members(trainer: Trainer) -> set[int]:
    """The ``id`` of each parameter that a module has."""
    own = (module._parameters for _, module in trainer.modules())
    return {id(p) for parameters in own if parameters for p in parameters.values()}


def made_late(iteration: Iteration) -> dict[int, str]:
    """The names, by their ``id``, of parameters that modules have got since they were looked
    through: a layer that its first forward has made.
    """
    return iteration.once(_made_late)


def _made_late(iteration: Iteration) -> dict[int, str]:
    trainer = iteration.trainer
    named = [(path, module._parameters) for path, module in trainer.modules()]
    return {
        id(p): f"{path}.{name}".lstrip(".")
        for path, own in named
        for name, p in (own or {}).items()
        if p is not None and id(p) not in trainer.names
    }


def took_part(iteration: Iteration) -> set[int]:
    """The ``id`` of each tensor that a call was given."""
    return iteration.once(_took_part)


def _took_part(iteration: Iteration) -> set[int]:
    return {id(t) for call in iteration.calls for t, _ in call.read}


def leaves(iteration: Iteration) -> list[tuple[TapeSegment, NodeEntry]]:
    """The nodes that give a leaf its gradient, each with the backward that it is of."""
    return iteration.once(_leaves)


def _leaves(iteration: Iteration) -> list[tuple[TapeSegment, NodeEntry]]:
    backwards = [s for s in iteration.tape.segments if s.phase is BACKWARD]
    return [(s, entry) for s in backwards for entry in s.nodes if entry.op == ACCUMULATES]


def giver(iteration: Iteration, segment: TapeSegment, leaf: NodeEntry) -> NodeEntry | None:
    """The node that hands a leaf its gradient in a backward."""
    return iteration.once(_givers)[id(segment)].get(leaf.node)


def _givers(iteration: Iteration) -> dict[int, dict[Node, NodeEntry]]:
    return {
        id(s): {n: e for e in s.nodes for n, _ in e.following if n is not None}
        for s in iteration.tape.segments
        if s.phase is BACKWARD
    }


def _root(trainer: Trainer, name: str) -> str:
    """The model that a parameter is of, where a step works with several."""
    first = name.partition(".")[0]
    if trainer.objects is not None and first in trainer.objects.modules:
        return first
    return first if isinstance(trainer.model, nn.ModuleDict) else ""


def _norm(received: tuple[Tensor | None, ...]) -> float:
    several = [t for t in received if t is not None]
    return float(several[0].detach().to_dense().float().norm()) if several else 0.0
