"""Parameters that take part and are in no ``named_parameters()``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.autograd.graph import Node

from lenet_tui.findings.engine.calls import node_of
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.raised import failed_call
from lenet_tui.findings.engine.detectors.registration import giver, held_by, leaves, members
from lenet_tui.findings.engine.holders import holdings
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.unfinished import unfinished_edges
from lenet_tui.findings.finding import WARNING, Finding
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.training.engine.trainer import Trainer


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A leaf that no module has. ``trained``: whether an optimizer holds it."""

    tensor: Tensor
    trained: bool
    phase: str
    where: str
    line: str
    iteration: int = 0
    """In which it was seen first."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What holds strangers: its name, its type, and each of them with the way to it.

    ``called``: what it is called where its name is empty, as that of the model is.
    """

    name: str
    kind: str
    strangers: list[tuple[str, _Stranger]]
    of_module: bool = False
    called: str = ""


class UnregisteredDetector(Detector):
    """What a list, a dictionary or a tensor attribute holds: one finding for each of these."""

    def __init__(self) -> None:
        self._strangers: dict[int, _Stranger] = {}
        self._trainer: Trainer | None = None

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        trainer = self._trainer = iteration.trainer
        held = held_by(iteration.optimizers)
        for segment, entry in leaves(iteration):
            tensor = entry.node.variable  # type: ignore[attr-defined]
            if entry.parameter or id(tensor) in trainer.names or id(tensor) in self._strangers:
                continue
            ops, consumer = iteration.once(ops_by_name), giver(iteration, segment, entry)
            op = ops.get(consumer.name) if consumer is not None else None
            self._strangers[id(tensor)] = _Stranger(
                tensor, held is not None and id(tensor) in held, iteration.phase_of(op),
                consumer.name if consumer is not None else "", iteration.line(op),
                iteration.number,
            )  # fmt: skip
        self._failed(iteration, held)
        self._unfinished(iteration, held)
        return ()

    def _unfinished(self, iteration: Iteration, held: Any) -> None:
        """What a backward would have reached."""
        parents: dict[Node, Node | None] = {}
        for parent, node in unfinished_edges(iteration):
            parents[node] = parent
            tensor = getattr(node, "variable", None)
            at = id(tensor)
            if tensor is None or at in iteration.trainer.names or at in self._strangers:
                continue
            made = {node_of(t): call for call in iteration.calls for t in call.made}
            above = parent
            while above is not None and above not in made:
                above = parents[above]
            call = made.get(above) if above is not None else None
            self._strangers[at] = _Stranger(
                tensor, held is not None and at in held,
                iteration.phase_of(call.entry) if call is not None else "",
                call.where if call is not None else "", call.line if call is not None else "",
                iteration.number,
            )  # fmt: skip

    def _failed(self, iteration: Iteration, held: Any) -> None:
        """What met in the call that raised: weights in a list are moved and cast by nobody."""
        call = failed_call(iteration)
        for tensor in tensors([*call.args, *call.kwargs.values()]) if call is not None else ():
            if not (tensor.is_leaf and tensor.requires_grad) or id(tensor) in self._strangers:
                continue
            if id(tensor) not in iteration.trainer.names:
                self._strangers[id(tensor)] = _Stranger(
                    tensor, held is not None and id(tensor) in held, iteration.failed_phase, "",
                    call.line if call is not None else "",
                )  # fmt: skip

    def end(self) -> Iterable[Finding]:
        left = dict(self._strangers)
        trainer = self._trainer
        if trainer is not None and left and not _anew([*left.values()]):
            own = members(trainer)  # by now: a forward may have made a layer
            left = {n: s for n, s in left.items() if n not in own}
        if trainer is not None and left:
            for held in _together(list(_holders(trainer, left)), trainer):
                yield _finding(held)
        rest = [s for s in left.values() if isinstance(s.tensor, nn.Parameter) and not s.trained]
        if rest:
            yield _nowhere(rest)


def ops_by_name(iteration: Iteration) -> dict[str, OpEntry]:
    """The first op of each name."""
    return {op.name: op for _, op in reversed(list(iteration.ops()))}


