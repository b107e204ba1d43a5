"""Digests, by which two states can be shown to be the same to the bit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


def raw(tensor: Tensor) -> Any:
    """The tensor's contiguous little-endian bytes (a copy only where torch needs one).

    Those of a sparse tensor are of the dense one with the same numbers.
    """
    flat = dense(tensor).cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy()


def dense(tensor: Tensor) -> Tensor:
    """The tensor without its graph; a sparse one as a dense one with the same numbers."""
    plain = tensor.detach()
    return plain if plain.layout is torch.strided else plain.to_dense()


def digest(tensor: Tensor) -> str:
    """SHA-256 of the tensor's bytes, hexadecimal."""
    return hashlib.sha256(raw(tensor)).hexdigest()


def state_digest(values: Iterable[tuple[str, Tensor, Tensor | None]]) -> str:
    """One digest of (name, value, gradient or ``None``) of every parameter."""
    whole = hashlib.sha256()
    for name, value, grad in values:
        whole.update(name.encode())
        whole.update(raw(value))
        whole.update(b"None" if grad is None else raw(grad))
    return whole.hexdigest()
