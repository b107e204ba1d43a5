"""Clipping that is given no gradient: torch raises, or does nothing and says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import GeneratorType
from typing import Any

from torch.nn.utils import clip_grad

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import ERROR, Finding
from lenet_tui.protocol.phases import BACKWARD, CLIP, UPDATE
from lenet_tui.tape.engine.entries import GradientEntry
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.training.engine.iterators import Remembered
from lenet_tui.training.engine.own_errors import own_line

CLIPS = ("clip_grad_norm_", "clip_grad_value_")


class ClipsNothing(Detector):
    """Clipping before the first backward, each time; or of no parameter at all."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._clips = False
        self._iterations = 0
        self._names: Mapping[str, Any] = {}
        """What the file has, where it clips."""

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
        self._names = iteration.trainer.file.names if segments else {}
        yield from self._empty(iteration)

    def _empty(self, iteration: Iteration) -> Iterable[Finding]:
        """Yields where clipping stands right, and is given no parameter that is known."""
        ran: TapeSegment | None = None
        empty: TapeSegment | None = None
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD:
                ran, empty = segment, None
            elif segment.phase is CLIP and ran is not None:
                empty = empty or (None if segment.entries else segment)
            elif segment.phase is UPDATE and empty is not None and _reads(segment):
                line = iteration.phase_line(empty)
                read = sum(e.grad is not None for e in segment.updates)
                evidence = {
                    "reason": "empty",
                    "count": read,
                    "update": iteration.phase_line(segment),
                }
                yield Finding("clip-misplaced", CLIP.name, "", line, evidence)
                return

    def undecided(self) -> bool:
        """A generator of parameters that is run through clips nothing the next time."""
        kept = (n.source if isinstance(n, Remembered) else n for n in self._names.values())
        through = (n for n in kept if isinstance(n, GeneratorType))
        once = len(self._lines) == 1
        return once or any(generator.gi_frame is None for generator in through)

    def end(self) -> Iterable[Finding]:
        if self._lines and not self._clips and len(self._lines) == self._iterations:
            evidence = {"reason": "nothing", "iterations": self._iterations}
            yield Finding("clip-misplaced", CLIP.name, "", self._lines[0], evidence)


def _reads(update: TapeSegment) -> bool:
    return any(entry.grad is not None for entry in update.updates)


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
