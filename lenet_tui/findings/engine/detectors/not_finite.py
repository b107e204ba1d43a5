"""NaN and infinity, where they first come from finite numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lenet_tui.findings.engine.asked_gradients import Asked, asked_gradients
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.hooks import culprits
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.backward_birth import (
    BY_FUNCTION,
    BY_HOOK,
    BY_MODULE_HOOK,
    backward_birth,
)
from lenet_tui.findings.engine.numbers.changed_gradient import asked_birth, changed_gradient_birth
from lenet_tui.findings.engine.numbers.elements import spelled
from lenet_tui.findings.engine.numbers.forward_birth import Birth, Given, forward_birth
from lenet_tui.findings.engine.numbers.gradient_norms import GradientNorms
from lenet_tui.findings.engine.numbers.state_birth import state_birth
from lenet_tui.findings.engine.unfinished import call_of, unfinished_root
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, FORWARD, LOSS
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.text.numbers import index_text

IDS = {"input": "nan-input", "forward": "nan-forward", "backward": "nan-backward"}
STATE = "nan-state"
OWN_CODE = (BY_HOOK, BY_MODULE_HOOK, BY_FUNCTION)


class NotFinite(Detector):
    """The first one of a check: what comes after it follows from it."""

    def __init__(self) -> None:
        self._found = False

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if self._found or iteration.failed_phase == FORWARD.name:
            return
        born = _birth(iteration)
        if born is None:
            return
        self._found = True
        evidence, line = _evidence(born, iteration), iteration.line(born.op)
        changed = iteration.once(_changed)
        if changed is not None and changed[0] is born:
            line = iteration.phase_line(changed[1])
        by = culprits(iteration, born) if born.kind == "backward" else []
        if by:
            evidence |= {"by": [name for name, _ in by], "by_lines": [at for _, at in by if at]}
            line = by[0][1] or line
        elif born.cause in OWN_CODE:
            evidence["reason"] = "arithmetic"
        yield Finding(
            IDS.get(born.kind, STATE),
            born.phase or (LOSS.name if born.where.startswith("target") else FORWARD.name),
            born.where,
            line,
            evidence,
        )


def _birth(iteration: Iteration) -> Birth | None:
    trainer, tape = iteration.trainer, iteration.tape
    live = {**iteration.buffers, **trainer.parameters}
    batch = tape.batch.named if tape.batch is not None else {}
    given = Given(batch, iteration.before, {id(t): name for name, t in live.items()})
    made = call_of(iteration, iteration.once(unfinished_root))
    loss = made.entry if made is not None else None
    return (
        forward_birth(tape, given, loss)
        or (None if _gradients_finite(iteration) else backward_birth(tape, given))
        or (iteration.once(_changed) or (None,))[0]
        or next(filter(None, (_asked(a, iteration) for a in iteration.once(asked_gradients))), None)
        or (state_birth(tape, iteration.before, iteration.after) if not iteration.error else None)
    )


def _asked(asked: Asked, iteration: Iteration) -> Birth | None:
    op = asked.call.entry
    several = [] if op is None else [(op, n, g.detach()) for n, g in asked.gradients.items()]
    born = asked_birth(several, asked.outputs[0].detach() if asked.outputs else None)
    return None if born is None else replace(born, phase=iteration.phase_of(op))


def _changed(iteration: Iteration) -> tuple[Birth, TapeSegment] | None:
    return changed_gradient_birth(iteration.tape)


def _gradients_finite(iteration: Iteration) -> bool:
    """Whether all gradients that backwards left are, by their norms, which others ask for too."""
    backwards = [s for s in iteration.tape.segments if s.phase is BACKWARD]
    norms = iteration.once(GradientNorms)
    return all(norms.finite(n.grad) for s in backwards for n in s.nodes if n.parameter)


def _evidence(born: Birth, iteration: Iteration) -> dict[str, Any]:
    evidence: dict[str, Any] = {
        "reason": born.cause,
        "value": born.value,
        "index": list(born.index),
        "bad": born.bad,
        "total": born.total,
        "dtype": born.dtype,
        "iteration": iteration.number,
        "op": born.op.op if born.op is not None else "",
        "factors": [spelled(f) for f in born.factors],
    }
    if born.kind == "input":
        evidence["sample"] = born.index[0] if born.index else 0
    if born.op is not None:
        evidence["shapes"] = [list(t.shape) for t in tensors(born.op.args)]
        if born.kind == "forward":
            evidence["cell"] = f"{born.op.name}{index_text(born.index)}"
    for name, op in (("infinity", born.maker), ("then", born.then)):
        if op is not None:
            evidence |= {name: op.name, f"{name}_line": iteration.line(op)}
    evidence |= born.names
    if born.kind == "backward":
        pair = (born.names.get("received"), born.names.get("slope"))
        evidence["factors"] = [spelled(f) for f in pair if isinstance(f, float)]
    return evidence
