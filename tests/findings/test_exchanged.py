"""Which reshapes are taken for an exchange of axes, by their shapes alone."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import torch
from torch import Tensor

from lenet_tui.findings.engine.detectors.exchanged import exchanges

EXCHANGE: dict[tuple[tuple[int, ...], tuple[int, ...]], Callable[[Tensor], Tensor]] = {
    ((4, 8, 6, 6), (4, 36, 8)): lambda x: x.flatten(2).transpose(1, 2),
    ((4, 36, 8), (4, 8, 6, 6)): lambda x: x.transpose(1, 2).reshape(4, 8, 6, 6),
    ((4, 7, 12), (4, 12, 7)): lambda x: x.transpose(1, 2),
    ((4, 6, 6, 3), (4, 3, 6, 6)): lambda x: x.movedim(-1, 1),
    ((4, 7, 12), (4, 3, 7, 4)): lambda x: x.view(4, 7, 3, 4).transpose(1, 2),
    ((4, 3, 7, 4), (4, 7, 12)): lambda x: x.transpose(1, 2).flatten(2),
    ((4, 1, 8, 6, 6), (4, 36, 8)): lambda x: x[:, 0].flatten(2).transpose(1, 2),
}
"""The shapes before and after, and what was meant."""
OTHER = (
    ((4, 7, 12), (4, 7, 3, 4)),  # heads, rightly
    ((4, 7, 3, 4), (4, 7, 12)),
    ((4, 7, 12), (4, 84)),
    ((4, 8, 6, 6), (4, 8, 36)),
    ((4, 8, 6, 6), (4, 2, 4, 6, 6)),  # groups of channels
    ((4, 8, 6, 6), (4, 8, 3, 2, 3, 2)),  # windows
    ((4, 6, 6, 8), (4, 36, 8)),
    ((4, 36, 8), (4, 6, 6, 8)),
    ((4, 3, 7, 4), (4, 3, 28)),
    ((4, 256, 6, 6), (4, 1152, 8)),  # capsules
    ((4, 3, 12), (4, 3, 3, 4)),  # as many places as heads
    ((4, 4, 4, 16), (4, 16, 16)),
    ((6, 4, 5), (4, 6, 5)),  # of samples another probe knows more
    ((4, 1, 7, 12), (4, 7, 1, 12)),
    ((12, 7), (4, 3, 7)),
)


def test_what_is_an_exchange_gives_other_numbers_than_a_reshape() -> None:
    for (given, made), meant in EXCHANGE.items():
        numbers = torch.arange(prod(given)).view(given)
        assert exchanges(given, made), (given, made)
        assert meant(numbers).shape == made and not meant(numbers).equal(numbers.reshape(made))


def test_a_reshape_that_may_be_meant_is_no_exchange() -> None:
    for given, made in OTHER:
        assert not exchanges(given, made), (given, made)
