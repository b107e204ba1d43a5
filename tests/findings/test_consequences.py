"""One cause is one error or warning: what follows from it is a note that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.findings.consequences import with_causes
from lenet_tui.findings.finding import ERROR, NOTE, WARNING, Finding
from lenet_tui.findings.words import FINDINGS, said, shown_evidence
from lenet_tui.text.words import Words
from tests.findings.gallery_files import BROKEN, checked

OF_ONE_CAUSE = {
    "no-gradient__zeros": ("no-gradient", {"inactive-units"}),
    "inactive-units__regression": ("inactive-units", {"no-gradient"}),
    "input-scale__regression": ("input-scale", {"saturated", "no-gradient"}),
    "optimizer-stale__vision": ("optimizer-stale", {"param-not-in-optimizer"}),
    "graph-across-iterations__regression": ("graph-across-iterations", {"graph-kept-alive"}),
    "exploding__regression": ("exploding", {"exploding", "nan-forward", "step-too-large"}),
    "exploding__sequence": ("exploding", {"nan-forward", "step-too-large"}),
    "loss-arguments-swapped__regression": ("loss-arguments-swapped", {"nan-backward", "raised"}),
    "graph-cut__adversarial": ("graph-cut", {"gradient-unused"}),
    "label-range__vision": ("label-range", {"raised"}),
    "inplace-overwrite__vision": ("inplace-overwrite", {"raised"}),
    "loss-of-itself__regression": ("loss-of-itself", {"no-gradient"}),
    "loss-one-class__sequence": ("loss-one-class", {"no-gradient"}),
    "loss-one-class__softmax": ("loss-one-class", {"no-gradient"}),
}


@pytest.mark.parametrize("program", OF_ONE_CAUSE)
def test_one_cause_is_one_finding_and_what_follows_from_it_names_it(
    program: str, tmp_path: Path
) -> None:
    cause, effects = OF_ONE_CAUSE[program]
    found = checked(program, BROKEN, tmp_path).findings
    assert [f.id for f in found if f.fails] == [cause]
    after = [f for f in found if "follows" in f.evidence]
    assert {f.id for f in after} == effects and {f.level for f in after} <= {NOTE}
    for finding in after:
        _, why, fix = said(finding, Words("en", FINDINGS))
        shown = finding.evidence["follows"]
        assert why.endswith(f" This follows from {shown}.")
        assert fix == f"Mend that first, then check again: {shown}."  # no remedy of its own
        assert str(shown).split()[0] in {f.id for f in found}
        assert "follows" not in shown_evidence(finding, Words("en", FINDINGS))


def test_a_cause_is_as_grave_as_what_follows_from_it() -> None:
    grows = Finding("exploding", where="4", evidence={"reason": "activations"})
    made = Finding("nan-forward", where="4", evidence={"reason": "overflow"})
    divided = Finding("nan-forward", where="4", evidence={"reason": "division-by-zero"})
    assert (grows.level, made.level) == (WARNING, ERROR)
    assert [f.level for f in with_causes([grows, made])] == [ERROR, NOTE]
    assert with_causes([grows, divided]) == [grows, divided]  # it has a cause of its own


def test_a_note_explains_no_warning() -> None:
    closed = Finding("inactive-units", where="1", level=NOTE)
    dead = Finding("no-gradient", evidence={"reason": "zero", "died_at": "1"})
    assert with_causes([closed, dead]) == [closed, dead]


def test_a_scaler_leaves_out_what_is_nan_at_any_scale() -> None:
    made = Finding("nan-backward", where="loss.sqrt", evidence={"reason": "infinite-slope"})
    left_out = Finding("nan-backward", level=WARNING, evidence={"reason": "skipped"})
    assert [f.level for f in with_causes([made, left_out])] == [ERROR, NOTE]
    assert with_causes([left_out]) == [left_out]
