"""The numbers of a curve as they come in: in order, not too many, dropped when they are undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_tui.curves import samples as samples_module
from lenet_tui.curves.chart import Curve, chart
from lenet_tui.curves.other_run import News, OtherRun
from lenet_tui.curves.samples import MOST, Samples
from lenet_tui.curves.series import Window


@given(
    st.lists(st.tuples(st.sampled_from("pmd"), st.integers(1, 30), st.floats(-9, 9)), max_size=90)
)
def test_they_are_what_a_dictionary_would_hold(course: list[tuple[str, int, float]]) -> None:
    samples, known = Samples(), dict[int, float]()
    for what, iteration, value in course:
        if what == "p":
            samples.put(iteration, value)
            known[iteration] = value
        elif what == "m":
            samples.put_missing(iteration, value)
            known.setdefault(iteration, value)
        else:
            samples.drop_after(iteration)
            known = {n: v for n, v in known.items() if n <= iteration}
        assert samples.x.tolist() == sorted(known)
        assert samples.y.tolist() == [known[n] for n in sorted(known)]
        assert samples.first == min(known, default=0)
        assert len(samples) == len(known)


def test_of_too_many_every_second_one_goes_but_not_the_newest() -> None:
    samples = Samples()
    for n in range(1, MOST + 2):
        samples.put(n, n / 2)
    assert samples.x.tolist() == list(range(1, MOST + 2, 2))
    for n in range(MOST + 2, 2 * MOST):
        samples.put(n, n / 2)
        assert samples.x[-1] == n and len(samples) <= MOST
    assert (samples.y == samples.x / 2).all()


def test_one_that_comes_in_amid_many_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples_module, "MOST", 4)
    samples = Samples()
    for n in (10, 20, 30, 40):
        samples.put(n, 0.0)
    samples.put(15, 1.0)
    assert samples.x.tolist() == [10, 15, 20, 40]


@given(
    st.sets(st.integers(0, 400), min_size=1, max_size=60),
    st.integers(1, 60),
    st.integers(1, 400),
    st.integers(1, 50),
)
def test_of_several_in_a_column_the_last_is_drawn(
    places: set[int], first: int, length: int, cols: int
) -> None:
    x = np.array(sorted(places), dtype=np.float64)
    window = Window(first, first + length - 1)
    last: dict[int, float] = {}
    for n in x.tolist():
        if window.first <= n <= window.last:
            last[int((n - first) * cols * 2 // length)] = n
    made = chart([Curve("seen", x=x, y=x)], window, cols, 8)
    if not last:
        assert np.isnan(made.low)
        return
    low, high = min(last.values()), max(last.values())
    room = (high - low) * 0.04 if high > low else low * 0.1 or 0.1
    assert made.high == pytest.approx(high + room)


def test_another_run_s_points_are_put_in_order_once() -> None:
    run = OtherRun("a")
    run.take(News({"loss": (np.array([3.0, 1.0]), np.array([1.0, 2.0]))}))
    points = run.points("loss")
    assert points is not None
    assert points[0].tolist() == [1, 3] and points[1].tolist() == [2.0, 1.0]
    assert run.points("loss") is points
    assert run.points("lr") is None and run.last == 3
    run.take(News({"loss": (np.array([3.0, 7.0]), np.array([4.0, 5.0]))}))
    points = run.points("loss")
    assert points is not None
    assert points[0].tolist() == [1, 3, 7] and points[1].tolist() == [2.0, 4.0, 5.0]
