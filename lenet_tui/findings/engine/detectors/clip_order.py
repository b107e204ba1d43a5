"""Clipping before there is any gradient: torch raises, or does nothing and says nothing."""

from __future__ import annotations

from collections.abc import Iterable

from torch.nn.utils import clip_grad

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import ERROR, Finding
from lenet_tui.protocol.phases import CLIP
from lenet_tui.tape.engine.entries import GradientEntry
from lenet_tui.training.engine.own_errors import own_line

CLIPS = ("clip_grad_norm_", "clip_grad_value_")


class ClipsNothing(Detector):
    """Clipping that is given no gradient each time, as before the first backward."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._clips = False
        self._iterations = 0

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.error is not None:
            yield from _raised(iteration, iteration.error)
            return
        self._iterations += 1
        segments = [s for s in iteration.tape.segments if s.phase is CLIP]
        for segment in segments:
            entries = [e for e in segment.entries if isinstance(e, GradientEntry)]
            if any(e.before is not None for e in entries):
                self._clips = True
        if segments and not any(s.entries for s in segments):
            self._lines.append(iteration.phase_line(segments[0]))

    def undecided(self) -> bool:
        return bool(self._lines)

    def end(self) -> Iterable[Finding]:
        if self._lines and not self._clips and len(self._lines) == self._iterations:
            evidence = {"reason": "nothing", "iterations": self._iterations}
            yield Finding("clip-misplaced", CLIP.name, "", self._lines[0], evidence)


def _raised(iteration: Iteration, error: BaseException) -> Iterable[Finding]:
    """Whether clipping raised because no parameter has a gradient yet."""
    at, name = error.__traceback__, ""
    while at is not None and not name:
        code = at.tb_frame.f_code
        if code.co_filename == clip_grad.__file__ and code.co_name in CLIPS:
            name = code.co_name
        at = at.tb_next
    parameters = iteration.trainer.parameters.values()
    if name and all(p.grad is None for p in parameters):
        evidence = {"reason": "raises", "op": name}
        yield Finding("clip-misplaced", CLIP.name, "", own_line(error), evidence, ERROR)
