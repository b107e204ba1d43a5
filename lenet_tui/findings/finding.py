"""A finding: what is wrong with a training step, where, and the numbers that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lenet_tui.protocol.messages import Raised
from lenet_tui.text.notice import Notice

ERROR, WARNING, NOTE = "error", "warning", "note"

LEVELS: dict[str, str] = {
    "raised": ERROR,
    # the loss
    "loss-broadcast": ERROR,
    "loss-on-probabilities": ERROR,
    "loss-arguments-swapped": WARNING,
    "loss-one-class": ERROR,
    "loss-of-itself": ERROR,
    "loss-axes": ERROR,
    "loss-ascends": WARNING,
    "logits-bounded": WARNING,
    "target-out-of-reach": WARNING,
    "label-range": ERROR,
    "label-dtype": ERROR,
    "loss-at-start": NOTE,
    # the parameters
    "param-not-registered": ERROR,
    "param-not-in-optimizer": ERROR,
    "optimizer-stale": ERROR,
    "optimizer-anew": WARNING,
    "no-gradient": WARNING,
    "graph-cut": ERROR,
    "frozen-but-moves": WARNING,
    "tied-but-apart": WARNING,
    "units-alike": WARNING,
    # the order of the step
    "grad-accumulates": ERROR,
    "gradient-unused": WARNING,
    "gradient-used-twice": WARNING,
    "update-while-scaled": WARNING,
    "clip-misplaced": WARNING,
    "clip-while-scaled": WARNING,
    "clip-to-zero": WARNING,
    "weights-set-back": WARNING,
    "accumulation-scale": WARNING,
    # the graph
    "graph-across-iterations": ERROR,
    "double-backward": ERROR,
    "inplace-overwrite": ERROR,
    "graph-kept-alive": WARNING,
    # the modes
    "mode-eval-in-training": WARNING,
    "dropout-in-eval": WARNING,
    # the numbers
    "nan-input": ERROR,
    "nan-forward": ERROR,
    "nan-backward": ERROR,
    "nan-state": ERROR,
    "step-too-large": WARNING,
    "step-too-small": WARNING,
    "vanishing": WARNING,
    "exploding": WARNING,
    "inactive-units": WARNING,
    "saturated": WARNING,
    "batch-mixing": ERROR,
    "axes-mixed": WARNING,
    "attention-axis": WARNING,
    "input-scale": WARNING,
    "same-batch-again": WARNING,
    "cannot-overfit": WARNING,
    "resume-lacks-state": WARNING,
}
"""The level that a finding of an id has, unless the finding says otherwise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``where``: the name of an op or parameter, as ``goto op`` takes it; empty: none.

    ``line``: ``file.py:17`` of the person's own code; empty where it is not known. ``evidence``:
    numbers, texts and lists of them; ``reason`` among them names a variant of the words.
    ``level``: empty stands for that of the id. ``message``: what the evidence has of that name,
    where it is a text of ours, which has several languages.
    """

    id: str
    phase: str = ""
    where: str = ""
    line: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    level: str = ""
    message: Notice | None = None
    iteration: int = 0

    def __post_init__(self) -> None:
        if not self.level:
            object.__setattr__(self, "level", LEVELS[self.id])

    @property
    def fails(self) -> bool:
        """Whether it is an error or a warning."""
        return self.level != NOTE


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found, the gravest first, in so many ``iterations``.

    ``first``: the first of them, of a script that went on meanwhile; 0: all was undone. ``unseen``:
    how many calls there were inside functions that ``torch.func`` transforms, of which it says
    nothing.
    """

    findings: tuple[Finding, ...] = ()
    iterations: int = 0
    first: int = 0
    unseen: int = 0

    @property
    def fails(self) -> bool:
        """Whether any is an error or a warning."""
        return any(finding.fails for finding in self.findings)

    def numbered(self, first: int) -> Findings:
        """The same with iterations counted from ``first`` on, where they were counted from 1."""
        return replace(self, findings=tuple(_numbered(f, first - 1) for f in self.findings))

    def without(self, ids: tuple[str, ...]) -> Findings:
        """The same without the findings of some ids."""
        return replace(self, findings=tuple(f for f in self.findings if f.id not in ids))


def never_ran(raised: Raised, phase: str = "") -> Findings:
    """What the person's code raised before there was an iteration to look at."""
    evidence = {"type": raised.kind, "message": raised.message, "reason": "early"}
    return Findings((Finding("raised", phase, line=raised.line, evidence=evidence),))


def _numbered(finding: Finding, before: int) -> Finding:
    known = {name: finding.evidence.get(name) for name in ("iteration", "born")}
    moved = {name: n + before for name, n in known.items() if isinstance(n, int) and n}
    iteration = finding.iteration and finding.iteration + before
    return replace(finding, iteration=iteration, evidence={**finding.evidence, **moved})