def _holders(trainer: Trainer, left: dict[int, _Stranger]) -> Iterator[_Held]:
    """Yields what holds some of those that are ``left``, and takes them out of it."""
    for holding in holdings(trainer):
        known = [(way, left[id(t)]) for way, t in holding.tensors() if id(t) in left]
        if not holding.of_module:  # tensors that a file optimizes by itself are no module's
            for _, stranger in known:
                if stranger.trained or not isinstance(stranger.tensor, nn.Parameter):
                    left.pop(id(stranger.tensor), None)
            known = [pair for pair in known if id(pair[1].tensor) in left]
        for trained in (False, True):
            some = [(way, s) for way, s in known if s.trained is trained]
            if some:
                kind = type(holding.value).__name__
                yield _Held(holding.name, kind, some, holding.of_module)
        for _, stranger in known:
            left.pop(id(stranger.tensor), None)


def _together(all_held: list[_Held], trainer: Trainer) -> Iterator[_Held]:
    """Yields them, the attributes of one module that are tensors themselves as one."""
    modules = dict(trainer.modules())
    groups: dict[tuple[str, bool], list[_Held]] = {}
    for held in all_held:
        bare = held.of_module and held.strangers[0][0] == ""
        owner = held.name.rpartition(".")[0] if bare else None
        if owner is None or owner not in modules:
            yield held
        else:
            groups.setdefault((owner, held.strangers[0][1].trained), []).append(held)
    for (owner, _), several in groups.items():
        if len(several) == 1:
            yield several[0]
            continue
        kind = type(modules[owner]).__name__
        ways = [(h.name[len(owner) :].lstrip("."), h.strangers[0][1]) for h in several]
        inside = [(f".{way}" if owner else way, stranger) for way, stranger in ways]
        yield _Held(owner, kind, inside, True, owner or kind)


def _finding(held: _Held) -> Finding:
    name, strangers = held.name, held.strangers
    first, trained = strangers[0][1], strangers[0][1].trained
    parameters = list(dict.fromkeys(f"{name}{way}" for way, _ in strangers))
    evidence: dict[str, Any] = {
        "held_by": held.called or name, "kind": held.kind, "parameters": parameters,
        "count": len(strangers), "numbers": sum(s.tensor.numel() for _, s in strangers),
        "in_optimizer": trained,
    }  # fmt: skip
    if len(strangers) == 1:
        evidence["shape"] = list(first.tensor.shape)
    else:
        evidence["modules"] = _by_module(name, strangers)
    variant = "one" if len(strangers) == 1 else ""
    reason = "_".join(part for part in (variant, "trained" if trained else "") if part)
    if reason:
        evidence["reason"] = reason
    level = WARNING if trained or not held.of_module else ""
    return Finding("param-not-registered", first.phase, first.where, first.line, evidence, level)


def _nowhere(strangers: list[_Stranger]) -> Finding:
    """Of parameters that no name leads to: each iteration may have made its own."""
    first = strangers[0]
    mine = [s for s in strangers if s.iteration == first.iteration]
    evidence: dict[str, Any] = {
        "count": len(mine), "numbers": sum(s.tensor.numel() for s in mine),
        "shapes": [list(shape) for shape in dict.fromkeys(s.tensor.shape for s in mine)],
        "in_optimizer": False, "reason": "anew" if _anew(strangers) else "nowhere",
    }  # fmt: skip
    return Finding("param-not-registered", first.phase, first.where, first.line, evidence, WARNING)


def _anew(strangers: list[_Stranger]) -> bool:
    """Whether all that came later stand in for those that were there first."""
    first = strangers[0].iteration
    mine = {(s.line, s.tensor.shape) for s in strangers if s.iteration == first}
    later = {(s.line, s.tensor.shape) for s in strangers if s.iteration != first}
    return bool(later) and later <= mine


def _by_module(name: str, strangers: list[tuple[str, _Stranger]]) -> list[str]:
    """``heads[0]: weight (3, 8), bias (3,)`` for each module, or tensor, of those held."""
    found: dict[str, list[str]] = {}
    for way, stranger in strangers:
        module, _, leaf = f"{name}{way}".rpartition(".") if "." in way else (f"{name}{way}", "", "")
        shape = str(tuple(stranger.tensor.shape))
        found.setdefault(module, []).append(f"{leaf} {shape}".strip())
    return [
        f"{module}: {', '.join(several)}".removeprefix(": ") for module, several in found.items()
    ]
