"""Quick digests: a tensor's bits are summed where it is, and only the sums are hashed.

``torch.hash_tensor`` would not do: it is the exclusive or of all elements, so that two that change
places, or in the same way, leave it as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from lenet_tui.tape.engine.digest import dense

REMEMBERED = "_lenet_tui_bit_sums"
"""The attribute in which a tensor remembers its version and its quick digest."""
SMALL = 2**16
"""Bytes up to which all of them are hashed."""
COLUMNS = 1024
"""Integers of 64 bits in a row of the table that a tensor's bytes are laid out in."""


def quick_digests(tensors: Iterable[Tensor]) -> None:
    """Have each tensor remember its quick digest, for ``quick_digest`` to return at once.

    What several tensors need of one device crosses from it together.
    """
    waiting: dict[torch.device, list[Tensor]] = {}
    for tensor in tensors:
        if tensor.is_inference() or _remembered(tensor) is not None:
            continue
        if _small_and_plain(tensor):
            setattr(tensor, REMEMBERED, (tensor._version, _hashed_at_once(tensor)))
        else:
            waiting.setdefault(tensor.device, []).append(tensor)
    for device, several in waiting.items():
        for tensor, content in zip(several, _contents(device, several), strict=True):
            setattr(tensor, REMEMBERED, (tensor._version, _hashed(tensor, content)))


def quick_digest(tensor: Tensor) -> str:
    """A digest that two tensors share if they are equal to the bit, and hardly any others do.

    A change of one element, or any exchange of two, changes it. Hexadecimal.
    """
    if tensor.is_inference():  # it has no version
        return _hashed(tensor, _reduced(tensor).cpu())
    if _remembered(tensor) is None:
        quick_digests([tensor])
    return _remembered(tensor) or ""


def _remembered(tensor: Tensor) -> str | None:
    version, found = getattr(tensor, REMEMBERED, (-1, None))
    return found if version == tensor._version else None


def _contents(device: torch.device, tensors: list[Tensor]) -> Iterable[Tensor]:
    """What is hashed of each, in main memory."""
    reduced = [_reduced(t) for t in tensors]
    if device.type == "cpu" or len(reduced) == 1:
        return [r.cpu() for r in reduced]
    together = torch.cat(reduced).cpu()
    return torch.split(together, [r.numel() for r in reduced])


def _hashed(tensor: Tensor, content: Tensor) -> str:
    whole = _begun(tensor.dtype, tensor.shape).copy()
    whole.update(content.numpy().data)
    return str(whole.hexdigest())


def _small_and_plain(tensor: Tensor) -> bool:
    """Whether all its bytes are hashed, and NumPy sees them where they are."""
    plain = tensor.dtype is torch.float32 and tensor.is_cpu and tensor.layout is torch.strided
    few = plain and 4 * tensor.numel() <= SMALL
    return few and tensor.is_contiguous() and not tensor.is_neg()


def _hashed_at_once(tensor: Tensor) -> str:
    """``_hashed`` of ``_reduced``, of a small and plain one: of most models most are."""
    whole = _begun(tensor.dtype, tensor.shape).copy()
    whole.update(tensor.detach().numpy().ravel())
    return str(whole.hexdigest())


@lru_cache(maxsize=1024)
def _begun(dtype: torch.dtype, shape: torch.Size) -> Any:
    """The hash of what is said before a tensor's bytes; to be copied."""
    return hashlib.sha256(f"{dtype} {tuple(shape)} ".encode())


def _reduced(tensor: Tensor) -> Tensor:
    """The tensor's bytes, or if there are many the sums of each row and column of their table.

    Sums wrap around, so that they do not depend on their order. Torch's uint8, on the device.
    """
    flat = dense(tensor).contiguous().reshape(-1).view(torch.uint8)
    size = flat.numel()
    if size <= SMALL:
        return flat
    if flat.storage_offset() % 8:
        flat = flat.clone()
    whole = size - size % (8 * COLUMNS)
    table = flat[:whole].view(torch.int64).view(-1, COLUMNS)
    sums = torch.cat([table.sum(1), table.sum(0)])
    return torch.cat([sums.view(torch.uint8), flat[whole:]])
