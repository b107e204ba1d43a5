"""What is said to people: every key there is, in both languages, with the same blanks."""

from __future__ import annotations

import re
import string
from importlib import import_module
from pathlib import Path

import pytest

import lenet_tui
from lenet_tui.app.all_words import words
from lenet_tui.app.words_tables import TABLES
from lenet_tui.cli.words import TRACE
from lenet_tui.text.words import AsciiWords

PACKAGE = Path(lenet_tui.__file__).parent
NOTICES = [
    import_module(f"lenet_tui.{path.parent.name}.notices").NOTICES
    for path in sorted(PACKAGE.glob("*/notices.py"))
]
ALL = (*TABLES, TRACE, *NOTICES)
ENTRIES = [(key, *pair) for table in ALL for key, pair in table.items()]
SAID = re.compile(r"""\bwords\(\s*"([a-z0-9-]+(?:\.[a-z0-9-]+)+|small)\"""")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_key_is_in_two_tables() -> None:
    keys = [key for key, _, _ in ENTRIES]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("table", ALL, ids=lambda t: next(iter(t)))
def test_both_languages_say_it_with_the_same_blanks(table: dict[str, tuple[str, str]]) -> None:
    for key, (english, chinese) in table.items():
        assert bool(english) == bool(chinese), key
        if not key.startswith(("explain.", "tour.")):
            assert blanks(english) == blanks(chinese), key


def test_every_key_that_the_code_says_is_there() -> None:
    say = words("en")
    said = {
        (path.name, key)
        for path in PACKAGE.rglob("*.py")
        if "ui" in path.relative_to(PACKAGE).parts
        for key in SAID.findall(path.read_text(encoding="utf-8"))
    }
    assert len(said) > 50
    assert {(name, key) for name, key in said if key not in say} == set()


def test_ascii_words_are_ascii() -> None:
    say = AsciiWords("en", *ALL)
    for key, _, _ in ENTRIES:
        assert say(key).isascii(), key
    assert words("zh", ascii=True)("layers.title") == "网络层"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("zh")("no.such.key")
