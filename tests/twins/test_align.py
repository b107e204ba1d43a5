"""What two lists have in common, in order, and what stands at another place in one of them."""

from __future__ import annotations

import pytest

from lenet_tui.twins.align import aligned
from lenet_tui.twins.result import EARLIER_A, EARLIER_B, EQUAL, ONLY_A, ONLY_B

Rows = list[tuple[str | None, str | None, str, bool]]


def rows(a: str, b: str) -> Rows:
    return [(m.a, m.b, m.how, m.moved) for m in aligned(a, b, str.lower, identity=str)]


def test_equal_lists_are_pairs() -> None:
    assert rows("ab", "ab") == [("a", "a", EQUAL, False), ("b", "b", EQUAL, False)]


@pytest.mark.parametrize(
    ("a", "b", "early"), [("fbcu", "fbuc", EARLIER_B), ("zfb", "fbz", EARLIER_A)]
)
def test_what_was_moved_has_a_row_at_each_of_its_places(a: str, b: str, early: str) -> None:
    made = rows(a, b)
    [first] = [row for row in made if row[2] == early]
    [second] = [row for row in made if row[3] and row[2] == EQUAL]
    assert first[:2] == second[:2] and first[0] == first[1] and first[3]
    assert made.index(first) < made.index(second) and len(made) == len(a) + 1
    assert not any(how in (ONLY_A, ONLY_B) for _, _, how, _ in made)


def test_what_only_one_did_stays_alone() -> None:
    assert rows("abc", "acd") == [
        ("a", "a", EQUAL, False),
        ("b", None, ONLY_A, False),
        ("c", "c", EQUAL, False),
        (None, "d", ONLY_B, False),
    ]


def test_where_one_did_it_more_often_nothing_was_moved() -> None:
    assert [how for _, _, how, _ in rows("zabc", "abczz")] == [ONLY_A, *[EQUAL] * 3, *[ONLY_B] * 2]


def test_what_stands_elsewhere_and_is_something_else_was_not_moved() -> None:
    assert [how for _, _, how, _ in rows("Zabc", "abcz")] == [ONLY_A, *[EQUAL] * 3, ONLY_B]


def test_several_that_were_moved_are_matched_in_order() -> None:
    made = rows("zyabcd", "abcdzy")
    assert [(a, how) for a, _, how, moved in made if moved] == [
        ("z", EARLIER_A), ("y", EARLIER_A), ("z", EQUAL), ("y", EQUAL),
    ]  # fmt: skip


def test_what_is_finer_is_matched_first() -> None:
    """A capital is an update by hand, say, and a small letter an optimizer's of the same."""
    made = [(m.a, m.b, m.how) for m in aligned("bWw", "Wbw", str.lower, str, str)]
    assert made == [("W", "W", EARLIER_B), ("b", "b", EQUAL), ("W", "W", EQUAL), ("w", "w", EQUAL)]
    assert [(m.a, m.b) for m in aligned("bw", "bWc", str.lower, str, str)] == [
        ("b", "b"), ("w", "W"), (None, "c"),
    ]  # fmt: skip
