"""A step that makes a known loss larger, and by which sign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from lenet_tui.findings.engine.asked_gradients import Asked, asked_alone
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.from_parameters import from_parameters, nearest_parameters
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.loss_factor import root_of
from lenet_tui.findings.engine.losses import producers
from lenet_tui.findings.engine.signs import LOG_PROB, Signed, signed
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD, LOSS, UNSCALE, UPDATE, ZERO_GRAD
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.tape.engine.tape import TapeSegment

ALONG = 0.99
"""The cosine of a change by hand and a gradient from which on it goes along it."""


class AscentDetector(Detector):
    """Says so only where the loss is all that is trained on, and its own model is what moves.

    A generator that makes the loss of a discriminator larger moves no layer of that; nor does a
    perturbation of an input. What a person's objective is made of is not known: only losses that
    are least where the prediction is right, compared with data.
    """

    def __init__(self) -> None:
        self._found = False

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if self._found or iteration.error is not None:
            return
        segments = iteration.tape.segments
        backwards = [s for s in segments if s.phase is BACKWARD]
        if not backwards and (asked := asked_alone(iteration)) is not None:
            yield from self._asked(iteration, asked)
            return
        steps = [s for s in segments if s.phase is UPDATE]
        updates = [e for s in steps for e in s.updates if e.grad is not None]
        if not updates or not _add_up(segments):
            return
        if iteration.number > 1 and all(s.phase is not ZERO_GRAD for s in segments):
            return  # what is read may be of an earlier one too
        roots = [root_of(iteration.calls, s.root) for s in backwards]
        losses = [_signed(r, s, iteration) for r, s in zip(roots, backwards, strict=True)]
        loss = losses[-1]
        if loss is None or len({(each.sign, each.name) if each else None for each in losses}) != 1:
            return
        reason, change = _reason(loss, updates)
        if not reason or not loss.sign * change > 0:
            return
        if not all(each and _own(each, updates, iteration) for each in losses):
            return
        self._found = True
        of_loss = reason in ("negated", "log_prob")
        scale = backwards[-1].scale
        evidence: dict[str, Any] = {
            "reason": reason, "loss": loss.name,
            "value": sum(float(r.detach().double()) for r in roots if r is not None) / scale,
            "change": change if any(s.phase is UNSCALE for s in segments) else change / scale,
            "count": len(updates),
        }  # fmt: skip
        if reason == "maximize":
            evidence["optimizer"] = updates[0].optimizer
        line = loss.call.line if of_loss else iteration.phase_line(steps[0])
        where = loss.call.where if of_loss else updates[0].name
        phase = LOSS if of_loss else UPDATE
        yield Finding("loss-ascends", phase.name, where, line, evidence)

    def _asked(self, iteration: Iteration, asked: Asked) -> Iterable[Finding]:
        """Of gradients that ``autograd.grad`` gave, and that are added by hand."""
        segments = iteration.tape.segments
        steps = [s for s in segments if s.phase is UPDATE]
        hand = [
            replace(e, grad=asked.gradients[e.name].detach())
            for s in steps
            for e in s.updates
            if e.optimizer == BY_HAND and e.name in asked.gradients
        ]
        if not hand or len(asked.outputs) != 1:
            return
        loss = signed(asked.outputs[0], iteration.once(producers), 1.0)
        if loss is None or loss.sign <= 0 or not _own(loss, hand, iteration):
            return
        reason, change = _reason(loss, hand)
        if reason == "by_hand" and change > 0:
            self._found = True
            evidence = {"reason": reason, "loss": loss.name, "change": change, "count": len(hand),
                        "value": float(asked.outputs[0].detach().double())}  # fmt: skip
            line = iteration.phase_line(steps[0])
            yield Finding("loss-ascends", UPDATE.name, hand[0].name, line, evidence)


def _add_up(segments: Sequence[TapeSegment]) -> bool:
    """Whether the gradients of all backwards are read by what follows them, and none is cleared."""
    order = [s.phase for s in segments if s.phase in (BACKWARD, UPDATE, ZERO_GRAD)]
    first = order.index(BACKWARD) if BACKWARD in order else len(order)
    last = len(order) - order[::-1].index(BACKWARD) if BACKWARD in order else 0
    alone = all(phase is BACKWARD for phase in order[first:last])
    return first < last and alone and UPDATE not in order[:first]


def _signed(root: Tensor | None, segment: TapeSegment, iteration: Iteration) -> Signed | None:
    if root is None or root.numel() != 1:
        return None
    return signed(root, iteration.once(producers), segment.scale)


def _reason(loss: Signed, updates: list[UpdateEntry]) -> tuple[str, float]:
    """Why the loss rises, if it does; and Σ gradient × change, of what backward started from."""
    hand = {e.optimizer == BY_HAND for e in updates}
    upward = {bool(e.settings.get("maximize")) for e in updates}
    mixed = len(hand) != 1 or len(upward) != 1 or any(e.before.is_complex() for e in updates)
    if mixed or (hand == {False} and (loss.sign > 0) is not (upward == {True})):
        return "", 0.0
    dots = [_dot(e) for e in updates]
    change = sum(dot for dot, _ in dots)
    if hand == {True}:
        cosines = [cosine * loss.sign for _, cosine in dots if cosine]
        if not cosines or min(cosines) < ALONG:
            return "", 0.0
        if loss.sign > 0:
            return "by_hand", change
    elif upward == {True}:
        return "maximize", change
    return ("log_prob" if loss.name == LOG_PROB else "negated"), change


def _dot(entry: UpdateEntry) -> tuple[float, float]:
    """The product of a change with its gradient, and the cosine between both; 0: one is nothing."""
    grad = entry.grad
    assert grad is not None
    g, change = grad.to_dense().flatten().double(), (entry.after - entry.before).flatten().double()
    dot, norms = float(g @ change), float(g.norm() * change.norm())
    return dot, dot / norms if norms else 0.0


def _own(loss: Signed, updates: list[UpdateEntry], iteration: Iteration) -> bool:
    """Whether the layer that makes the prediction is moved, and the target is data."""
    moved = {e.name for e in updates}
    last = nearest_parameters(loss.prediction, iteration)
    return bool(last) and last <= moved and not from_parameters(loss.target, iteration)
