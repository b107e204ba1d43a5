"""No string of another's can reach the terminal as anything but visible text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_tui.text.clean import clean, clean_lines

ACTED_ON = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}

anything = st.text(st.characters(codec=None, categories=None), max_size=200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("conv1.weight", "conv1.weight"),
        ("red\x1b[31m", r"red\x1b[31m"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x07\x7f\x9b", r"\x07\x7f\x9b"),
        ("abc\u202ecba", r"abc\u202ecba"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\ud800", r"\ud800"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\U000e0041", r"\U000e0041"),
        ("blank\u3164\u2800", r"blank\u3164\u2800"),
        ("❤\ufe0f", r"❤\ufe0f"),
        ("卷积　层 × −0.1 é", "卷积　层 × −0.1 é"),
        ("[/red] [@click=quit]", "[/red] [@click=quit]"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(anything)
def test_nothing_left_that_a_terminal_acts_on(text: str) -> None:
    assert not {unicodedata.category(c) for c in clean(text)} & ACTED_ON
    assert clean(text).encode("utf-8") or not text


@given(anything)
def test_twice_is_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything, st.integers(0, 30))
def test_limit_is_kept_and_said(text: str, limit: int) -> None:
    short = clean(text, limit)
    assert len(short) <= limit
    if short != clean(text):
        assert not limit or short.endswith("…")


def test_a_huge_string_is_cut_before_it_is_read() -> None:
    assert clean("\x1b" * 10_000_000, 9) == r"\x1b\x1b…"


def test_lines() -> None:
    assert clean_lines("\none  \n\n\x1b[1mtwo\r\n\n") == ["one", "", r"\x1b[1mtwo"]
