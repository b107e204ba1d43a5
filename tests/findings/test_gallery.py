"""Every broken program of the gallery is found by its id, and no healthy twin is accused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenet_tui.findings.words import FINDINGS, said, shown_evidence
from lenet_tui.text.words import Words
from tests.findings.gallery_files import BROKEN, HEALTHY, checked, id_of, programs

LONG = ("graph-kept-alive__meter", "same-batch-again__copied", "saturated__regression")
"""Another program of the same id is fast."""

STANDING = {"exp_avg", "exp_avg_sq"}
"""What the optimizer calls its state."""


def sample() -> Iterator[object]:
    """One program for each id; the others are slow."""
    seen: set[str] = set()
    for program in programs():
        if program in LONG or id_of(program) in seen:
            yield pytest.param(program, marks=pytest.mark.slow)
        else:
            seen.add(id_of(program))
            yield program


@pytest.mark.parametrize("program", sample())
def test_the_broken_one_is_found_and_its_twin_is_not_accused(program: str, tmp_path: Path) -> None:
    found = checked(program, BROKEN, tmp_path)
    assert id_of(program) in {f.id for f in found.findings}, found
    for finding in found.findings:
        for language in ("en", "zh"):
            for text in said(finding, Words(language, FINDINGS)):
                assert text and "{" not in text
        parts = shown_evidence(finding, Words("zh", FINDINGS)).split("；")
        names = {part.partition(" ")[0] for part in parts}
        assert not (names & finding.evidence.keys()) - STANDING, "a name that is not said in words"
    healthy = checked(program, HEALTHY, tmp_path)
    assert [f for f in healthy.findings if f.fails] == []


def test_each_id_has_two_programs_of_different_shape() -> None:
    counts = Counter(id_of(program) for program in programs())
    assert {id: n for id, n in counts.items() if n < 2} == {}
