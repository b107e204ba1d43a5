"""Tensors inside softmax and cross-entropy that torch does not return, computed as it does."""

from __future__ import annotations

import torch
from torch import Tensor

PARTS = ("exp", "softmax")
"""``loss.exp[n,c]``, ``loss.softmax[n,c]``: aspects of an op with a softmax inside."""


def exponentials(x: Tensor, dim: int) -> Tensor:
    """``exp(x − max x)`` along ``dim``, of the shape of ``x``: none overflows."""
    x = x.detach()
    return torch.exp(x - x.amax(dim, keepdim=True))


def part(x: Tensor, dim: int, aspect: str) -> Tensor:
    """One of ``PARTS`` of a tensor along ``dim``."""
    return exponentials(x, dim) if aspect == "exp" else torch.softmax(x.detach(), dim)


def class_dim(x: Tensor) -> int:
    """The dimension of the classes, as cross-entropy has it."""
    return 0 if x.dim() == 1 else 1
