"""Watchpoints as text and as data."""

from __future__ import annotations

import math

import pytest

from lenet_tui.protocol.condition import Watch, WatchError, parse_watch


@pytest.mark.parametrize(
    "text, watch",
    [
        ("loss < 0.1", Watch("loss", "", "<", 0.1)),
        ("  loss<=1e-3 ", Watch("loss", "", "<=", 1e-3)),
        ("loss > 2.1234567890123", Watch("loss", "", ">", 2.1234567890123)),
        ("iteration = 40", Watch("iteration", "", "=", 40)),
        ("norm(conv1.weight.grad) > 1", Watch("norm", "conv1.weight.grad", ">", 1)),
        ("inactive( fc1.relu ) >= .9", Watch("inactive", "fc1.relu", ">=", 0.9)),
        ("ratio(fc3.bias) != -0", Watch("ratio", "fc3.bias", "!=", 0)),
        ("max(conv1.relu#2) == inf", Watch("max", "conv1.relu#2", "==", math.inf)),
    ],
)
def test_read_and_written_again(text: str, watch: Watch) -> None:
    assert parse_watch(text) == watch
    assert parse_watch(str(watch)) == watch


def test_as_it_is_shown() -> None:
    assert str(parse_watch("iteration=40.0")) == "iteration = 40"
    assert str(parse_watch("norm( fc1.bias )>1e-9")) == "norm(fc1.bias) > 1e-09"


@pytest.mark.parametrize(
    "text",
    [
        *("", "loss", "loss 0.1", "loss < ", "loss < x", "loss < nan", "lose < 1", "norm > 1"),
        *("norm() > 1", "norm(a b) > 1", "std(conv1) > 1", "loss(conv1) < 1", "loss =< 1"),
        *("loss < 1 2", "norm(conv1)) > 1"),
    ],
)
def test_what_is_no_watchpoint_is_said_in_a_line(text: str) -> None:
    with pytest.raises(WatchError) as caught:
        parse_watch(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize(
    "compare, below, equal, above",
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("=", False, True, False),
        ("==", False, True, False),
        ("!=", True, False, True),
    ],
)
def test_comparisons(compare: str, below: bool, equal: bool, above: bool) -> None:
    watch = Watch("loss", "", compare, 2.0)
    assert [watch.holds(v) for v in (1.0, 2.0, 3.0)] == [below, equal, above]
    assert watch.holds(math.nan) == (compare == "!=")
