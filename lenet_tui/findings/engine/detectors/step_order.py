"""Updates that read a gradient a second time, or while it is still multiplied by a scaler."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch.optim import Optimizer

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.gradient_norms import GradientNorms
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, UNSCALE, UPDATE
from lenet_tui.tape.engine.entries import GradientEntry, UpdateEntry
from lenet_tui.tape.engine.step_phases import BY_HAND


class StepOrder(Detector):
    """Follows what an optimizer's step reads: a script's iteration ends with each update."""

    def __init__(self) -> None:
        self._done: set[str] = set()
        self._read: dict[str, str] = {}
        """The line of the step that has read each parameter's gradient since the last backward."""
        self._optimizer: Optimizer | None = None
        """The one that made all steps so far that are known of here."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.error is not None or iteration.closures:
            return
        alone = len(iteration.stepped) == 1
        if not alone or iteration.stepped[0] is not self._optimizer:
            self._read.clear()
        self._optimizer = iteration.stepped[0] if alone else None
        scales: dict[str, float] = {}
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD:
                self._read.clear()
                if segment.scale != 1:
                    names = [e.parameter for e in segment.nodes if e.parameter]
                    scales |= dict.fromkeys(names, segment.scale)
            elif segment.phase is UPDATE:
                entries = [e for e in segment.updates if _by_optimizer(e)]
                line = iteration.phase_line(segment)
                yield from self._scaled(iteration, entries, scales, line)
                yield from self._again(entries, line)
                self._read.update({e.name: line for e in entries})
            else:
                for entry in segment.entries:
                    if segment.phase is UNSCALE or isinstance(entry, GradientEntry):
                        scales.pop(entry.name, None)
                        self._read.pop(entry.name, None)

    def _scaled(
        self,
        iteration: Iteration,
        entries: list[UpdateEntry],
        scales: dict[str, float],
        line: str,
    ) -> Iterable[Finding]:
        """A fused optimizer is handed the scale, and divides by it itself."""
        read = [e for e in entries if e.name in scales and not e.settings.get("fused")]
        own = any(hasattr(o, "_step_supports_amp_scaling") for o in iteration.stepped)
        if not read or own or "update-while-scaled" in self._done:
            return
        self._done.add("update-while-scaled")
        scale = scales[read[0].name]
        norm = max(iteration.once(GradientNorms).of(e.grad) for e in read)
        evidence: dict[str, Any] = {
            "scale": scale, "norm": norm, "true_norm": norm / scale, "count": len(read),
            "optimizer": read[0].optimizer,
        }  # fmt: skip
        yield Finding("update-while-scaled", UPDATE.name, read[0].name, line, evidence)

    def _again(self, entries: list[UpdateEntry], line: str) -> Iterable[Finding]:
        """One optimizer alone: of two, each may have a part in the update."""
        again = [e for e in entries if e.name in self._read]
        if self._optimizer is None or not again or "gradient-used-twice" in self._done:
            return
        self._done.add("gradient-used-twice")
        evidence: dict[str, Any] = {
            "first": self._read[again[0].name], "second": line, "count": len(again),
            "optimizer": again[0].optimizer,
        }  # fmt: skip
        yield Finding("gradient-used-twice", UPDATE.name, again[0].name, line, evidence)


def _by_optimizer(entry: UpdateEntry) -> bool:
    return entry.grad is not None and entry.optimizer != BY_HAND
