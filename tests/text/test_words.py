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


ONE_TERM = {
    "批次": "批量", "批大小": "批量大小", "batch 维": "批量维", "迭代 {": "第 … 次迭代",
    "索引": "下标", "发生器": "生成器", "次序": "顺序", "面板": "窗格", "词向量": "嵌入",
    "向量–雅可比乘积": "向量–雅可比积", "正确类别": "目标类别", "可继续的会话": "可恢复的会话",
    "运算地": "算子地", "个 op": "个算子", "个运算": "个算子", "移动：": "动作：",
    "的反向：": "的反向传播：", "拒绝": "报错", "死了": "死亡", "归位": "回到此站",
}  # fmt: skip
"""Chinese: one term for each notion, and what is not said beside it."""
PLAIN = re.compile(
    r"\bescape home\b|(?<!\b[Tt]here )\b(?:is|are) no (?!longer\b)|\bstands no\b"
    r"|as it was\b|no arithmetic|it was last None|next in turn|\brank \{"
)
"""English that a learner stumbles over."""


@pytest.mark.parametrize(("shunned", "instead"), ONE_TERM.items())
def test_chinese_has_one_term_for_each_notion(shunned: str, instead: str) -> None:
    said = {key for key, _, chinese in ENTRIES if shunned in chinese}
    assert said <= {"cmd.palette.title", "cmd.palette.short"}, (
        instead
    )  # the command palette has its usual name


def test_english_is_plain() -> None:
    assert {key: found[0] for key, text, _ in ENTRIES if (found := PLAIN.search(text))} == {}
