"""Views: what is reduced on the device, and the scale it is shown on."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lenet_tui.protocol.views import (
    ABSENT,
    MINUS_INF,
    NAN,
    PLUS_INF,
    TOP,
    ZERO,
    Scale,
    Summary,
    View,
    ViewRequest,
)
from lenet_tui.tensors.arrangement import Room
from lenet_tui.tensors.colour_scale import as_levels, fit_scale, round_up
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.tensors.layout import arrange

ROOM = Room.of(28, 13)
HEAT = ViewRequest("key", "name", rows=1000, cols=1000)
DTYPES = [
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32,
    torch.int8, torch.uint8, torch.bool,
]  # fmt: skip


def levels(view: View) -> list[list[int]]:
    """The levels of a view's only tile."""
    assert view.levels is not None
    result: list[list[int]] = view.levels[0].tolist()
    return result


def test_levels_of_a_signed_tensor() -> None:
    view = make_view(torch.tensor([[-0.25, 0.0, 0.125]]), replace(HEAT, scale=Scale(0.25, True)))
    assert levels(view) == [[0, ZERO, ZERO + 62]]
    assert (view.state, view.shape, view.dtype) == ("value", (1, 3), "float32")
    assert view.block == (1, 1)


def test_levels_of_an_unsigned_tensor() -> None:
    view = make_view(torch.tensor([[0.0, 2.0, 4.0]]), replace(HEAT, scale=Scale(4.0, False)))
    assert levels(view) == [[0, 125, TOP]]


def test_odd_numbers_have_their_own_codes_and_do_not_touch_the_scale() -> None:
    tensor = torch.tensor([[math.nan, math.inf, -math.inf, 0.5]])
    view = make_view(tensor, HEAT)
    assert levels(view)[0][:3] == [NAN, PLUS_INF, MINUS_INF]
    assert view.scale == Scale(0.6, False)
    assert view.summary == Summary(0.5, 0.5, 0.5, 0.0, 0.5, nan=1, plus_inf=1, minus_inf=1)


def test_nothing_but_nan() -> None:
    view = make_view(torch.full((3, 3), math.nan), HEAT)
    assert set(np.ravel(levels(view))) == {NAN}
    assert view.summary == Summary(0, 0, 0, 0, 0, nan=9)


def test_all_zero() -> None:
    view = make_view(torch.zeros(4, 4), HEAT, signed=True)
    assert set(np.ravel(levels(view))) == {ZERO}
    assert view.scale == Scale(1.0, True)


def test_a_single_number() -> None:
    view = make_view(torch.tensor(-3.0), replace(HEAT, scale=Scale(3.0, True)))
    assert view.shape == ()
    assert levels(view) == [[0]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype(dtype: torch.dtype) -> None:
    tensor = torch.tensor([[0, 1], [1, 0]]).to(dtype)
    for kind in ("heatmap", "numbers"):
        view = make_view(tensor, replace(HEAT, kind=kind, scale=Scale(1.0, False)))
        assert view.dtype == str(dtype).removeprefix("torch.")
        if view.levels is not None:
            assert levels(view) == [[0, TOP], [TOP, 0]]
        else:
            assert view.values is not None
            assert view.values.tolist() == [[[0, 1], [1, 0]]]
        assert view.summary is not None
        assert (view.summary.low, view.summary.high) == (0, 1)
        assert view.summary.std == pytest.approx(0.5)
        assert view.summary.norm == pytest.approx(math.sqrt(2))


def odd_tensors() -> list[Tensor]:
    base = torch.arange(24.0).reshape(2, 3, 4)
    return [
        torch.empty(0),
        torch.empty(0, 5),
        torch.empty(5, 0),
        torch.empty(2, 0, 3, 3),
        base.permute(2, 0, 1),
        base[:, ::2, ::3],
        base[..., 1],
        torch.ones(3, 1).expand(3, 400),
        torch.ones(4, 4, requires_grad=True) * 2,
        torch.eye(4).to_sparse(),
        torch.complex(torch.ones(3), torch.ones(3)),
        torch.full((3,), torch.finfo(torch.float32).max),
        torch.full((3, 3), 1e-44),
        torch.tensor([-(2**63), 2**63 - 1]),
    ]


@pytest.mark.parametrize("tensor", odd_tensors(), ids=lambda t: str(tuple(t.shape)))
def test_nothing_raises(tensor: Tensor) -> None:
    places = ((0, 0), (1, 2), (99, 7), (-5, 1))
    for kind, size, (first, wrap) in product(("heatmap", "numbers"), (0, 1, 2, 1000), places):
        request = ViewRequest("k", "n", kind, first, 2, size, size, first, first, wrap)
        view = make_view(tensor, request)
        array = view.levels if kind == "heatmap" else view.values
        assert array is not None
        assert array.ndim == 3
        assert not array.flags.writeable


def test_a_view_is_no_alias() -> None:
    tensor = torch.zeros(3, 3)
    heat, numbers = make_view(tensor, HEAT), make_view(tensor, replace(HEAT, kind="numbers"))
    assert numbers.values is not None
    before = levels(heat), numbers.values.tolist()
    tensor.fill_(7)
    assert (levels(heat), numbers.values.tolist()) == before


@given(st.data())
@settings(deadline=None)
def test_the_extreme_of_every_block_is_kept(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(2, 50), st.integers(2, 70)))
    seed = data.draw(st.integers(0, 1000))
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    request = replace(HEAT, rows=data.draw(st.integers(1, 20)), cols=data.draw(st.integers(1, 20)))
    view = make_view(tensor, request, signed=True)
    assert view.scale is not None
    down, across = view.block
    blocks = np.array(
        [
            [extreme(tensor[y : y + down, x : x + across]) for x in range(0, shape[1], across)]
            for y in range(0, shape[0], down)
        ],
        np.float64,
    )  # fmt: skip
    assert levels(view) == as_levels(blocks, view.scale).tolist()


