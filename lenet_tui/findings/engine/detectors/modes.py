"""Modules that run in eval mode in a forward that is trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from lenet_tui.findings.engine.calls import ModuleCall, node_of
from lenet_tui.findings.engine.defined_at import called_outside_functions
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.mode_changes import ModeChange
from lenet_tui.findings.engine.unfinished import unfinished_edges
from lenet_tui.findings.finding import NOTE, Finding
from lenet_tui.protocol.phases import BACKWARD, FORWARD
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.training.engine.outputs import named_parts
from lenet_tui.training.engine.trainer import Trainer

MODAL = (_DropoutNd, _NormBase, nn.RNNBase, nn.MultiheadAttention)
"""Torch's classes of modules that may do something else in train mode than in eval mode."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where a module ran in eval mode, and what put it into that mode, if that was seen."""

    iteration: int
    line: str
    change: ModeChange | None


class ModeDetector(Detector):
    """Dropout and batch statistics that were on, and are off while the model is trained."""

    def __init__(self) -> None:
        self._trained: set[str] = set()
        self._left: dict[str, _Seen] = {}
        self._from_start: dict[str, _Seen] = {}
        self._turned: dict[nn.Module, ModeChange] = {}
        self._trainer: Trainer | None = None

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._trainer = iteration.trainer
        ran = {
            entry.node
            for segment in iteration.tape.segments
            if segment.phase is BACKWARD
            for entry in segment.nodes
        }
        ran |= {node for _, node in unfinished_edges(iteration)}
        for call in iteration.modules:
            if not modal(call.module):
                continue
            if call.training:
                self._trained.add(call.path)
            elif call.graph and any(node_of(t) in ran for t in _made(call)):
                line = iteration.calls[call.first].line if call.first < call.last else ""
                seen = _Seen(iteration.number, line, self._change(iteration, call))
                if call.path in self._trained:
                    self._left.setdefault(call.path, seen)
                elif iteration.number == 1:
                    self._from_start.setdefault(call.path, seen)
        self._turned |= {change.module: change for change in iteration.modes}
        return ()

    def _change(self, iteration: Iteration, call: ModuleCall) -> ModeChange | None:
        """What put a module into the mode in which it was called."""
        last = self._turned.get(call.module)
        for change in iteration.modes:
            if change.module is call.module and change.at <= call.first:
                last = change
        return last if last is not None and last.training == call.training else None

    def end(self) -> Iterable[Finding]:
        if self._left:
            yield from self._of(self._left, "", "")
        elif self._from_start and not self._trained:
            yield from self._of(self._from_start, "start", NOTE)

    def _of(self, found: dict[str, _Seen], reason: str, level: str) -> Iterable[Finding]:
        """A finding for each line that put modules into eval mode."""
        groups: dict[tuple[str, str], list[str]] = {}
        for name, seen in found.items():
            groups.setdefault(self._place(seen), []).append(name)
        for (turned, by), names in groups.items():
            first = found[names[0]]
            evidence: dict[str, Any] = {
                "modules": names, "count": len(names), "iteration": first.iteration,
            }  # fmt: skip
            known = {"turned": turned, "turned_by": by}
            evidence |= {name: value for name, value in known.items() if value}
            variant = reason + ("_in" if by else "_at" if turned else "")
            if variant:
                evidence["reason"] = variant.removeprefix("_")
            line = turned or first.line
            yield Finding("mode-eval-in-training", FORWARD.name, names[0], line, evidence, level)

    def _place(self, seen: _Seen) -> tuple[str, str]:
        if seen.change is not None and seen.change.line:
            return seen.change.line, seen.change.by
        assert self._trainer is not None
        return called_outside_functions(self._trainer, "eval"), ""


def modal(module: nn.Module) -> bool:
    """Whether a module does something else in train mode than in eval mode, by torch's classes."""
    if isinstance(module, _DropoutNd):
        return module.p > 0
    if isinstance(module, _NormBase):
        return bool(module.track_running_stats) and module.running_mean is not None
    return isinstance(module, MODAL) and bool(module.dropout)


def _made(call: ModuleCall) -> list[Any]:
    found = tensors(call.output)
    return found or list(named_parts(call.output).values())
