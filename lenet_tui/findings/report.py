"""Findings as text, as JSON and as the annotations of a code host."""

from __future__ import annotations

import json
import math
from typing import Any

from lenet_tui.findings.files import path_of
from lenet_tui.findings.finding import NOTE, Finding, Findings
from lenet_tui.findings.words import as_json, said
from lenet_tui.protocol.phase_words import phase_about, phase_text
from lenet_tui.text.clean import clean
from lenet_tui.text.words import Words


def json_text(found: Findings, words: Words) -> str:
    """``{"findings": […], "iterations": N}``; numbers that are not finite are strings.

    ``"unseen"`` is there too where calls inside of ``torch.func`` were not looked at.
    """
    plain = {
        "findings": [_plain(as_json(f, words)) for f in found.findings],
        "iterations": found.iterations,
        **({"unseen": found.unseen} if found.unseen else {}),
    }
    return json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def place(finding: Finding, words: Words) -> str:
    """The line of the person's code and the place on the tape."""
    key = "findings.at" if finding.where not in ("", finding.phase) else "findings.in"
    phase = phase_text(finding.phase, words)
    at = words(key, where=finding.where, phase=phase) if finding.phase else finding.where
    return "  ".join(part for part in (finding.line, at) if part)


def whole_place(finding: Finding, words: Words) -> list[str]:
    """The place, and in a line of its own what its phase is, where the name does not say it."""
    return [*filter(None, (place(finding, words), phase_about(finding.phase, words)))]


def unseen(found: Findings, words: Words) -> str:
    """What follows the counts where some calls could not be looked at; else nothing."""
    return words("findings.unseen", n=found.unseen) if found.unseen else ""


def text(found: Findings, words: Words) -> str:
    """Plain text, as an exception or ``str`` shows it."""
    if not found.findings:
        return f"{words('findings.none', count=found.iterations)}{unseen(found, words)}"
    blocks = []
    for finding in found.findings:
        title, why, fix = said(finding, words)
        at, *about = whole_place(finding, words) or [""]
        lines = [
            f"{words(f'findings.level.{finding.level}')}  {finding.id}  {at}",
            *(f"  {line}" for line in about),
            f"  {title}",
            f"  {words('findings.why')}: {why}",
            f"  {words('findings.fix')}: {fix}",
        ]
        blocks.append("\n".join(clean(line, 1000) for line in lines))
    if found.unseen:
        blocks.append(unseen(found, words).strip())
    return "\n\n".join(blocks)


NEXT_LINE = "%0A"
"""Begins another line of an annotation."""


def host_annotations(found: Findings, words: Words, own: str = "") -> str:
    """A line for each finding, as GitHub takes annotations from a job's output.

    What it is, why and what mends it are a line each of the annotation. Their paths are from the
    working directory; ``own``: the file that was checked.
    """
    lines = []
    for finding in found.findings:
        title, why, fix = said(finding, words)
        level = "notice" if finding.level == NOTE else finding.level
        file, _, number = finding.line.rpartition(":")
        at = f"file={_property(path_of(file, own))},line={number}," if file else ""
        body = NEXT_LINE.join(map(_data, (title, why, fix)))
        lines.append(f"::{level} {at}title={_property(finding.id)}::{body}")
    return "\n".join(lines)


def _data(text: str) -> str:
    shown = clean(text, 2000)
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
