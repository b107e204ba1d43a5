"""Clipping that leaves nothing of the gradients, or turns them round."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from torch import Tensor

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, CLIP, UPDATE
from lenet_tui.tape.engine.entries import GradientEntry
from lenet_tui.tape.engine.tape import TapeSegment


class ClipsToZero(Detector):
    """Compares the gradients before each clipping with those after it, in every iteration."""

    def __init__(self) -> None:
        self._found: Finding | None = None
        self._fails = False

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        clip: TapeSegment | None = None
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD:
                clip = None
            elif segment.phase is CLIP and _gradients(segment):
                clip = segment
            elif segment.phase is UPDATE and clip is not None and segment.updates:
                self._judge(iteration, clip)
                clip = None
        return ()

    def _judge(self, iteration: Iteration, clip: TapeSegment) -> None:
        pairs = _gradients(clip)
        facts = pairs[0][0].facts
        norm, factor = facts.get("norm", 0.0), facts.get("factor", 0.0)
        if factor > 0 or not isfinite(norm) or not _all_gone(pairs, factor < 0):
            self._fails = True
        elif self._found is None:
            before = max(float(b.abs().max()) for _, b, _ in pairs if b.numel())
            evidence = {
                "reason": "turned" if factor < 0 else "", "count": len(pairs), "gradient": before,
                **facts,
            }  # fmt: skip
            where, line = pairs[0][0].name, iteration.phase_line(clip)
            self._found = Finding("clip-to-zero", CLIP.name, where, line, evidence)

    def undecided(self) -> bool:
        return self._found is not None and not self._fails

    def end(self) -> Iterable[Finding]:
        if self._found is not None and not self._fails:
            yield self._found


def _gradients(clip: TapeSegment) -> list[tuple[GradientEntry, Tensor, Tensor]]:
    """What was clipped: each gradient before and after."""
    return [
        (e, e.before, e.after)
        for e in clip.entries
        if isinstance(e, GradientEntry) and e.before is not None and e.after is not None
    ]


def _all_gone(pairs: list[tuple[GradientEntry, Tensor, Tensor]], turned: bool) -> bool:
    """Whether nothing is left of gradients that were there; or all point the other way."""
    if turned:
        return all(bool((b * a).sum() <= 0) for _, b, a in pairs)
    return not any(bool(a.any()) for _, _, a in pairs) and any(bool(b.any()) for _, b, _ in pairs)
