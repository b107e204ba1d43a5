"""Where lines break, in English and Chinese."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lenet_tui.text import wrapping


def wrap(text: str, width: int) -> list[str]:
    return wrapping.wrap(text, width, cell_len)


def test_english_breaks_at_blanks() -> None:
    assert wrap("each output cell is a sum", 11) == ["each output", "cell is a", "sum"]
    assert wrap("one\n\ntwo", 9) == ["one", "", "two"]


def test_chinese_breaks_anywhere_but_at_punctuation() -> None:
    assert wrap("卷积核一次覆盖", 6) == ["卷积核", "一次覆", "盖"]
    assert wrap("卷积核，一次", 6) == ["卷积", "核，一", "次"]
    assert wrap("卷积（核）", 6) == ["卷积", "（核）"]
    assert wrap("只沿 kernel_size 个词", 16) == ["只沿 kernel_size", "个词"]


def test_what_is_too_long_is_cut() -> None:
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap("ab cdefgh", 3) == ["ab", "cde", "fgh"]


@given(st.text("ab （）。，卷积核×−\n", max_size=60), st.integers(2, 20))
def test_nothing_is_lost_and_nothing_sticks_out(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
