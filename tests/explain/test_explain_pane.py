"""The explain pane's text is broken into lines by us: no word is left alone."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from lenet_tui.app.all_words import words
from lenet_tui.explain.ui.explain_pane import ENDS, ExplainText, paragraphs_of
from lenet_tui.explain.words.pane import EXPLAIN, needed
from lenet_tui.text.wrapping import balanced


def explanation(language: str, key: str) -> list[str]:
    said = words(language)
    return [
        line.format_map(dict.fromkeys(needed(line), "0.125")) for line in said(key).splitlines()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [38, 80, 82, 118])
def test_no_orphans(language: str, width: int) -> None:
    for key in EXPLAIN:
        for paragraph in paragraphs_of(explanation(language, key)):
            lines = balanced(paragraph, width, cell_len)
            assert all(cell_len(line) <= width for line in lines)
            assert "".join("".join(lines).split()) == "".join(paragraph.split())
            if len(lines) > 1 and cell_len(paragraph) > width:
                assert cell_len(lines[-1]) > cell_len(lines[0]) * 0.3, (key, lines)
                if width > 38 and paragraph.endswith(ENDS):
                    assert max(map(cell_len, lines)) > width * 0.55, (key, lines)


def test_sentences_fill_their_lines_and_formulas_do_not() -> None:
    lines = [
        "A headline.",
        "It adds.",
        "It never overwrites.",
        "p.grad = g",
        "Watch out: a second one raises, as the first has freed it",
        "(retain_graph=True keeps it).",
        "Watch out: another.",
    ]
    assert paragraphs_of(lines) == [
        "A headline.",
        "It adds. It never overwrites.",
        "p.grad = g",
        "Watch out: a second one raises, as the first has freed it (retain_graph=True keeps it).",
        "Watch out: another.",
    ]
    assert paragraphs_of(["标题。", "一句。", "又一句。"]) == ["标题。", "一句。又一句。"]
    assert ExplainText(lines).fitted(200).plain.count("\n") == 4
