"""What ``python -m tests.benchmarks`` prints and how it exits, with results made up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from tests.benchmarks import measure, table
from tests.benchmarks.__main__ import BENCHMARKS as REAL
from tests.benchmarks.measure import EFFORT, Result, Row, Skipped, once, paired, quantile, result
from tests.benchmarks.table import run

STEADY, BUSY = (1.0, 1.1, 1.05), (1.0, 3.0, 2.0)


def fixed(
    ratio: float, bound: float | None, *, at_most: bool = True, baseline: tuple[float, ...] = STEADY
) -> Row:
    ratios = [ratio, ratio / 2, ratio * 2]
    return row(lambda: result("fake", ratios, bound, "over", at_most=at_most, baseline=baseline))


def row(measured: Callable[[], Result], seconds: float = 10, quick: float = 1) -> Row:
    return Row(measured, seconds, quick)


def skips() -> Result:
    raise Skipped("there is no such package")


def breaks() -> Result:
    raise AssertionError("it never came; the screen:\nfull of text")


def rambles() -> Result:
    raise ValueError("why " * 100)


ROWS = {
    "low": fixed(0.5, 1.0),
    "high": fixed(2.0, 1.0),
    "fast": fixed(0.9, 0.85, at_most=False),
    "told": fixed(30.0, None),
    "absent": row(skips),
}


@pytest.fixture(autouse=True)
def effort() -> Iterator[None]:
    """Leave what the rows may do as it was."""
    yield
    EFFORT.quick, EFFORT.until = False, float("inf")


def test_all_that_hold_exit_0_and_json_has_the_four_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(ROWS, ["--format", "json", "low", "fast", "told"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "fake", "ratio": 0.5, "bound": 1.0, "holds": True},
        {"name": "fake", "ratio": 0.9, "bound": 0.85, "holds": True},
        {"name": "fake", "ratio": 30.0, "bound": None, "holds": True},
    ]


def test_one_that_does_not_hold_exits_1_and_the_table_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(ROWS, ["low", "high"]) == 1
    _, low, high = capsys.readouterr().out.splitlines()
    assert "0.500" in low and "0.250 … 1.000" in low
    assert "≤ 1" in low and "yes" in low
    assert "2.000" in high and "NO" in high


def test_without_names_all_are_run_and_what_is_skipped_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(ROWS, ["--format", "json"]) == 1
    said = capsys.readouterr()
    assert len(json.loads(said.out)) == 4
    assert said.err == "absent: skipped, there is no such package\n"
    assert run(ROWS, []) == 1
    assert "absent                skipped: there is no such package\n" in capsys.readouterr().out


def test_a_row_is_printed_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    before: list[str] = []

    def looks() -> Result:
        before.append(capsys.readouterr().out)
        return result("fake", [1.0], 1.0, "over")

    rows = {"low": fixed(0.5, 1.0), "looks": row(looks)}
    assert run(rows, []) == 0
    assert "0.500" in before[0] and before[0].endswith("looks               ")
    capsys.readouterr()
    assert run(rows, ["--format", "json"]) == 0
    assert json.loads(before[1] + "]") == [
        {"name": "fake", "ratio": 0.5, "bound": 1.0, "holds": True}
    ]


def test_a_row_that_fails_loses_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {"low": fixed(0.5, 1.0), "breaks": row(breaks), "told": fixed(30.0, None)}
    assert run(rows, []) == 1
    said = capsys.readouterr()
    _, low, broken, told = said.out.splitlines()
    assert "0.500" in low and "30.000" in told
    assert broken == "breaks                FAILED: AssertionError: it never came; the screen:"
    assert "full of text" in said.err
    assert run(rows, ["--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    why = "AssertionError: it never came; the screen:"
    assert found[1] == {
        "name": "breaks", "ratio": None, "bound": None, "holds": False, "why": why
    }  # fmt: skip
    assert len(found) == 3
    assert run({"rambles": row(rambles)}, []) == 1
    assert all(len(line) < 160 for line in capsys.readouterr().out.splitlines())


def test_a_row_that_hangs_is_ended_and_loses_no_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PATIENCE", 2)
    monkeypatch.setattr(table, "PATIENCE_FLOOR", 0)

    def hangs() -> Result:
        time.sleep(60)
        raise AssertionError

    assert run({"hangs": row(hangs, seconds=0.05), "low": ROWS["low"]}, []) == 1
    _, hung, low = capsys.readouterr().out.splitlines()
    assert "FAILED: TimeoutError: not done after 0 s" in hung and "0.500" in low


def test_what_several_rows_share_is_measured_or_fails_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = []

    @once
    def shared() -> float:
        calls.append(1)
        raise ZeroDivisionError("none")

    def measured() -> Result:
        return result("fake", [shared()], 1.0, "over")

    assert run({"one": row(measured), "other": row(measured)}, []) == 1
    assert capsys.readouterr().out.count("FAILED: ZeroDivisionError: none") == 2
    assert calls == [1]


def test_a_busy_machine_is_said_and_no_bound_asserted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = {"high": fixed(2.0, 1.0, baseline=BUSY), "low": fixed(0.5, 1.0, baseline=BUSY)}
    assert run(rows, []) == 0
    _, high, why, low, again = capsys.readouterr().out.splitlines()
    assert " busy " in high and " yes " in low
    assert why.strip() == again.strip() == "the machine is busy: the baseline took 1 to 3 s"
    assert run(rows, ["high", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "fake", "ratio": 2.0, "bound": 1.0, "holds": False, "busy": True}
    ]


def test_quick_takes_three_rounds_and_leaves_out_what_takes_long(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def counted() -> Result:
        times = paired(lambda: None, lambda: None)
        return result("fake", [float(len(times.ratios))], None, "rounds")

    rows = {"counted": row(counted), "long": row(counted, quick=0)}
    assert run(rows, ["--quick"]) == 0
    _, short, left = capsys.readouterr().out.splitlines()
    assert "3.000" in short
    assert left == "long                  skipped: it takes 10 s, which --quick leaves out"
    assert run(rows, []) == 0
    _, short, long = capsys.readouterr().out.splitlines()
    assert "15.000" in short and "15.000" in long


def test_rounds_end_when_the_time_is_up() -> None:
    EFFORT.until = time.monotonic() - 1
    assert len(list(measure.rounds(15))) == measure.LEAST


def test_the_whole_is_meant_to_take_fifteen_minutes_and_the_quick_one_two() -> None:
    assert sum(row.seconds for row in REAL.values()) <= 900
    assert sum(row.quick for row in REAL.values()) <= 120


def test_an_unknown_name_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ROWS, ["low", "nonsense"]) == 2
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
