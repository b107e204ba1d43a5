"""How numbers are written."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_tui.text.numbers import (
    aligned,
    ascii_text,
    exact,
    figure,
    index_text,
    number,
    shape_text,
    thousands,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(64.0, "64"), (-1.0, "−1"), (0.0, "0"), (-0.0, "−0"), (0.5, "0.5000"), (1024.0, "1024"),
     (63.9999, "64.00"), (12345.0, "12345"), (2e6, "2.000e6"), (math.inf, "∞"), (math.nan, "NaN")],
)  # fmt: skip
def test_a_whole_number_has_no_zeros_behind_its_point(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "−0"),
        (0.2, "0.2000"),
        (-0.12345, "−0.1235"),
        (0.00123456, "0.001235"),
        (0.000123456, "1.235e−4"),
        (9.99999, "10.00"),
        (-1234.5678, "−1235"),
        (123456.0, "123456"),
        (1e6, "1.000e6"),
        (-3e-10, "−3.000e−10"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (7, "7"),
        (-61706, "−61706"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


def test_digits() -> None:
    assert number(0.123456, 2) == "0.12"
    assert number(3.14159, 6) == "3.14159"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_reads_back_to_its_digits(value: float) -> None:
    back = float(number(value).replace("−", "-"))
    assert back == pytest.approx(value, rel=6e-4, abs=0)


@given(st.floats(width=32, allow_nan=False))
def test_exact_tells_a_float32_from_its_neighbours(value: float) -> None:
    text = exact(value, "float32").replace("−", "-").replace("∞", "inf")
    assert struct.pack("f", float(text)) == struct.pack("f", value)


def test_exact_of_other_types() -> None:
    assert exact(7.0, "int64") == "7"
    assert exact(1.0, "bool") == "1"
    assert exact(-0.1, "float64") == "−0.1"
    assert exact(math.nan, "float32") == "NaN"


def test_aligned_puts_points_under_each_other() -> None:
    assert aligned([0.1234, -0.05, 0.0]) == [" 0.1234", "−0.0500", " 0.0000"]


def test_aligned_shows_small_numbers_with_an_exponent() -> None:
    texts = aligned([0.5, 0.00001, math.nan, -math.inf])
    assert texts == ["0.5000", "1.0e−5", "   NaN", "    −∞"]


@given(st.lists(st.floats(width=32), max_size=20))
def test_aligned_texts_have_one_width(values: list[float]) -> None:
    texts = aligned(values)
    assert len(texts) == len(values)
    assert len({len(text) for text in texts}) <= 1


def test_shapes_counts_and_indices() -> None:
    assert shape_text((1, 6, 28, 28)) == "1×6×28×28"
    assert shape_text(()) == "()"
    assert thousands(61706) == "61,706"
    assert index_text((0, 2, 3)) == "[0,2,3]"
    assert index_text(()) == ""


def test_ascii() -> None:
    assert ascii_text("−0.25 σ 3←1 4×5 ▲ +∞") == "-0.25 sd 3<1 4x5 ^ +inf"
    assert ascii_text("w = w − lr ⋅ g") == "w = w - lr * g", "a product"
    assert ascii_text("conv1 · conv2d") == "conv1 - conv2d", "two things side by side"
    assert ascii_text("卷积") == "卷积"
