"""While a script has not come to its stop, lines of their own say how far it is."""

from __future__ import annotations

import time

import pytest

from lenet_tui.around.stop import Stop, parse_when
from lenet_tui.around.waiting import Waiting
from lenet_tui.text.notice import Notice


@pytest.mark.parametrize(
    ("stop", "first", "later", "translated"),
    [
        (Stop(at=9), "opens after update 9", "update 3 of 9", "第 3/9 次更新"),
        (parse_when("nan"), "where nan holds", "update 3; nan has not held", "nan 尚未成立"),
    ],
)
def test_it_says_what_it_waits_for_and_then_less_and_less_often(
    monkeypatch: pytest.MonkeyPatch, stop: Stop, first: str, later: str, translated: str
) -> None:
    now, said = [100.0], list[Notice]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    wait = Waiting(stop, said.append)
    wait.passed(1)
    assert said == []
    wait.begins()
    assert first in said.pop().text(0)
    times = []
    for tenth in range(3000):
        now[0] = 100 + tenth / 10
        wait.passed(3)
        if said:
            one = said.pop()
            assert later in one.text(0) and translated in one.text(1)
            times.append(now[0] - 100)
    assert times == pytest.approx([2, 6, 14, 30, 62, 122, 182, 242], abs=0.11)


def test_for_the_next_update_nothing_is_said() -> None:
    said: list[Notice] = []
    Waiting(Stop(at=1), said.append).begins()
    assert said == []
