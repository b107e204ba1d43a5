"""Modules that run in eval mode in a forward that is trained on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from lenet_tui.findings.engine.calls import ModuleCall, node_of
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import NOTE, Finding
from lenet_tui.protocol.phases import BACKWARD, FORWARD
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.training.engine.outputs import named_parts


class ModeDetector(Detector):
    """Dropout and batch statistics that were on, and are off while the model is trained."""

    def __init__(self) -> None:
        self._trained: set[str] = set()
        self._left: dict[str, tuple[int, str, str]] = {}
        self._from_start: dict[str, str] = {}

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        ran = {
            entry.node
            for segment in iteration.tape.segments
            if segment.phase is BACKWARD
            for entry in segment.nodes
        }
        for call in iteration.modules:
            if not modal(call.module):
                continue
            if call.training:
                self._trained.add(call.path)
            elif call.graph and any(node_of(t) in ran for t in _made(call)):
                line = iteration.calls[call.first].line if call.first < call.last else ""
                turned = next(
                    (at for module, mode, at in reversed(iteration.modes) if not mode), ""
                )
                if call.path in self._trained:
                    self._left.setdefault(call.path, (iteration.number, line, turned))
                elif iteration.number == 1:
                    self._from_start.setdefault(call.path, line)
        return ()

    def end(self) -> Iterable[Finding]:
        if self._left:
            names = list(self._left)
            number, line, turned = self._left[names[0]]
            yield Finding(
                "mode-eval-in-training", FORWARD.name, names[0], turned or line,
                {"modules": names, "count": len(names), "iteration": number, "turned": turned},
            )  # fmt: skip
        elif self._from_start and not self._trained:
            names = list(self._from_start)
            yield Finding(
                "mode-eval-in-training", FORWARD.name, names[0], self._from_start[names[0]],
                {"modules": names, "count": len(names), "iteration": 1, "reason": "start"}, NOTE,
            )  # fmt: skip


def modal(module: nn.Module) -> bool:
    """Whether a module does something else in train mode than in eval mode, by torch's classes."""
    if isinstance(module, _DropoutNd):
        return module.p > 0
    if isinstance(module, _NormBase):
        return bool(module.track_running_stats) and module.running_mean is not None
    dropout = getattr(module, "dropout", 0)
    return isinstance(module, (nn.RNNBase, nn.MultiheadAttention)) and bool(dropout)


def _made(call: ModuleCall) -> list[Any]:
    found = tensors(call.output)
    return found or list(named_parts(call.output).values())
