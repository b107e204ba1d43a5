"""Title, reason and remedy of each finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words.check import CHECK
from lenet_tui.findings.words.ledger import LEDGER
from lenet_tui.findings.words.loss import LOSS
from lenet_tui.findings.words.not_finite import NOT_FINITE
from lenet_tui.findings.words.numeric import NUMERIC
from lenet_tui.findings.words.order import ORDER
from lenet_tui.findings.words.panel import PANEL
from lenet_tui.findings.words.probes import PROBES
from lenet_tui.text.notice import Table
from lenet_tui.text.numbers import number
from lenet_tui.text.words import Words

FINDINGS: Table = {**CHECK, **LOSS, **LEDGER, **ORDER, **NUMERIC, **NOT_FINITE, **PROBES, **PANEL}
"""``findings.ID.title``, ``.why`` and ``.fix``; with a reason, ``findings.ID.REASON.title`` first.
"""

_SIGNS = {"inf": "∞", "-inf": "−∞", "nan": "NaN"}
LISTED = 3
"""Names that a text lists."""


def said(finding: Finding, words: Words) -> tuple[str, str, str]:
    """The title, the why and the fix of a finding."""
    values = {name: _spelled(value, words) for name, value in finding.evidence.items()}
    values |= {"where": finding.where, "line": finding.line}
    reason = finding.evidence.get("reason", "")
    texts = []
    for part in ("title", "why", "fix"):
        key = f"findings.{finding.id}.{reason}.{part}"
        texts.append(words(key if key in words else f"findings.{finding.id}.{part}", **values))
    return texts[0], texts[1], texts[2]


def shown_evidence(finding: Finding, words: Words) -> str:
    """The evidence in one line, as ``name value``; what the title says whole is left out.

    A name that says too little has words of its own, ``findings.ID.evidence.NAME``.
    """
    facts = finding.evidence.items()
    values = {k: v for k, v in facts if k not in ("reason", "message") and v not in ("", [], ())}
    labels = {name: f"findings.{finding.id}.evidence.{name}" for name in values}
    said_as = {name: words(key) if key in words else name for name, key in labels.items()}
    return ", ".join(f"{said_as[k]} {_spelled(value, words)}" for k, value in values.items())


def as_json(finding: Finding, words: Words) -> Mapping[str, Any]:
    """The finding as plain values, for ``--format json``."""
    title, why, fix = said(finding, words)
    return {
        "id": finding.id,
        "level": finding.level,
        "phase": finding.phase,
        "where": finding.where,
        "line": finding.line,
        "title": title,
        "evidence": dict(finding.evidence),
        "why": why,
        "fix": fix,
    }


def _spelled(value: Any, words: Words) -> str:
    """A value of the evidence, as a text has it."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return _SIGNS.get(value, value)
    several = list(value)
    if all(isinstance(n, int) for n in several):
        inside = ", ".join(str(n) for n in several)
        return f"({inside},)" if len(several) == 1 else f"({inside})"
    shown = [_spelled(one, words) for one in several[:LISTED]]
    left = len(several) - len(shown)
    return ", ".join(shown) + (words("findings.more", n=left) if left else "")
