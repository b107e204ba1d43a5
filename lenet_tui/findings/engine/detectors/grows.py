"""A loss that multiplies from update to update, of a script that is not run again."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from torch import Tensor

from lenet_tui.findings.engine.asked_gradients import asked_alone
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.many import norms
from lenet_tui.findings.engine.step_line import differences
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, LOSS, UPDATE

TIMES = 2.0
"""By what the loss grows at least, from each iteration to the next."""
PAIRS = 2
"""How often in a row."""
TENTH = 0.1
"""The share of its size by which each update moved a weight."""


class Grows(Detector):
    """Where nothing can be tried again: the loss doubles each time, after updates that are large.

    Along one step it cannot be told whether half of it had been better; of a loss that doubles
    twice in a row, beside updates beyond a tenth of the weights, it need not be asked.
    """

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._updates: list[tuple[float, str]] = []
        self._line = ""
        """Of the last update."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.error is None:
            self._losses.append(_loss(iteration))
            self._updates.append(_largest(iteration))
            self._line = update_line(iteration) or self._line
        return ()

    def end(self) -> Iterable[Finding]:
        losses = self._losses[-PAIRS - 1 :]
        if len(losses) <= PAIRS or not all(math.isfinite(x) and x > 0 for x in losses):
            return
        moved = self._updates[-PAIRS - 1 : -1]
        grows = all(b >= TIMES * a for a, b in pairwise(losses))
        if not grows or any(relative <= TENTH for relative, _ in moved):
            return
        relative, largest = max(moved)
        evidence = {
            "reason": "grows", "before": losses[0], "after": losses[-1], "relative": relative,
            "largest": largest, "losses": losses, "updates": PAIRS,
        }  # fmt: skip
        yield Finding("step-too-large", UPDATE.name, largest, self._line, evidence)


def update_line(iteration: Iteration) -> str:
    """``file.py:17`` of the last update of a step; empty where no line of the owner's makes it."""
    updates = [s for s in iteration.tape.segments if s.phase is UPDATE]
    return iteration.phase_line(updates[-1]) if updates else ""


def _loss(iteration: Iteration) -> float:
    """That of the only backward, or the only one whose gradients are asked for; else NaN."""
    segments = iteration.tape.segments
    backwards = [n for n, s in enumerate(segments) if s.phase is BACKWARD]
    asked = asked_alone(iteration)
    if not backwards and asked is not None:
        return float(asked.outputs[0]) if asked.outputs[0].numel() == 1 else math.nan
    if len(backwards) != 1:
        return math.nan
    outputs = [s.output for s in segments[: backwards[0]] if s.phase is LOSS]
    made = outputs[-1].tensor if outputs and outputs[-1] is not None else None
    return float(made) if made is not None and made.numel() == 1 else math.nan


def _largest(iteration: Iteration) -> tuple[float, str]:
    """The largest ‖update‖ / ‖weights‖ of a parameter of two axes or more, and whose it is."""
    start: dict[str, Tensor] = {}
    end: dict[str, Tensor] = {}
    for name in iteration.trainer.parameters:
        before, after = iteration.before.get(name), iteration.after.get(name)
        if before is None or after is None or before.dim() < 2 or before.shape != after.shape:
            continue
        start[name], end[name] = before, after
    steps = differences(start, end)
    known = norms([*start.values(), *steps.values()])
    best = 0.0, ""
    for name, before in start.items():
        size, moved = (known.get(id(t)) or _norm(t) for t in (before, steps[name]))
        if size > 0:
            best = max(best, (moved / size, name))
    return best


def _norm(tensor: Tensor) -> float:
    return float(tensor.detach().float().norm())
