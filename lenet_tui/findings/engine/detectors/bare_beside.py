"""Tensors beside a model that gather gradients which nobody reads, clears or follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.findings.engine.defined_at import defined_at
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.registration import giver, held_by, leaves
from lenet_tui.findings.engine.detectors.unregistered import ops_by_name
from lenet_tui.findings.engine.holders import holdings
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import WARNING, Finding
from lenet_tui.protocol.phases import UPDATE
from lenet_tui.tape.engine.entries import NodeEntry
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.training.engine.trainer import Trainer

CERTAIN = 2
"""How often its gradient must have been added to the one before."""


@dataclass(slots=True)
class _Seen:
    tensor: Tensor
    value: Tensor
    grad: Tensor
    phase: str = UPDATE.name
    where: str = ""
    line: str = ""
    """Where it is read."""
    added: int = 0
    norm: float = 0.0


class BareBeside(Detector):
    """Follows tensors that no module and no optimizer has, beside others that are trained.

    Who reads such a gradient clears it too: one that grows from step to step is read by nobody.
    Inputs that a gradient is asked for are given to a module, or ``autograd.grad`` is asked.
    """

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}
        self._cleared: set[int] = set()
        self._trainer: Trainer | None = None
        self._iterations = 0

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        held = held_by(iteration.optimizers)
        if held is None or not iteration.stepped or iteration.error is not None:
            self._seen.clear()
            return ()
        self._trainer, self._iterations = iteration.trainer, self._iterations + 1
        now: dict[int, tuple[Tensor, Tensor, NodeEntry | None]] = {}
        for segment, entry in leaves(iteration):
            tensor = entry.node.variable  # type: ignore[attr-defined]
            known = entry.parameter or id(tensor) in iteration.trainer.names or id(tensor) in held
            if known or isinstance(tensor, nn.Parameter):
                continue
            if id(tensor) in iteration.once(_inputs):
                continue
            received = next((t for t in entry.received if t is not None), None)
            if received is not None:
                before = now.get(id(tensor))
                reader = giver(iteration, segment, entry)
                added = received if before is None else before[1] + received
                now[id(tensor)] = tensor, added, reader
        for at in list(self._seen.keys() - now.keys()):
            del self._seen[at]
        for at, (tensor, received, reader) in now.items():
            self._follow(at, tensor, received.detach())
            if at in self._seen and reader is not None:
                op = iteration.once(ops_by_name).get(reader.name)
                self._seen[at].where, self._seen[at].line = reader.name, iteration.line(op)
                self._seen[at].phase = iteration.phase_of(op)
        return ()

    def _follow(self, at: int, tensor: Tensor, received: Tensor) -> None:
        grad, seen = tensor.grad, self._seen.get(at)
        if grad is None or at in self._cleared or grad.is_sparse or not bool(received.any()):
            self._seen.pop(at, None)
            self._cleared.add(at)
            return
        value = tensor.detach()
        if seen is None:
            if self._iterations > 1:
                return  # it was made on the way
            self._seen[at] = _Seen(tensor, value.clone(), grad.detach().clone())
            return
        adds = torch.allclose(grad, seen.grad + received) and not torch.allclose(grad, received)
        if not adds or not value.equal(seen.value):
            self._seen.pop(at, None)
            self._cleared.add(at)
            return
        seen.added, seen.norm = seen.added + 1, float(grad.norm())
        seen.grad = grad.detach().clone()

    def undecided(self) -> bool:
        return bool(self._seen)

    def end(self) -> Iterable[Finding]:
        trainer = self._trainer
        if trainer is None or not any(s.added >= CERTAIN for s in self._seen.values()):
            return
        names: dict[int, tuple[str, str]] = {}
        """Of each tensor what holds it, and what it is called in it."""
        own: set[int] = set()  # of modules: that they are not registered is said elsewhere
        for holding in holdings(trainer):
            holder = holding.name.partition(".")[0]
            for way, t in holding.tensors():
                if holding.of_module:
                    own.add(id(t))
                else:
                    names[id(t)] = holder, f"{holding.name}{way}"
        seen = [s for at, s in self._seen.items() if s.added >= CERTAIN and at not in own]
        certain = [*reversed(seen)]  # in the order in which they are read
        holders = [names.get(id(s.tensor), ("", ""))[0] for s in certain]
        for holder in dict.fromkeys(holders):
            some = [s for s, each in zip(certain, holders, strict=True) if each == holder]
            for together in [some] if holder else [[s] for s in some]:
                yield _finding(
                    trainer, together, holder, [names.get(id(s.tensor)) for s in together]
                )


def _finding(
    trainer: Trainer, seen: list[_Seen], holder: str, named: list[tuple[str, str] | None]
) -> Finding:
    """Of what one name holds, or of one tensor without a name."""
    names = [both[1] for both in named if both is not None]
    first = seen[0]
    evidence: dict[str, Any] = {
        "reason": "nameless" if not holder else "bare" if len(names) == 1 else "bare_several",
        "parameters": names, "shape": [*first.tensor.shape], "norm": max(s.norm for s in seen),
        "iterations": min(s.added for s in seen) + 1,
    }  # fmt: skip
    if len(names) > 1:
        del evidence["shape"]
        evidence |= {"held_by": holder, "count": len(names)}
        evidence["shapes"] = [[*s.tensor.shape] for s in seen]
    line = defined_at(trainer, holder) or first.line
    where, phase = (names[0], UPDATE.name) if names else (first.where, first.phase)
    return Finding("param-not-in-optimizer", phase, where, line, evidence, WARNING)


def _inputs(iteration: Iteration) -> set[int]:
    return _given_to_modules(iteration) | _asked_for(iteration)


def _given_to_modules(iteration: Iteration) -> set[int]:
    return {id(t) for call in iteration.modules for t in tensors([*call.args])}


def _asked_for(iteration: Iteration) -> set[int]:
    """What ``autograd.grad`` was asked about."""
    asked = [c.argument(1, "inputs") for c in iteration.calls if c.name == "grad"]
    return {id(t) for given in asked for t in tensors([given])}
