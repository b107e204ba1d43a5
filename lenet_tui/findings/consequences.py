"""Which findings follow from others: one cause is said once, and the rest as its consequences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lenet_tui.findings.finding import ERROR, NOTE, WARNING, Finding
from lenet_tui.protocol.phases import LOSS

CLOSED = ("inactive-units", "saturated")
CONSTANT = ("loss-of-itself", "loss-one-class")
OVERFLOWS = ("overflow", "half-overflow")


def with_causes(found: list[Finding]) -> list[Finding]:
    """The same findings; those that follow from another one are notes that name it.

    The cause is then as grave as the gravest that follows from it.
    """
    causes: dict[int, Finding] = {}
    for finding in found:
        cause = next((c for c in found if c is not finding and _follows(finding, c)), None)
        if cause is not None:
            causes[id(finding)] = cause
    levels = {id(finding): finding.level for finding in found}
    for _ in range(len(causes)):  # a cause may follow from another one itself
        for finding in found:
            cause = causes.get(id(finding))
            if cause is not None and levels[id(finding)] == ERROR:
                levels[id(cause)] = ERROR
    return [said_after(f, causes[id(f)]) if id(f) in causes else replace(f, level=levels[id(f)])
            for f in found]  # fmt: skip


def said_after(finding: Finding, cause: Finding) -> Finding:
    """The finding as a note that names its cause."""
    follows = f"{cause.id} ({cause.where})" if cause.where else cause.id
    return replace(finding, level=NOTE, evidence={**finding.evidence, "follows": follows})


def _follows(finding: Finding, cause: Finding) -> bool:
    rule = _RULES.get(finding.id)
    return rule is not None and cause.level in (ERROR, WARNING) and rule(finding, cause)


def _no_gradient(finding: Finding, cause: Finding) -> bool:
    """Gradients end where all units are closed, or flat, or at a loss that is the same always."""
    at, reason = finding.evidence.get("died_at"), finding.evidence.get("reason")
    if cause.id in CONSTANT:
        softmax = str(finding.evidence.get("node", "")).startswith("Softmax")
        of_softmax = softmax and cause.evidence.get("op") == "softmax"
        of_loss = str(at).partition("#")[0] in (LOSS.name, cause.where)
        return reason == "zero" and (of_softmax or of_loss)
    if reason == "input":  # closed units hand on zeros
        return cause.id == "inactive-units" and cause.evidence["closed"] == cause.evidence["units"]
    return reason == "zero" and cause.id in CLOSED and at == cause.where


def _closed(finding: Finding, cause: Finding) -> bool:
    """Units are closed behind weights that stay 0, or flat behind what is far too large."""
    layer = finding.evidence.get("layer")
    if cause.id == "input-scale":
        return finding.id == "saturated" and layer == cause.where != ""
    return _stuck(cause) and layer in cause.evidence.get("layers", ())


def _stuck(finding: Finding) -> bool:
    return finding.id == "no-gradient" and finding.evidence.get("reason") == "stuck"


def _overflow(finding: Finding, cause: Finding) -> bool:
    grows = cause.id == "exploding"
    return (grows and finding.evidence.get("reason") in OVERFLOWS) or _swapped(finding, cause)


def _swapped(finding: Finding, cause: Finding) -> bool:
    swapped = cause.id == "loss-arguments-swapped"
    return swapped and (finding.where, finding.line) == (cause.where, cause.line)


def _left_out(finding: Finding, cause: Finding) -> bool:
    """A scaler leaves out the updates of gradients that are NaN whatever its scale is."""
    skipped = finding.evidence.get("reason") == "skipped" != cause.evidence.get("reason")
    born = cause.id in ("nan-input", "nan-forward", "nan-backward") and cause.level == ERROR
    return (skipped and born) or _swapped(finding, cause)


def _steep(finding: Finding, cause: Finding) -> bool:
    """The loss leaves the finite numbers along the step, and what explodes did so before it."""
    along = (finding.evidence.get(name) for name in ("half", "after"))
    return cause.id == "exploding" and any(
        isinstance(x, float) and not math.isfinite(x) for x in along
    )


def _over_depth(finding: Finding, cause: Finding) -> bool:
    """Gradients shrink and grow with the activations that they are multiplied by."""
    reasons: tuple[Any, Any] = finding.evidence.get("reason"), cause.evidence.get("reason")
    return finding.id == cause.id and reasons == ("gradients", "activations")


def _across(finding: Finding, cause: Finding) -> bool:
    return cause.id == "graph-across-iterations"


def _cut(finding: Finding, cause: Finding) -> bool:
    return cause.id == "graph-cut" and cause.level == ERROR


def _stale(finding: Finding, cause: Finding) -> bool:
    return cause.id == "optimizer-stale" and finding.line == cause.line


_RULES: dict[str, Callable[[Finding, Finding], bool]] = {
    "no-gradient": _no_gradient,
    "inactive-units": _closed,
    "saturated": _closed,
    "nan-forward": _overflow,
    "nan-backward": _left_out,
    "step-too-large": _steep,
    "exploding": _over_depth,
    "vanishing": _over_depth,
    "graph-kept-alive": _across,
    "gradient-unused": _cut,
    "param-not-in-optimizer": _stale,
}
"""Of a finding's id: whether it follows from another finding."""
