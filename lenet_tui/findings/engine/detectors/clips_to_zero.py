"""Gradients of which nothing is left before the update: all zero, turned round, or one number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from torch import Tensor

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.registration import giver, leaves
from lenet_tui.findings.engine.hooks import hooks_of
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.elements import common_number
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, CLIP, OTHER, UPDATE
from lenet_tui.tape.engine.entries import GradientEntry
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.tape.engine.tape import TapeSegment

TWICE = 2
"""Updates of which the same was found, so that it is no chance."""
ENOUGH = 8
"""So many numbers of gradients are not one number by chance."""


class ClipsToZero(Detector):
    """Compares the gradients that an update reads with those that backward gave, in every
    iteration: what is between them is clipping, work by hand, or a hook.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], Finding] = {}
        """What was found of the updates of these parameters."""
        self._times: Counter[tuple[str, ...]] = Counter()
        self._fine: set[tuple[str, ...]] = set()
        """Those of which it was not so once."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        changes: list[TapeSegment] = []
        for segment in iteration.tape.segments:
            if segment.phase is BACKWARD:
                changes = []
            elif segment.phase in (CLIP, OTHER) and _gradients(segment):
                changes.append(segment)
            elif segment.phase is UPDATE and (read := _read(segment)):
                found = _of_clip(iteration, changes) or _one_number(iteration, changes, read)
                if found is None:
                    self._fine.add(tuple(read))
                else:
                    self._found.setdefault(tuple(read), found)
                    self._times[tuple(read)] += 1
                changes = []
        return ()

    def undecided(self) -> bool:
        return any(self._times[who] < TWICE for who in self._found.keys() - self._fine)

    def end(self) -> Iterable[Finding]:
        yield from (found for who, found in self._found.items() if who not in self._fine)


def _of_clip(iteration: Iteration, changes: list[TapeSegment]) -> Finding | None:
    """Of the last clipping: whether it leaves zeros, or the gradients point the other way."""
    clip = next((s for s in reversed(changes) if s.phase is CLIP), None)
    pairs = _gradients(clip) if clip is not None else []
    if clip is None or not pairs:
        return None
    facts = pairs[0][0].facts
    norm, factor = facts.get("norm", 0.0), facts.get("factor", 0.0)
    if factor > 0 or not isfinite(norm) or not _all_gone(pairs, factor < 0):
        return None
    evidence = {
        "reason": "turned" if factor < 0 else "", "count": len(pairs),
        "gradient": _largest(b for _, b, _ in pairs), **facts,
    }  # fmt: skip
    where, line = pairs[0][0].name, iteration.phase_line(clip)
    return Finding("clip-to-zero", CLIP.name, where, line, evidence)


def _one_number(
    iteration: Iteration, changes: list[TapeSegment], read: dict[str, Tensor]
) -> Finding | None:
    """Whether all numbers that an update reads are one, and backward gave others."""
    value = common_number(read.values())
    if not value or sum(g.numel() for g in read.values()) < ENOUGH:
        return None
    phase, line, by = CLIP.name, "", ""
    for change in reversed(changes):
        given = [before for entry, before, _ in _gradients(change) if entry.name in read]
        if common_number(given) is None:
            phase, line = change.phase.name, iteration.phase_line(change)
            break
    else:
        given, by, line = _by_hooks(iteration, read)
        phase = BACKWARD.name
        if not given or common_number(given) is not None:
            return None
    evidence: dict[str, Any] = {
        "reason": "one" if phase == CLIP.name else "one_hook" if by else "one_by_hand",
        "count": len(read), "value": value, "gradient": _largest(given),
        "lowest": min(float(g.min()) for g in given if g.numel()),
        "highest": max(float(g.max()) for g in given if g.numel()),
    }  # fmt: skip
    if by:
        evidence["by"] = by
    return Finding("clip-to-zero", phase, next(iter(read)), line, evidence)


def _by_hooks(iteration: Iteration, read: dict[str, Tensor]) -> tuple[list[Tensor], str, str]:
    """What ops handed on to parameters whose hooks made it what was read; a hook and its line."""
    given: list[Tensor] = []
    hooks: list[tuple[str, str]] = []
    for segment, leaf in leaves(iteration):
        above = giver(iteration, segment, leaf) if leaf.parameter in read else None
        if above is None:
            continue
        pairs = zip(above.produced, above.following, strict=False)
        given += [t for t, (node, _) in pairs if node is leaf.node and t is not None]
        hooks += hooks_of(iteration.trainer.parameters[leaf.parameter])
    by, line = hooks[0] if hooks else ("", "")
    return (given, by, line) if hooks else ([], "", "")


def _read(update: TapeSegment) -> dict[str, Tensor]:
    """The gradients that an optimizer reads, by the parameters' names; none if any is sparse."""
    read = {e.name: e.grad for e in update.updates if e.grad is not None and e.optimizer != BY_HAND}
    odd = any(g.is_sparse or g.is_complex() for g in read.values())
    return {} if odd else read


def _gradients(change: TapeSegment) -> list[tuple[GradientEntry, Tensor, Tensor]]:
    """What was changed: each gradient before and after."""
    return [
        (e, e.before, e.after)
        for e in change.entries
        if isinstance(e, GradientEntry) and e.before is not None and e.after is not None
    ]


def _largest(gradients: Iterable[Tensor]) -> float:
    sizes: Iterator[float] = (float(g.abs().max()) for g in gradients if g.numel())
    return max(sizes, default=0.0)


def _all_gone(pairs: list[tuple[GradientEntry, Tensor, Tensor]], turned: bool) -> bool:
    """Whether nothing is left of gradients that were there; or all point the other way."""
    if turned:
        return all(bool((b * a).sum() <= 0) for _, b, a in pairs)
    return not any(bool(a.any()) for _, _, a in pairs) and any(bool(b.any()) for _, b, _ in pairs)
