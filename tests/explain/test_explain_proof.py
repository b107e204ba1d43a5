"""The proof: units in the last place, and bounds that float32 never breaks."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
import torch

from lenet_tui.explain import rounding
from lenet_tui.explain.proof import prove, unit
from lenet_tui.explain.rounding import Rounded, constant, exact


def work(*terms: float, operations: bool = False) -> list[Rounded]:
    """Terms as they are; or each as the product of itself and 1, which may round."""
    values = exact(terms)
    return [values * exact(1.0) if operations else values]


@pytest.mark.parametrize("exponent", [*range(-149, -120), -60, -1, 0, 1, 24, 100, 127])
def test_the_unit_is_the_gap_between_neighbours(exponent: int) -> None:
    for value in (2.0**exponent, 2.0**exponent * (2 - 2.0**-23)):
        single = np.float32(value)
        gap = float(single - np.nextafter(single, np.float32(0)))
        if value != 2.0**exponent or exponent <= -126:
            assert unit(float(single)) == gap
        else:  # below a power of two the gap is half as wide
            assert unit(float(single)) == 2 * gap
        assert unit(-float(single)) == unit(float(single))


def test_the_unit_at_zero_and_at_infinity() -> None:
    assert unit(0.0) == unit(-0.0) == 2.0**-149
    assert unit(math.inf) == unit(math.nan) == math.inf


def test_a_sum_that_is_the_value_is_exact() -> None:
    proof = prove(work(0.5), 0.5)
    assert (proof.sum, proof.ulp, proof.bound, proof.checked) == (0.5, 0.0, 0.0, True)
    assert not prove(work(0.5), float(np.nextafter(np.float32(0.5), np.float32(1)))).checked


def test_one_addition_may_round_by_half_a_unit_and_no_more() -> None:
    a, b = float(np.float32(1.0)), float(np.float32(2.0**-24 * 1.5))
    rounded = float(np.float32(a) + np.float32(b))
    proof = prove(work(a, b), rounded)
    assert proof.checked
    assert 0 < proof.ulp <= 0.5 <= proof.bound < 0.51
    next_one = float(np.nextafter(np.float32(rounded), np.float32(2)))
    assert not prove(work(a, b), next_one).checked


def test_cancellation_is_measured_where_the_numbers_are_not_in_subnormals() -> None:
    terms = (1.0, -1.0, 1e-9)
    proof = prove(work(*terms), 0.0)
    assert proof.checked
    assert proof.ulp == pytest.approx(1e-9 / unit(1e-9))
    assert not prove(work(*terms), 1e-6).checked


def test_zero_from_zeros() -> None:
    proof = prove(work(0.0, -0.0), 0.0)
    assert proof.checked
    assert proof.ulp == 0


def test_underflow_is_allowed_for_and_nothing_above_it() -> None:
    tiny = 2.0**-140
    assert prove(work(tiny, operations=True), 0.0).checked
    assert not prove(work(2.0**-120, operations=True), 0.0).checked


@pytest.mark.parametrize(
    ("terms", "value", "checked"),
    [
        ((math.nan, 1.0), math.nan, True),
        ((math.nan, 1.0), 1.0, False),
        ((math.inf, 1.0), math.inf, True),
        ((math.inf, 1.0), -math.inf, False),
        ((math.inf, -math.inf), math.nan, True),
        ((3e38, 3e38), math.inf, True),
        ((1.0, 1.0), math.inf, False),
        ((1.0, 1.0), math.nan, False),
    ],
)
def test_what_is_not_finite_must_come_out_the_same(
    terms: tuple[float, ...], value: float, checked: bool
) -> None:
    with np.errstate(all="ignore"):
        assert prove(work(*terms), value).checked is checked


def test_no_order_of_a_float32_sum_breaks_the_bound() -> None:
    draw = random.Random(0)
    worst = 0.0
    for _ in range(300):
        count = draw.randrange(1, 400)
        values = np.asarray([draw.gauss(draw.choice((0, 3)), 1) for _ in range(count)], np.float32)
        forward = np.float32(0)
        for v in values:
            forward = np.float32(forward + v)
        other = torch.from_numpy(values).sum()
        for result in (float(forward), float(other)):
            proof = prove(work(*values.tolist()), result)
            assert proof.checked, (count, proof)
            worst = max(worst, proof.ulp / proof.bound if proof.bound else 0.0)
    assert worst > 0.01


SMOOTH = [
    (rounding.exp, torch.exp, -20, 20),
    (rounding.log, torch.log, 1e-6, 1e6),
    (rounding.sqrt, torch.sqrt, 0, 1e6),
    (rounding.tanh, torch.tanh, -5, 5),
    (rounding.sigmoid, torch.sigmoid, -20, 20),
]


@pytest.mark.parametrize(("ours", "torchs", "low", "high"), SMOOTH)
def test_functions_of_inexact_numbers_stay_within_their_bounds(
    ours: object, torchs: object, low: float, high: float
) -> None:
    assert callable(ours)
    assert callable(torchs)
    rng = np.random.default_rng(0)
    x = rng.uniform(low, high, 5000).astype(np.float32)
    doubled = exact(x.astype(np.float64))
    made: Rounded = ours(doubled)
    single = torchs(torch.from_numpy(x)).double().numpy()
    assert (np.abs(single - made.value) <= made.error).all()
    # and from operands that are off already
    off = Rounded(doubled.value * (1 - 2.0**-22), np.abs(doubled.value) * 2.0**-22)
    further: Rounded = ours(off)
    assert (np.abs(single - further.value) <= further.error).all()


def test_arithmetic_stays_within_its_bounds() -> None:
    rng = np.random.default_rng(1)
    a, b, c = (rng.normal(size=5000).astype(np.float32) for _ in range(3))
    x, y, z = (exact(v.astype(np.float64)) for v in (a, b, c))
    third = np.float32(1 / 3)
    single = (a * b - c) / (b * b + third)
    made = (x * y - z) / (y * y + constant(1 / 3))
    assert (np.abs(single.astype(np.float64) - made.value) <= made.error).all()
    assert (made.error < 1e-4 * (np.abs(made.value) + 1)).mean() > 0.99


def test_a_divisor_that_may_be_zero_allows_anything() -> None:
    with np.errstate(all="ignore"):
        made = exact(1.0) / Rounded(np.asarray(1e-9), np.asarray(1e-8))
    assert made.error == math.inf
