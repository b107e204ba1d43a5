"""What an iteration does, whatever its numbers are: by this two are told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, methodcaller

import torch
from torch import Tensor

from lenet_tui.findings.engine.calls import Call, version
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.training.engine.trainer import Trainer

_mode, _parameters = attrgetter("training"), attrgetter("_parameters")
_values = methodcaller("values")  # those of a script are in no dictionary

Op = tuple[str, torch.Size]
"""An op that gradients go through: its name, and the shape that it made."""


@dataclass(frozen=True, slots=True)
class Begun:
    """How an iteration begins. ``modes``: whether each module is in train mode; ``members``: the
    ``id`` of each parameter of theirs; ``versions``: how often torch has written each parameter.
    """

    modes: Sequence[bool]
    members: frozenset[int]
    versions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What an iteration did, whatever its numbers were.

    ``trains``: whether each parameter required a gradient at its end. Of a step of one's own, whose
    order is its owner's: how many ``backwards`` it called, which parameters it ``moved``, and for
    which it ``left`` a gradient.
    """

    begun: tuple[Sequence[bool], frozenset[int]]
    ops: Sequence[Op]
    trains: Mapping[str, bool]
    backwards: int = 0
    moved: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    def begins_as(self, begun: Begun) -> bool:
        """Whether another iteration that begins so may be the same."""
        return self.begun == (begun.modes, begun.members)


def begins(trainer: Trainer) -> Begun:
    """To be asked before an iteration."""
    modules = [module for _, module in trainer.modules()]
    modes = [*map(_mode, modules)]
    versions = {n: version(p) for n, p in trainer.parameters.items()} if _own(trainer) else {}
    held = chain.from_iterable(map(_values, map(_parameters, modules)))
    return Begun(modes, frozenset(map(id, held)), versions)


def pattern(iteration: Iteration, begun: Begun) -> Pattern:
    """Of a recorded iteration."""
    ops = [(name, made.shape) for name, made in ops_of(iteration)]
    backwards = sum(s.phase is BACKWARD for s in iteration.tape.segments)
    return pattern_of(iteration.trainer, begun, ops, backwards)


def ops_of(iteration: Iteration) -> list[tuple[str, Tensor]]:
    """The ops that gradients go through, in order: the name and what it made."""
    return [(call.name, call.made[0]) for call in calls_of(iteration)]


def calls_of(iteration: Iteration) -> list[Call]:
    """The calls of these ops."""
    return [c for c in iteration.calls if c.graph and c.made and c.made[0].requires_grad]


def pattern_of(trainer: Trainer, begun: Begun, ops: Sequence[Op], backwards: int) -> Pattern:
    """Of an iteration that is over, with these ops and so many backwards."""
    live = trainer.parameters
    trains = {name: p.requires_grad for name, p in live.items()}
    start = begun.modes, begun.members
    if not _own(trainer):
        return Pattern(start, ops, trains)
    moved = frozenset(n for n, p in live.items() if version(p) != begun.versions[n])
    left = frozenset(n for n, p in live.items() if p.grad is not None)
    return Pattern(start, ops, trains, backwards, moved, left)


def _own(trainer: Trainer) -> bool:
    return bool(trainer.options.step)
