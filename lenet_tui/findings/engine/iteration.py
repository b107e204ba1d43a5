"""An iteration that was recorded whole, as detectors look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.calls import Call, ModuleCall
from lenet_tui.findings.engine.mode_changes import ModeChange
from lenet_tui.findings.engine.seedings import Seeding
from lenet_tui.tape.engine.entries import Entry, OpEntry
from lenet_tui.tape.engine.tape import Tape, TapeSegment
from lenet_tui.training.engine.trainer import Trainer

_Made = TypeVar("_Made")


@dataclass(slots=True, eq=False)
class Iteration:
    """``number``: from 1, of those that the check runs; ``tape``: with all its tensors.

    ``calls``: of torch, in order, with live tensors and their graph; ``modules``: calls of modules.
    ``before`` and ``after``: parameters and buffers by name, copied. ``trains``: whether each
    parameter requires a gradient, at the end. ``optimizers``: all that are known; ``None``: the
    app's own, which has every parameter. ``error``: what was raised. ``sequence``: the number that
    autograd had counted to at the beginning. ``modes``: each change of a module's mode.
    ``closures``: whether an optimizer called backward itself. ``seedings``: of generators, by the
    owner's code. ``stepped``: the optimizers that made a step. ``unseen``: how many calls there
    were inside functions that ``torch.func`` transforms, of which nothing is known.
    """

    number: int
    trainer: Trainer
    tape: Tape
    calls: list[Call]
    modules: list[ModuleCall]
    before: dict[str, Tensor]
    after: dict[str, Tensor]
    trains: dict[str, bool]
    optimizers: list[Optimizer] | None
    error: BaseException | None = None
    sequence: int = 0
    failed_phase: str = ""
    modes: list[ModeChange] = field(default_factory=list)
    closures: bool = False
    seedings: list[Seeding] = field(default_factory=list)
    stepped: list[Optimizer] = field(default_factory=list)
    unseen: int = 0
    _lines: dict[int, str] = field(default_factory=dict)
    _once: dict[Any, Any] = field(default_factory=dict)

    def once(self, make: Callable[[Iteration], _Made]) -> _Made:
        """What a function makes of the iteration: once for all detectors that want it."""
        if make not in self._once:
            self._once[make] = make(self)
        made: _Made = self._once[make]
        return made

    @property
    def buffers(self) -> dict[str, Tensor]:
        """The trainer's buffers, which no detector replaces."""
        return self.once(_buffers)

    def line(self, entry: OpEntry | None) -> str:
        """``file.py:17`` of an op; empty where it is not known."""
        if not self._lines:
            self._lines = {id(c.entry): c.line for c in self.calls if c.entry is not None}
        return self._lines.get(id(entry), "")

    def phase_line(self, segment: TapeSegment) -> str:
        """``file.py:17`` where a phase of a step of one's own was run."""
        file = str(self.trainer.file.names.get("__file__") or "").rpartition("/")[2]
        return f"{file}:{segment.line}" if segment.line and file else ""

    def ops(self, *phases: str) -> Iterator[tuple[TapeSegment, OpEntry]]:
        """The ops of phases of these names, or of all, with the phase."""
        for segment in self.tape.segments:
            if not phases or segment.phase.name in phases:
                for op in segment.ops:
                    yield segment, op

    def entries(self, *phases: str) -> Iterator[tuple[TapeSegment, Entry]]:
        """The entries of phases of these names, or of all, with the phase."""
        for segment in self.tape.segments:
            if not phases or segment.phase.name in phases:
                for entry in segment.entries:
                    yield segment, entry

    def phase_of(self, entry: Entry | None) -> str:
        """The name of the phase that an entry is in."""
        for segment in self.tape.segments:
            if any(each is entry for each in segment.entries):
                return segment.phase.name
        return ""


def _buffers(iteration: Iteration) -> dict[str, Tensor]:
    return iteration.trainer.buffers
