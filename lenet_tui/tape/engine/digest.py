"""Digests, by which two states can be shown to be the same to the bit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

REMEMBERED = "_lenet_tui_digest"
"""The attribute in which a tensor remembers its version and its digest."""


def raw(tensor: Tensor) -> Any:
    """The tensor's contiguous little-endian bytes (a copy only where torch needs one).

    Those of a sparse tensor are of the dense one with the same numbers.
    """
    flat = dense(tensor).cpu().contiguous().reshape(-1)
    if flat.stride() != (1,):  # one number, of which torch does not mind the stride
        flat = flat.as_strided(flat.shape, (1,))
    return flat.view(torch.uint8).numpy()


def dense(tensor: Tensor) -> Tensor:
    """The tensor without its graph; a sparse one as a dense one with the same numbers.

    What torch only notes of one, that it is conjugated or negated, is done.
    """
    plain = tensor.detach()
    if plain.layout is not torch.strided:
        return plain.to_dense()
    return plain.resolve_conj().resolve_neg()


def digest(tensor: Tensor) -> str:
    """SHA-256 of the tensor's bytes, hexadecimal.

    The tensor remembers it until it is written to: of a step's tensors few are new.
    """
    if tensor.is_inference():  # it has no version
        return hashlib.sha256(raw(tensor)).hexdigest()
    version, found = getattr(tensor, REMEMBERED, (-1, ""))
    if version != tensor._version:
        found = hashlib.sha256(raw(tensor)).hexdigest()
        setattr(tensor, REMEMBERED, (tensor._version, found))
    return str(found)


def state_digest(values: Iterable[tuple[str, Tensor, Tensor | None]]) -> str:
    """One digest of the digests of (name, value, gradient or ``None``) of every parameter."""
    whole = hashlib.sha256()
    for name, value, grad in values:
        found = "None" if grad is None else digest(grad)
        whole.update(f"{name} {digest(value)} {found}\n".encode())
    return whole.hexdigest()
