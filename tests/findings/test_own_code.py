"""What belongs to no phase is called own code where people read it, and explained there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Static

from lenet_tui.app.all_words import words
from lenet_tui.findings.finding import Finding, Findings
from lenet_tui.findings.report import json_text, text
from lenet_tui.findings.ui.places import drawing
from lenet_tui.findings.words import FINDINGS
from lenet_tui.kit.ui.glyphs import UNICODE
from lenet_tui.protocol.options import resolve
from lenet_tui.protocol.phase_words import PHASE_WORDS, phase_about, phase_noticed, phase_text
from lenet_tui.protocol.phases import PHASES
from lenet_tui.text.notice import notice
from lenet_tui.text.words import Words
from lenet_tui.twins.lines import parting
from lenet_tui.twins.result import ONLY_A, TwinIteration, TwinRow, TwinsResult
from tests.findings.gallery_files import BROKEN, checked, write
from tests.harness.commands import run_here
from tests.harness.running_app import running

PROGRAM = "clip-to-zero__bounds"
ENGLISH, CHINESE = ("en", "own code"), ("zh", "自写代码")
LANGUAGES = pytest.mark.parametrize(("language", "called"), [ENGLISH, CHINESE])


@LANGUAGES
def test_it_alone_has_another_word_and_an_explanation(language: str, called: str) -> None:
    told = words(language)
    assert [p for p in PHASES if phase_text(p, told) != p] == ["other"]
    assert [p for p in PHASES if phase_about(p, told)] == ["other"]
    assert phase_text("other", told) == called
    here = told.say(notice("explain:here", n=3, phase=phase_noticed("other")))
    assert called in here and "other" not in here
    assert phase_noticed("update") == "update"
    assert phase_about("other", told).startswith(called) and "other" in phase_about("other", told)


@LANGUAGES
def test_a_check_says_it_and_its_json_keeps_the_name(
    language: str, called: str, tmp_path: Path
) -> None:
    file = str(write(PROGRAM, BROKEN, tmp_path))
    done = run_here("check", "--model", file, "--lang", language)
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "0.weight" in lines[1] and called in lines[1] and "other" not in lines[1]
    assert lines[2].startswith(called)
    [found] = checked(PROGRAM, BROKEN, tmp_path).findings
    assert found.phase == "other"
    told = Words(language, FINDINGS, PHASE_WORDS)  # as lt.check has them
    assert text(Findings((found,), 3), told).splitlines()[1].strip().startswith(called)
    assert json.loads(json_text(Findings((found,), 3), told))["findings"][0]["phase"] == "other"


@LANGUAGES
async def test_the_panel_and_the_rail_say_it(language: str, called: str, tmp_path: Path) -> None:
    file = write(PROGRAM, BROKEN, tmp_path)
    options = resolve("own", model=str(file), device="cpu")
    async with running(options=options, lang=language) as run:
        await run.press("f")
        assert f"✔ {called} " in run.text and "✔ other" not in run.text
        await run.press("!")
        for _ in range(20):
            if run.app.main._checked.found is None:
                await run.settle()
        about = phase_about("other", words(language))
        assert "\\n" not in run.text
        assert about[:20] in run.text
        await run.press("enter")
        drawn = str(run.app.screen.query_one("#findings-drawing", Static).render())
        assert f"▶ {called}" in drawn and about not in drawn and about[:20] in run.text
        frame = run.app.main.frame
        elsewhere = Finding("clip-misplaced", "update", "0.weight", evidence={"many": 1})
        drawn = drawing(elsewhere, words(language), UNICODE, frame).plain
        assert f"· {called}" in drawn and about in drawn


@LANGUAGES
def test_the_twins_say_it(language: str, called: str) -> None:
    told = words(language)
    row = TwinRow("other", "other.mul", "mul", ONLY_A, a=1.0)
    result = TwinsResult(("a.py", "b.py"), (TwinIteration(1, (row,)),))
    first, about = parting(result, told, ("a.py", "b.py"))
    assert called in first and about == f"  {phase_about('other', told)}"
