"""What is said of many tensors at once is what each says of itself, to the bit."""

from __future__ import annotations

import math
import struct

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.findings.engine.numbers.elements import finite
from lenet_tui.findings.engine.numbers.many import (
    SMALL,
    Alike,
    begin_apart,
    largest,
    norms,
)

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


def weights() -> list[Tensor]:
    """As a model has them: a few shapes, most of which come several times."""
    return [torch.ones(shape) for shape in ((4, 3), (4,), (2, 3), (), (0, 3), (9,)) * 5]


def test_what_is_known_of_weights_says_of_their_gradients_whether_all_are_finite() -> None:
    made = weights()
    alike = Alike(made)
    assert alike.finite(made)
    assert alike.finite([None if n % 7 == 2 else t for n, t in enumerate(made)])
    assert alike.finite([t * 3e38 for t in made]), "their sum alone is not finite"
    assert alike.finite([t.to(torch.float16) if n % 2 else t for n, t in enumerate(made)])
    assert alike.finite([torch.ones(3, 2, 2) for _ in made]), "of other shapes by now"
    for place, t in enumerate(made):
        for value in ODD if t.numel() else ():
            some = [t.clone() for t in made]
            some[place].view(-1)[-1] = value
            assert alike.finite(some) is finite(some[place]), (place, value)


def test_weights_that_are_said_to_begin_apart_do_so() -> None:
    made = [t for t in tensors(torch.float32) if t.dim()]
    made += [torch.ones(3, 4), torch.zeros(3, 4), torch.ones(3, 4) * math.nan]
    made += [torch.ones(1, 4) for _ in range(5)]
    apart = begin_apart(made)
    for t in made:
        if id(t) in apart:
            assert t.shape[0] > 1 and not torch.equal(t[0], t[1])
    small = [t for t in made if t.dim() == 2 and t.shape == (16, 16)]
    assert {id(t) for t in small} <= apart
    assert apart.isdisjoint(map(id, made[-8:-6]))