def extreme(block: Tensor) -> float:
    return float(block.flatten()[block.abs().argmax()])


def test_a_spike_never_vanishes() -> None:
    tensor = torch.zeros(4096, 400)
    tensor[1234, 56] = -9.0
    tensor[4095, 399] = math.nan
    view = make_view(tensor, arrange((4096, 400), ROOM).request("k", "n"))
    shown = np.ravel(levels(view))
    assert shown.min() == ZERO - round(9 / 10 * ZERO)
    assert shown.max() == NAN


def test_tiles_of_a_batch() -> None:
    tensor = torch.arange(2 * 3 * 2 * 2.0).reshape(2, 3, 2, 2)
    request = replace(HEAT, first=3, count=2, scale=Scale(25.0, False))
    view = make_view(tensor, request)
    assert view.levels is not None
    assert view.levels.tolist() == [[[120, 130], [140, 150]], [[160, 170], [180, 190]]]


def test_the_rest_of_a_wrapped_vector_is_absent() -> None:
    view = make_view(torch.arange(7.0), replace(HEAT, wrap=3, scale=Scale(25.0, False)))
    assert levels(view) == [[0, 10, 20], [30, 40, 50], [60, ABSENT, ABSENT]]
    numbers = make_view(torch.arange(7.0), replace(HEAT, kind="numbers", wrap=3, row=1, col=1))
    assert numbers.values is not None
    np.testing.assert_equal(numbers.values[0], [[4, 5], [math.nan, math.nan]])


def test_a_long_vector_is_reduced() -> None:
    tensor = torch.arange(61706.0)
    layout = arrange((61706,), ROOM)
    view = make_view(tensor, layout.request("k", "n"))
    assert view.levels is not None
    assert view.block == layout.block
    assert view.levels.shape == (1, *layout.pixels)
    shown = int((view.levels != ABSENT).sum())
    rows, rest = divmod(61706, layout.wrap)
    assert shown == rows * layout.pixels[1] + math.ceil(rest / layout.block[1])


def test_numbers_are_torchs_own() -> None:
    tensor = torch.randn(120, 400)
    request = ViewRequest("k", "n", "numbers", rows=3, cols=4, row=117, col=398)
    view = make_view(tensor, request)
    assert view.values is not None
    assert view.values[0].tolist() == tensor[117:, 398:].double().tolist()


@given(st.integers(1, 500), st.integers(0, 1000), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
@settings(deadline=None)
def test_statistics(count: int, seed: int, shift: float, spread: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    tensor = torch.randn(count, generator=generator) * spread + shift
    summary = make_view(tensor, HEAT).summary
    wide = tensor.double().numpy()
    assert summary is not None
    assert (summary.low, summary.high) == (wide.min(), wide.max())
    scale = np.abs(wide).max()
    assert summary.mean == pytest.approx(wide.mean(), abs=1e-6 * scale)
    assert summary.std == pytest.approx(wide.std(), rel=2e-3, abs=1e-6 * scale)
    assert summary.norm == pytest.approx(np.linalg.norm(wide), rel=1e-5)


def test_statistics_survive_large_and_small_numbers() -> None:
    for unit in (1e30, 1e-30):
        summary = make_view(torch.tensor([1.0, 2.0, 3.0]) * unit, HEAT).summary
        assert summary is not None
        assert summary.std / unit == pytest.approx(math.sqrt(2 / 3), rel=1e-5)
        assert summary.norm / unit == pytest.approx(math.sqrt(14), rel=1e-5)


def test_states_without_a_tensor() -> None:
    for state in ("none", "ahead", "unknown"):
        view = make_view(None, HEAT, state=state, made=(3, "backward"))
        assert (view.state, view.levels, view.made) == (state, None, (3, "backward"))


def summary(low: float, high: float) -> Summary:
    return Summary(low, high, 0.0, 0.0, 0.0)


def test_a_scale_is_held_while_the_data_fit() -> None:
    held = Scale(0.25, True)
    assert fit_scale(summary(-0.25, 0.1), held) is held
    assert fit_scale(summary(-0.0313, 0.03), held) is held
    assert fit_scale(summary(0.1, 0.2), held) is held
    assert fit_scale(summary(0.0, 0.0), held) is held


def test_a_scale_moves_when_the_data_outgrow_or_desert_it() -> None:
    held = Scale(0.25, True)
    assert fit_scale(summary(-0.26, 0.1), held) == Scale(0.3, True)
    assert fit_scale(summary(-0.03, 0.01), held) == Scale(0.04, True)
    assert fit_scale(summary(-0.1, 0.2), Scale(0.25, False)) == Scale(0.25, True)


def test_a_moved_scale_is_said() -> None:
    tensor = torch.tensor([0.5, -0.5])
    assert not make_view(tensor, HEAT).scale_moved
    assert not make_view(tensor, replace(HEAT, scale=Scale(0.6, True))).scale_moved
    assert make_view(tensor, replace(HEAT, scale=Scale(0.4, True))).scale_moved


@given(st.floats(5e-324, 1.7e308))
def test_round_up(value: float) -> None:
    rounded = round_up(value)
    assert rounded >= value
    assert math.isfinite(rounded)
    if 1e-300 < value < 1e307:
        assert rounded <= value * 1.3334
