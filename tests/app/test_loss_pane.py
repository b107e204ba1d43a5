"""The loss curve has axes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from lenet_tui.app.ui.panes.loss import AXIS_FROM, axes, labelled
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE


def test_the_ends_of_both_axes_are_numbers() -> None:
    lines = [line.plain for line in axes(np.linspace(2.5, 0.5, 20), 40, 8, UNICODE)]
    assert len(lines) == 8
    assert lines[0].startswith(" 2.50 █") or lines[0].startswith("2.50 █")
    assert "0.500 " in lines[6]
    assert lines[7].split() == ["1", "20"]
    first = lines[0].index("█")
    assert lines[7].index("1") == first and lines[7].index("20") == first + 18


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_at_any_size_it_fits(count: int) -> None:
    values = np.linspace(3, 1, count)
    for height, width, glyphs in product(range(9), (0, 3, 8, 34), (UNICODE, ASCII)):
        lines = axes(values, width, height, glyphs, log=True)
        assert len(lines) <= height, (height, width)
        if width >= 8 or height < AXIS_FROM:
            assert all(line.cell_length <= width for line in lines), (height, width)


def test_nothing_known_has_no_axes() -> None:
    assert [line.plain.strip() for line in axes(np.full(3, np.nan), 20, 4, UNICODE)] == [""] * 4


def test_of_many_iterations_the_ends_are_of_what_is_drawn() -> None:
    values = np.tile([1.0, 3.0], 5000)
    lines = [line.plain for line in axes(values, 30, 6, UNICODE)]
    assert lines[0].split()[0].startswith("2.00") and lines[-1].split() == ["1", "10,000"]


def test_ends_that_differ_have_labels_that_differ() -> None:
    assert labelled((2.2101, 2.2149)) == ["2.210", "2.215"]
    assert labelled((2.21, 2.21)) == ["", "2.21"]
    assert labelled((0.5, 2.5)) == ["0.500", "2.50"] and labelled(()) == []
