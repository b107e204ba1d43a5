"""The shape arithmetic of the explain pane, held against torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lenet_tui.explain import explain_shapes as shapes
from lenet_tui.explain.windows import window_axes


def test_a_convolution_says_why_32_becomes_28() -> None:
    (line,) = shapes.window_lines(window_axes((32, 32), 5))
    assert line == "H, W: ⌊(32 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1⌋ = 28"


def test_axes_that_differ_have_a_line_each() -> None:
    assert shapes.window_lines(window_axes((32, 20), (3, 5), (2, 1), (1, 0))) == [
        "H: ⌊(32 + 2⋅1 − 1⋅(3 − 1) − 1) / 2 + 1⌋ = 16",
        "W: ⌊(20 + 2⋅0 − 1⋅(5 − 1) − 1) / 1 + 1⌋ = 16",
    ]


def test_a_pool_strides_by_its_kernel_and_ceil_mode_may_drop_a_window() -> None:
    assert shapes.window_lines(window_axes((28, 28), 2, None)) == [
        "H, W: ⌊(28 + 2⋅0 − 1⋅(2 − 1) − 1) / 2 + 1⌋ = 14"
    ]
    (line,) = shapes.window_lines(window_axes((5,), 2, 4, 1, ceil_mode=True))
    assert line == "L: ⌈(5 + 2⋅1 − 1⋅(2 − 1) − 1) / 4 + 1⌉ − 1 = 2"


def test_same_padding_may_be_uneven() -> None:
    (line,) = shapes.window_lines(window_axes((9,), 4, padding="same"))
    assert line == "L: ⌊(9 + 1 + 2 − 1⋅(4 − 1) − 1) / 1 + 1⌋ = 9"


axis = st.tuples(
    st.integers(1, 20), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3)
)


@settings(max_examples=100, deadline=None)
@given(st.lists(axis, min_size=1, max_size=3))
def test_windows_of_a_convolution_are_counted_as_torch_counts_them(
    numbers: list[tuple[int, ...]],
) -> None:
    sizes, kernel, stride, padding, dilation = (tuple(n) for n in zip(*numbers, strict=True))
    convolve = (F.conv1d, F.conv2d, F.conv3d)[len(numbers) - 1]
    image, weight = torch.zeros(1, 1, *sizes), torch.zeros(1, 1, *kernel)
    axes = window_axes(sizes, kernel, stride, padding, dilation)
    try:
        wanted = convolve(image, weight, None, stride, padding, dilation).shape[2:]
    except RuntimeError:
        assert any(a.size + a.before + a.after < a.extent for a in axes)
        return
    assert tuple(a.out for a in axes) == wanted


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(axis, min_size=2, max_size=2), st.booleans())
def test_windows_of_a_pool_are_counted_as_torch_counts_them(
    numbers: list[tuple[int, ...]], ceil_mode: bool
) -> None:
    sizes, kernel, stride, padding, dilation = (tuple(n) for n in zip(*numbers, strict=True))
    assume(all(2 * p <= k for p, k in zip(padding, kernel, strict=True)))
    axes = window_axes(sizes, kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    assume(all(a.out >= 1 for a in axes))
    pooled = F.max_pool2d(torch.zeros(1, 1, *sizes), kernel, stride, padding, dilation, ceil_mode)
    assert tuple(a.out for a in axes) == pooled.shape[2:]
    for line, side in zip(shapes.window_lines(axes), pooled.shape[2:], strict=False):
        assert line.endswith(f"= {side}")


def test_why_16_5_5() -> None:
    assert shapes.flat_line((1, 16, 5, 5)) == "16*5*5 = 400"
    assert shapes.flat_line((1, 400)) == "400"
    assert shapes.reshape_line((1, 16, 5, 5), (1, 400)) == "1⋅16⋅5⋅5 = 400 = 1⋅400"
    sizes = [(1, 1, 32, 32), (1, 6, 28, 28), (1, 6, 28, 28), (1, 6, 14, 14), (1, 6, 14, 7)]
    assert shapes.chain_line(sizes) == "32 → 28 → 14 → 14×7"


@pytest.mark.parametrize("bias", [True, False])
def test_parameters_are_counted_as_torch_has_them(bias: bool) -> None:
    linear = torch.nn.Linear(400, 120, bias=bias)
    count = sum(p.numel() for p in linear.parameters())
    line = shapes.count_line(tuple(linear.weight.shape), bias)
    assert line == f"120⋅400{' + 120' * bias} = {count:,}"
    assert shapes.linear_line((7, 400), tuple(linear.weight.shape), bias) == (
        f"7×400 ⋅ 400×120{' + 120' * bias} = 7×120"
    )
