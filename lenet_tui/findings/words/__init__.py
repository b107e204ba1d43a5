"""Title, reason and remedy of each finding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words.again import AGAIN
from lenet_tui.findings.words.asked_for import ASKED_FOR
from lenet_tui.findings.words.attention import ATTENTION
from lenet_tui.findings.words.check import CHECK
from lenet_tui.findings.words.evidence import EVIDENCE
from lenet_tui.findings.words.ledger import LEDGER
from lenet_tui.findings.words.loss import LOSS
from lenet_tui.findings.words.modes import MODES
from lenet_tui.findings.words.never_moves import NEVER_MOVES
from lenet_tui.findings.words.not_finite import NOT_FINITE
from lenet_tui.findings.words.numeric import NUMERIC
from lenet_tui.findings.words.order import ORDER
from lenet_tui.findings.words.panel import PANEL
from lenet_tui.findings.words.probes import PROBES
from lenet_tui.findings.words.singular import singular
from lenet_tui.findings.words.step import STEP
from lenet_tui.text.notice import Table
from lenet_tui.text.numbers import figure, index_text, sign, thousands
from lenet_tui.text.words import Words

_ALL: Table = {
    **CHECK,
    **EVIDENCE,
    **LOSS,
    **ASKED_FOR,
    **LEDGER,
    **ORDER,
    **STEP,
    **NEVER_MOVES,
    **ATTENTION,
    **MODES,
    **NUMERIC,
    **AGAIN,
    **NOT_FINITE,
    **PROBES,
    **PANEL,
}
FINDINGS: Table = {**_ALL, **singular(_ALL)}
"""``findings.ID.title``, ``.why`` and ``.fix``; with a reason, ``findings.ID.REASON.title`` first.
"""

_SIGNS = {"inf": "∞", "-inf": "−∞", "nan": "NaN"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")
_TOGETHER = {
    "along": {"factors", "losses"},
    "percent": {"along", "factors", "losses"},
    "relative": {"percent"},
}
"""What a piece of the evidence says of others, which are then left out beside it."""
LISTED = 3
"""Names that a text lists."""
LISTED_WHOLE = 12
"""Names that the evidence lists, where a text has only the first of them."""


def said(finding: Finding, words: Words) -> tuple[str, str, str]:
    """The title, the why and the fix of a finding."""
    values = {name: _spelled(value, words) for name, value in facts(finding, words).items()}
    values |= {"where": finding.where, "line": finding.line}
    if finding.evidence.get("index"):
        values["index"] = index_text(finding.evidence["index"])
    title, why, fix, *more = (words(key, **values) for key in _keys(finding, words))
    return title, "".join((why, *more)), fix


def facts(finding: Finding, words: Words) -> dict[str, Any]:
    """The evidence, with a message of ours in the language of the words."""
    own = {} if finding.message is None else {"message": words.say(finding.message)}
    return {**finding.evidence, **own}


def called(finding: Finding, name: str, words: Words) -> str:
    """What a name of the evidence is called: by the finding, by all, or as it is."""
    for key in (f"findings.{finding.id}.evidence.{name}", f"findings.evidence.{name}"):
        if key in words:
            return words(key)
    return name


def _keys(finding: Finding, words: Words) -> tuple[str, ...]:
    """The keys of a finding's texts: those of its reason first. The why may have more parts: the
    numbers that the bad one was made of, where they are known, and what it follows from: that is
    to be mended then.
    """
    reason = finding.evidence.get("reason", "")
    own = {part: f"findings.{finding.id}.{reason}.{part}" for part in ("title", "why", "fix")}
    texts = [key if key in words else f"findings.{finding.id}.{p}" for p, key in own.items()]
    if finding.evidence.get("follows"):
        return (*texts[:2], "findings.follows.fix", *_factors(finding, words), "findings.follows")
    return (*texts, *_factors(finding, words))


def _factors(finding: Finding, words: Words) -> tuple[str, ...]:
    """The key of the text that says what the bad number was made of, where that is known."""
    known = finding.evidence.get("factors") or ()
    key = f"findings.{finding.id}.{finding.evidence.get('reason', '')}.factors"
    alone = f"{key}.one"
    key = alone if len(known) == 1 and alone in words else key
    return (key,) if known and key in words else ()


def _is_cut(value: Any) -> bool:
    """Whether a text lists only the first of it."""
    several = isinstance(value, (list, tuple)) and len(value) > LISTED
    return several and not all(isinstance(n, int) for n in value)


def shown_evidence(finding: Finding, words: Words) -> str:
    """The evidence in one line, as ``name value``; what the texts say whole is left out, but for
    what has words of the finding's own, ``findings.ID.evidence.NAME``.
    """
    known = finding.evidence.items()
    values = {k: v for k, v in known if k not in ("reason", "message") and v not in ("", [], ())}
    texts = " ".join(words(key) for key in _keys(finding, words))
    named = {name for _, name, _, _ in Formatter().parse(texts)}
    present = named | values.keys()
    together = {part for name, parts in _TOGETHER.items() if name in present for part in parts}
    own = {name for name in values if f"findings.{finding.id}.evidence.{name}" in words}
    values = {
        name: value
        for name, value in values.items()
        if name not in together and (name not in named or name in own or _is_cut(value))
    }
    return words("findings.between").join(
        f"{called(finding, name, words)} {spelled_evidence(value, words)}"
        for name, value in values.items()
    )


def spelled_evidence(value: Any, words: Words) -> str:
    """A value of the evidence by itself, with more of its names than a text has room for."""
    if isinstance(value, bool):
        return words("findings.yes" if value else "findings.no")
    return _spelled(value, words, LISTED_WHOLE)


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
        "evidence": facts(finding, words),
        "why": why,
        "fix": fix,
    }


def _spelled(value: Any, words: Words, listed: int = LISTED) -> str:
    """A value of the evidence, as a text has it."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return thousands(value)
    if isinstance(value, float):
        return figure(value)
    if isinstance(value, str):
        return _SIGNS.get(value) or (sign(value) if _NUMBER.fullmatch(value) else value)
    several = list(value)
    if all(isinstance(n, int) for n in several):
        inside = ", ".join(str(n) for n in several)
        return f"({inside},)" if len(several) == 1 else f"({inside})"
    shown = [_spelled(one, words) for one in several[:listed]]
    left = len(several) - len(shown)
    return ", ".join(shown) + (words("findings.more", n=left) if left else "")
