"""Curves in cells: what each column shows, and where its numbers stand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from lenet_tui.curves.chart import BRAILLE, Curve, chart, column_of, iteration_at
from lenet_tui.curves.series import BLOCK, FINE, Dense, Window
from lenet_tui.curves.ui.chart_lines import fitting

DRAW = np.random.default_rng(0)


def dense(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Dense:
    made = Dense()
    made.take(np.concatenate([[np.nan], values]))
    return made


@pytest.mark.parametrize("count", [1, 2, 50, 5_000])
@pytest.mark.parametrize("cols", [1, 7, 160])
def test_a_column_has_the_least_the_mean_and_the_most_of_its_iterations(
    count: int, cols: int
) -> None:
    values = DRAW.standard_normal(count)
    values[::7] = np.nan
    made = dense(values)
    for window in (Window(1, count), Window(max(1, count // 2), count), Window(1, 2 * count)):
        found = made.columns(window, cols)
        if window.length > FINE * BLOCK * cols:
            continue
        edges = np.floor(np.linspace(window.first, window.last + 1, cols + 1)).astype(int)
        for n, (a, b) in enumerate(itertools.pairwise(edges)):
            part = np.concatenate([[np.nan], values])[a : max(b, a + 1)]
            part = part[np.isfinite(part)]
            if not len(part):
                assert np.isnan([found.low[n], found.mean[n], found.high[n]]).all()
                continue
            assert (found.low[n], found.high[n]) == (part.min(), part.max())
            assert found.mean[n] == pytest.approx(part.mean())


def test_of_very_many_the_blocks_give_the_same_within_a_blocks_width() -> None:
    values = np.linspace(2, 1, 400_000)
    values[123_456] = 50.0
    found = dense(values).columns(Window(1, 400_000), 20)
    assert np.nanmax(found.high) == 50.0
    plain = values.reshape(20, -1).mean(axis=1)
    assert np.allclose(found.mean, plain, atol=0.01)


def test_values_that_are_others_are_reduced_anew() -> None:
    made, first = Dense(), DRAW.random(100_000)
    made.take(first)
    made.columns(Window(1, 99_999), 2)
    second = first[:60_000].copy()
    second[20_000:] = 9.0
    made.take(second)
    assert made.columns(Window(1, 59_999), 2).high[1] == 9.0


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0], [3.0, math.inf, 1.0], [-1.0, 5.0]])
def test_at_any_size_every_row_is_filled(values: list[float]) -> None:
    x = np.arange(1.0, len(values) + 1)
    lines = [Curve("batch", dense(np.array(values))), Curve("test", x=x, y=np.array(values))]
    sizes = itertools.product((1, 2, 9), (1, 5, 100))
    for (rows, cols), log, signs in itertools.product(sizes, (False, True), ("", "*.o")):
        made = chart(lines, Window(1, 8), cols, rows, log=log, here=1, signs=signs)
        assert len(made.rows) == rows
        for row in made.rows:
            text = "".join(run.text for run in row)
            assert len(text) == cols
            assert not signs or text.isascii()
        assert all(0 <= place < rows for place in made.beside)


def dots(values: list[float], rows: int) -> list[int]:
    """The dot row of each of so many values, one to a dot column, from the top."""
    made = chart([Curve("a", dense(np.array(values)), spans=False)], Window(1, len(values)),
                 len(values) // 2, rows)  # fmt: skip
    found = []
    for column in range(len(values)):
        lit = []
        for r, row in enumerate(made.rows):
            bits = ord("".join(run.text for run in row)[column // 2])
            bits = bits - BRAILLE if bits >= BRAILLE else 0
            for k, bit in enumerate((1, 2, 4, 64) if column % 2 == 0 else (8, 16, 32, 128)):
                if bits & bit:
                    lit.append(4 * r + k)
        found.append(lit[-1] if values[column] < values[max(0, column - 1)] else lit[0])
    return found


def test_higher_numbers_are_higher() -> None:
    found = dots([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 6)
    assert found == sorted(found, reverse=True)
    assert found[0] == 23 and found[-1] <= 1


def test_the_numbers_beside_are_round_and_where_they_belong() -> None:
    made = chart([Curve("a", dense(np.linspace(0, 10, 50)))], Window(1, 50), 30, 20)
    assert set(made.beside.values()) <= set(range(11))
    for row, value in made.beside.items():
        assert value == pytest.approx(
            made.high - (row + 0.5) / 20 * (made.high - made.low), abs=0.6
        )
    assert made.below[0] == 1 and made.below[29] == 50


def test_an_only_number_is_beside_its_dot_and_no_other() -> None:
    only = [Curve("a", x=np.array([5.0]), y=np.array([0.1234]))]
    assert chart(only, Window(1, 50), 30, 9).beside == {4: 0.1234}
    assert chart(only, Window(1, 50), 30, 9, log=True).beside == {4: pytest.approx(0.1234)}


def test_an_infinity_is_marked_and_does_not_stretch_the_scale() -> None:
    values = np.array([1.0, 2.0, np.inf, 2.0, 1.0, 1.5])
    made = chart([Curve("a", dense(values))], Window(1, 6), 3, 5)
    assert ("!", "broken") in {(run.text, run.kind) for run in made.rows[0]}
    assert made.high < 3


@pytest.mark.parametrize("window", [Window(1, 8), Window(1, 1_000), Window(501, 1_700)])
@pytest.mark.parametrize("cols", [3, 70, 190])
def test_a_column_stands_for_its_last_iteration(window: Window, cols: int) -> None:
    assert iteration_at(cols - 1, window, cols) == window.last
    for column in range(cols):
        at = iteration_at(column, window, cols)
        if window.length >= cols:
            assert column_of(at, window, cols) == column
    assert column_of(window.first - 1, window, cols) is None


def test_a_label_of_the_axis_is_never_cut_to_another_number() -> None:
    labels = {5e23: "5.0e23", 1e-12: "1e−12", 2.5e20: "2.5e20", 2.5e-10: "", 0.5: "0.500", 0.0: "0"}
    assert {value: fitting(value, 6) for value in labels} == labels


@pytest.mark.parametrize(
    ("low", "high", "rows"), [(89.0, 99.5, 4), (0.0001, 0.005, 4), (2.3012, 2.3049, 9)]
)
def test_a_scale_has_two_numbers_or_more_that_differ(low: float, high: float, rows: int) -> None:
    ends = Curve("test", x=np.array([1, 9]), y=np.array([low, high]))
    beside = chart([ends], Window(1, 9), 40, rows).beside
    values = sorted(beside.values())
    step = min(b - a for a, b in itertools.pairwise(values))
    labels = [fitting(value, 6, step) for value in values]
    assert len(values) >= 2 and "" not in labels and len(set(labels)) == len(labels)
    assert all(float(label) == pytest.approx(v) for label, v in zip(labels, values, strict=True))
    assert all(low - 1 < value < high + 1 for value in values)
