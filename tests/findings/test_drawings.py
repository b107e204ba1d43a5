"""The place of each finding as it is drawn: of what a check finds in the gallery's programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.content import Content

from lenet_tui.app.all_words import words
from lenet_tui.findings.finding import Finding
from lenet_tui.findings.ui.places import _turns, drawing
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE
from lenet_tui.text.numbers import number
from tests.findings.gallery_files import BROKEN, checked, programs

SAMPLE = ("loss-broadcast__regression", "graph-cut__vision", "inplace-overwrite__vision",
          "nan-backward__regression", "graph-across-iterations__regression",
          "vanishing__vision")  # fmt: skip
BROADCASTS = "ignore:Using a target size"


def drawn(finding: Finding) -> list[Content]:
    made = [drawing(finding, words(lang), UNICODE, None) for lang in ("en", "zh")]
    return [*made, drawing(finding, words("en", ascii=True), ASCII, None)]


@pytest.mark.filterwarnings(BROADCASTS)
@pytest.mark.parametrize("program", SAMPLE)
def test_each_kind_of_place_is_drawn_of_what_a_check_finds(program: str, tmp_path: Path) -> None:
    for finding in checked(program, BROKEN, tmp_path).findings:
        assert all(len(made.plain.strip()) > 10 for made in drawn(finding)), finding


@pytest.mark.slow
@pytest.mark.parametrize("program", sorted(set(programs()) - set(SAMPLE)))
def test_so_is_every_other_one(program: str, tmp_path: Path) -> None:
    for finding in checked(program, BROKEN, tmp_path).findings:
        assert all(made.plain.strip() or not finding.evidence for made in drawn(finding)), finding


def test_layers_are_called_by_their_names_along_the_depth(tmp_path: Path) -> None:
    found = checked("exploding__regression", BROKEN, tmp_path).findings
    texts = {f.evidence["reason"]: drawn(f)[0].plain for f in found if f.id == "exploding"}
    assert "root mean square" in texts["activations"] and "norm of the grad" in texts["gradients"]
    for text in texts.values():
        assert [line.split()[0] for line in text.splitlines()[1:]] == [
            str(2 * n) for n in range(13)
        ]


def test_what_was_made_before_the_first_iteration_is_said_so(tmp_path: Path) -> None:
    found = checked("graph-across-iterations__vision", BROKEN, tmp_path).findings[0]
    assert "before the first iteration   DivBackward0" in drawn(found)[0].plain


def test_an_exception_is_said_once(tmp_path: Path) -> None:
    found = checked("raised__vision", BROKEN, tmp_path).findings[0]
    text = drawn(found)[0].plain
    assert "(8, 196)" in text and "RuntimeError" not in text and "multiplied" not in text
    bare = drawn(replace(found, evidence={"type": "E", "message": "m"}))[0].plain
    assert bare == "The iteration ended here by an exception; the tape up to it is kept."


def test_infinities_of_the_input_are_found_and_not_made(tmp_path: Path) -> None:
    found = checked("nan-input__regression", BROKEN, tmp_path).findings[0]
    assert "the first of them at [7,2]: ∞" in drawn(found)[0].plain


def test_a_zero_times_infinity_shows_both_factors(tmp_path: Path) -> None:
    found = checked("nan-backward__sequence", BROKEN, tmp_path).findings[0]
    text = drawn(found)[0].plain
    assert found.evidence["factors"] == ["0", "nan"] and "slope of the op" in text
    assert "0 × NaN → NaN" in text and "inf" not in text


def test_turns_of_a_step_that_accumulates_are_shown_once() -> None:
    micro = ["forward", "loss", "backward"]
    assert _turns(["init", *micro * 4, "clip", "update"]) == [
        (("init",), 1), (tuple(micro), 4), (("clip",), 1), (("update",), 1),
    ]  # fmt: skip
    assert _turns([*micro, "update"]) == [((name,), 1) for name in (*micro, "update")]
    assert _turns(["update"] * 3) == [(("update",), 3)]
    assert _turns([]) == []


def test_the_loss_along_a_step_is_drawn_with_the_step_taken(tmp_path: Path) -> None:
    found = checked("step-too-large__regression", BROKEN, tmp_path).findings
    one = next(f for f in found if f.id == "step-too-large")
    for made in drawn(one):
        lines = made.plain.splitlines()
        assert len(lines) == 1 + len(one.evidence["factors"])
    losses = [float(loss) for loss in one.evidence["losses"]]
    taken = losses[one.evidence["factors"].index(1)]
    assert any(number(taken, 4) in line and "step taken" in line for line in lines)
