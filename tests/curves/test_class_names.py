"""Names of classes in a few cells: cut with a mark, and never two under one name."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lenet_tui.app.all_words import words
from lenet_tui.curves.class_names import LEAST, cut, longest_that_fit, told_apart
from lenet_tui.curves.ui.confusion_pane import matrix, mistakes
from lenet_tui.curves.ui.worst_pane import WorstPane
from lenet_tui.evaluation.request import Judged, Mistaken
from lenet_tui.protocol.frame import Samples
from lenet_tui.terminal.ui.line_widget import LineWidget
from tests.harness.pane_app import PaneApp

NAMES = st.lists(st.text("abé数字", min_size=1, max_size=12), min_size=1, max_size=8, unique=True)


@given(NAMES, st.integers(LEAST, 24))
def test_a_name_that_is_cut_has_the_mark_and_no_two_are_alike(names: list[str], cells: int) -> None:
    made = told_apart(names, cells, "…")
    if made is None:
        return
    assert len({*made}) == len(names)
    for name, short in zip(names, made, strict=True):
        assert cell_len(short) <= cells
        assert short == name or ("…" in short and cell_len(name) > cells)


def test_names_that_begin_alike_keep_their_ends() -> None:
    assert told_apart(["eight", "seven"], 4, "…") == ["eig…", "sev…"]
    assert told_apart(["shoe left", "shoe right", "bag"], 6, "~") == ["sho~ft", "sho~ht", "bag"]
    assert told_apart(["数字七", "数字八"], 5, "…") == ["数…七", "数…八"]
    assert told_apart(["aaaaaa1aaaaaa", "aaaaaa2aaaaaa"], 6, "…") is None
    assert cut("数字七", 4, "…") == "数…" and cut("数字七", 6, "…") == "数字七"


def test_names_share_a_line_and_are_the_same_in_all_of_them() -> None:
    names = ("cat", "aeroplane", "automobile")
    assert longest_that_fit((0, 1), names, [(0, 1)], 12, "…") == {0: "cat", 1: "aeroplane"}
    rows = [(0, 1), (2, 1)]
    assert longest_that_fit((0, 1, 2), names, rows, 10, "…") == {0: "cat", 1: "aero…", 2: "auto…"}
    alike = ("aaaaaa1aaaaaa", "aaaaaa2aaaaaa")
    assert longest_that_fit((0, 1), alike, [(0, 1)], 12, "…") == {0: "0", 1: "1"}


async def shown(
    names: tuple[str, ...], width: int, *, pictures: bool, ascii_only: bool = False
) -> list[str]:
    """The lines of a pane so wide, with three samples, and the text in its lower border."""
    pane = WorstPane()
    app = PaneApp(pane, ascii_only=ascii_only)
    picture = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8) if pictures else None
    worst = tuple(Mistaken(n, 2 - n, n, 0.1, 2.345, picture) for n in range(3))
    async with app.run_test(size=(width + 2, 24)):
        app.answer(samples=Samples(names=names))
        pane.judged = Judged(5, np.zeros((3, 3), dtype=int), worst)
        put = pane.query_one(LineWidget).lines
        return [*(line.plain.rstrip() for line in put), str(pane.border_subtitle)]


async def test_the_worst_samples_cut_no_name_without_a_sign() -> None:
    names = ("a long name of a class", "数字一二三四五六", "short")
    listed = await shown(names, 78, pictures=False)
    assert listed[0] == "▶short→a long name of a class 2.35"
    listed = await shown(names, 24, pictures=False, ascii_only=True)
    assert listed[0] == ">short->a long~ 2.35"
    *drawn, below = await shown(("seven", "eight", "a long name"), 78, pictures=True)
    said = drawn[8].split()
    assert said == ["▶a", "lo…→seven", "2.35", "eight→eight", "2.35", "seven→a", "lo…", "2.35"]
    assert "a long name taken for seven" in below
    *drawn, below = await shown(("数字七七七", "数字八八八", "数字九九九"), 34, pictures=True)
    assert drawn[8] == "▶数…九→数…七 2.35" and "…" in below


def test_the_matrix_and_the_list_of_mistakes_mark_what_they_cut() -> None:
    counts = np.array([[5, 2], [1, 7]])
    names = ("aeroplane of long ago", "automobile")

    def heads(width: int) -> str:
        made = matrix(counts, width, "·", names)
        assert made is not None
        return " ".join(made[0].plain.split())

    assert heads(60) == "aeroplane o… automobile" and heads(24) == "aerop… autom…"
    for width in range(24, 60):
        for line in mistakes(counts, 5, words("en"), names, width=width):
            assert line.cell_length <= width
            assert "…" in line.plain or "aeroplane of long ago" in line.plain
