"""The bound of GELU's cells is what torch's kernel does on this processor, at many points."""

from __future__ import annotations

import numpy as np
import torch

from lenet_tui.explain.engine.function_values import gelu, gelu_slope
from lenet_tui.explain.rounding import FLOAT32, computing, exact

EXACTLY = {"approximate": "none"}


def test_gelu_and_its_slope_are_within_their_bounds() -> None:
    x = torch.linspace(-6, 6, 40_001).requires_grad_()
    made = torch.nn.functional.gelu(x)
    made.sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    points = exact(x.detach().numpy().astype(np.float64))
    with computing(FLOAT32):
        both = (made, gelu(points, EXACTLY)), (x.grad, gelu_slope(points, EXACTLY))
        for by_torch, ours in both:
            off = np.abs(by_torch.detach().numpy().astype(np.float64) - ours.value)
            assert (off <= ours.error).all()
            assert ours.error.max() < 3e-5  # no bound that says nothing
