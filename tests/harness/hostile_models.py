"""A model whose every string would take over a terminal that showed it as it is."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor, nn

ESCAPE = "\x1b[6;7;8m"
CLIPBOARD = "\x1b]52;c;aGFja2Vk\x07"
C1 = "\x9b35m\x9d0;owned\x9c"
OVERRIDE = "\u202egnp\u2066"
MARKUP = "[red]r[/red]"
CLICK = "[@click=app_quit()]k[/]"
CLOSING = "[/red]"
EVERYTHING = ESCAPE + CLIPBOARD + C1 + OVERRIDE + MARKUP + CLICK + CLOSING

RAW = [part.encode() for part in (ESCAPE, "\x1b]52", "\x9b", "\x9d", "\u202e", "\u2066")]
"""What must not reach a terminal: no sequence of ours has these bytes in it."""


class _Twice(torch.autograd.Function):
    """An op of the model's own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0] * 2


twice = type(EVERYTHING, (_Twice,), {}).apply  # type: ignore[attr-defined]


class Hostile(nn.Module):
    """(N, 1, 32, 32) → (N, 10); its layers are named by what is above."""

    def __init__(self) -> None:
        super().__init__()
        self.add_module(ESCAPE, nn.Conv2d(1, 2, 5, stride=4))
        self.add_module(CLICK, nn.Tanh())
        self.add_module(CLOSING, nn.Linear(2 * 7 * 7, 10))
        self.register_parameter(CLIPBOARD + MARKUP, nn.Parameter(torch.ones(1)))
        self.register_parameter(C1 + OVERRIDE, nn.Parameter(torch.zeros(10)))

    def forward(self, x: Tensor) -> Tensor:
        print(EVERYTHING)  # noqa: T201 - what a model may do
        warnings.warn(EVERYTHING, stacklevel=1)
        scale, shift = list(self.parameters(recurse=False))
        first, second, last = self.children()
        return twice(last(second(first(x) * scale).flatten(1)) + shift)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return EVERYTHING

    def _get_name(self) -> str:
        return "Hostile" + EVERYTHING


class Raising(Hostile):
    """The same, and it ends in an error that says it all."""

    def forward(self, x: Tensor) -> Tensor:
        raise ValueError(EVERYTHING)
