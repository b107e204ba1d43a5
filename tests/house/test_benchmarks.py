"""What ``python -m tests.benchmarks`` prints and how it exits, with results made up."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.benchmarks.measure import Result, Skipped, quantile, result
from tests.benchmarks.table import run


def fixed(ratio: float, bound: float | None, *, at_most: bool = True) -> Callable[[], Result]:
    return lambda: result("fake", [ratio, ratio / 2, ratio * 2], bound, "over", at_most=at_most)


def skips() -> Result:
    raise Skipped("there is no such package")


BENCHMARKS = {
    "low": fixed(0.5, 1.0),
    "high": fixed(2.0, 1.0),
    "fast": fixed(0.9, 0.85, at_most=False),
    "told": fixed(30.0, None),
    "absent": skips,
}


def test_all_that_hold_exit_0_and_json_has_the_four_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(BENCHMARKS, ["--format", "json", "low", "fast", "told"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "fake", "ratio": 0.5, "bound": 1.0, "holds": True},
        {"name": "fake", "ratio": 0.9, "bound": 0.85, "holds": True},
        {"name": "fake", "ratio": 30.0, "bound": None, "holds": True},
    ]


def test_one_that_does_not_hold_exits_1_and_the_table_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(BENCHMARKS, ["low", "high"]) == 1
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if "fake" in line]
    assert "0.500" in rows[0] and "0.250 … 1.000" in rows[0]
    assert "≤ 1" in rows[0] and "yes" in rows[0]
    assert "2.000" in rows[1] and "NO" in rows[1]


def test_without_names_all_are_run_and_what_is_skipped_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(BENCHMARKS, ["--format", "json"]) == 1
    said = capsys.readouterr()
    assert len(json.loads(said.out)) == 4
    assert said.err == "absent: skipped, there is no such package\n"


def test_an_unknown_name_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(BENCHMARKS, ["low", "nonsense"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err == "no benchmark nonsense: one of low, high, fast, told, absent\n"


@pytest.mark.parametrize(
    ("ratio", "at_most", "either_way", "holds"),
    [
        (1.3, True, False, False),
        (0.1, True, False, True),
        (0.1, False, False, False),
        (1.3, False, False, True),
        (1.2, True, True, True),
        (0.5, True, True, False),
        (1.3, True, True, False),
    ],
)
def test_bounds_hold_upwards_downwards_or_either_way(
    ratio: float, at_most: bool, either_way: bool, holds: bool
) -> None:
    made = Result("fake", ratio, (ratio, ratio), 1.25, at_most, "over", either_way)
    assert made.holds is holds


def test_a_result_is_the_median_with_its_spread() -> None:
    made = result("fake", [3.0, 1.0, 2.0], 2.5, "over")
    assert (made.ratio, made.spread, made.holds) == (2.0, (1.0, 3.0), True)


def test_quantiles() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert quantile(values, 0.5) == 51
    assert quantile(values, 0.99) == 100
    assert quantile([7.0], 0.99) == 7
