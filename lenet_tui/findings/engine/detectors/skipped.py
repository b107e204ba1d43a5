"""Updates that a scaler leaves out one after another, while its scale falls."""

from __future__ import annotations

from collections.abc import Iterable

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.phases import BACKWARD, SCHEDULE, UPDATE
from lenet_tui.tape.engine.entries import SettingEntry

MANY = 8
"""Updates left out in a row; a scale that began too high is found in fewer."""
LOW = 1024.0
"""A scale below which half precision seldom overflows for being scaled."""


class Skipped(Detector):
    """A scaler that finds no scale at which the gradients are finite."""

    def __init__(self) -> None:
        self._scales: list[float] = []
        self._line = ""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        scales = skipped_scales(iteration)
        if not scales:
            self._scales.clear()
            return ()
        segment = next(s for s in iteration.tape.segments if s.phase is BACKWARD)
        self._line = iteration.phase_line(segment)
        self._scales += scales if not self._scales else scales[1:]
        return ()

    def undecided(self) -> bool:
        return bool(self._scales)

    def end(self) -> Iterable[Finding]:
        count = len(self._scales) - 1
        if count < MANY:
            return
        evidence = {"reason": "skipped", "count": count, "scales": self._scales,
                    "from_scale": self._scales[0], "to_scale": self._scales[-1]}  # fmt: skip
        level = WARNING if self._scales[-1] <= LOW else NOTE
        yield Finding("nan-backward", BACKWARD.name, "", self._line, evidence, level)


def skipped_scales(iteration: Iteration) -> list[float]:
    """The scale before and after, of an iteration whose update a scaler left out; else empty."""
    segments = iteration.tape.segments
    phases = {s.phase for s in segments}
    if iteration.error is not None or UPDATE in phases or BACKWARD not in phases:
        return []
    entries = [e for s in segments if s.phase is SCHEDULE for e in s.entries]
    for entry in entries:
        if isinstance(entry, SettingEntry) and entry.name == "scale" and entry.after < entry.before:
            return [float(entry.before), float(entry.after)]
    return []
