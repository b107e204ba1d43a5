"""What is said of many tensors at once is what each says of itself, to the bit."""

from __future__ import annotations

import math
import struct

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.findings.engine.numbers.many import SMALL, largest, norms

ODD = (math.nan, math.inf, -math.inf, 0.0, 1e-38, 3e38)


def tensors(dtype: torch.dtype) -> list[Tensor]:
    """Several of each of some shapes, of all sizes of numbers, and some that lie otherwise."""
    generator = torch.Generator().manual_seed(0)
    made = []
    for shape in ((), (1,), (7,), (16,), (16, 16), (3, 5, 7), (129, 33), (SMALL,), (SMALL + 1,)):
        for number in range(6):
            some = torch.randn(shape, dtype=dtype, generator=generator) * 10.0 ** (3 * number - 8)
            made.append(nn.Parameter(some) if number % 2 else some)
    made += [torch.randn(9, 4, dtype=dtype, generator=generator).t() for _ in range(6)]
    made += [torch.tensor(2.0, dtype=dtype).expand(5, 5) for _ in range(6)]
    for value in ODD:
        made.append(torch.ones(16, dtype=dtype))
        made[-1][3] = value
    return made


def bits(number: float) -> str:
    """The number, all that is no number being alike."""
    return "nan" if math.isnan(number) else struct.pack("d", number).hex()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_norms_together_are_those_of_each(dtype: torch.dtype) -> None:
    made = tensors(dtype)
    together = norms(made)
    assert len(together) == len(made)
    for t in made:
        (alone,) = torch._foreach_norm([t.detach()], 2.0)
        assert bits(together[id(t)]) == bits(float(alone)), t.shape


def test_the_largest_together_are_those_of_each() -> None:
    made = tensors(torch.float32)
    together = largest(made)
    for t in made:
        assert bits(together[id(t)]) == bits(float(t.detach().abs().max())), t.shape
