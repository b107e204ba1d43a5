"""How far two tensors are apart, and whether that is within tolerance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from lenet_tui.parity.engine.tape_diff import measured
from lenet_tui.parity.result import ParityRow

EDGES: list[Callable[[Tensor], Tensor]] = [
    lambda t: t * (1 + 1.29e-6) + 0.99e-5,
    lambda t: t * (1 + 1.31e-6) + 1.01e-5,
    lambda t: t + 0.999e-5,
    lambda t: torch.where(t == t.max(), t + 1e-3, t),
    lambda t: torch.where(t == t.max(), torch.nan, t),
    lambda t: torch.where(t == t.max(), torch.inf, t),
    lambda t: t.clone(),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("edge", range(len(EDGES)))
def test_the_tolerance_is_torch_testings(edge: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(edge)
    a = torch.randn(50, generator=generator, dtype=torch.float64).abs()
    for odd in (None, torch.nan, torch.inf, -torch.inf):
        if odd is not None:
            a[7] = odd
        b = EDGES[edge](a) if odd is None else a.clone()
        x, y = a.to(dtype), b.to(dtype)
        row = measured(ParityRow("forward", "x", "x"), x, y)
        try:
            torch.testing.assert_close(y, x, equal_nan=True)
        except AssertionError:
            assert not row.within and row.past >= 1
        else:
            assert row.within and row.past == 0
        assert row.count == 50


def test_whole_numbers_have_no_tolerance() -> None:
    blank = ParityRow("forward", "x", "x")
    a = torch.tensor([3, 4, 5])
    assert measured(blank, a, a.clone()).within
    row = measured(blank, a, torch.tensor([3, 4, 6]))
    assert (row.within, row.difference, row.past, row.largest) == (False, 1.0, 1, 5.0)
    assert measured(blank, torch.zeros(0), torch.zeros(0)).within


def test_a_long_tensor_is_compared_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenet_tui.parity.engine.tape_diff.CHUNK", 7)
    a = torch.linspace(-1, 2, 50)
    b = a.clone()
    b[[3, 49]] += torch.tensor([0.5, 0.25])
    row = measured(ParityRow("forward", "x", "x"), a, b)
    assert (row.difference, row.largest, row.past, row.count) == (0.5, 2.0, 2, 50)
