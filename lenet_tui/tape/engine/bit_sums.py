"""Quick digests: a tensor's bits are summed where it is, and only the sums are hashed.

``torch.hash_tensor`` would not do: it is the exclusive or of all elements, so that two that change
places, or in the same way, leave it as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch._utils import _flatten_dense_tensors

from lenet_tui.tape.engine.digest import dense

REMEMBERED = "_lenet_tui_bit_sums"
"""The attribute in which a tensor remembers its version and its quick digest."""
SMALL = 2**16
"""Bytes up to which all of them are hashed."""
TOGETHER = 2**26
"""Bytes of tensors that are laid side by side at a time."""
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
    known = getattr(tensor, REMEMBERED, None)
    if known is not None and known[0] == tensor._version:
        return str(known[1])
    if tensor.is_inference():  # it has no version
        return _hashed(tensor, _reduced(tensor).cpu().numpy().data)
    quick_digests([tensor])
    return _remembered(tensor) or ""


def _remembered(tensor: Tensor) -> str | None:
    version, found = getattr(tensor, REMEMBERED, (-1, None))
    return found if version == tensor._version else None


def _contents(device: torch.device, tensors: list[Tensor]) -> Iterable[Any]:
    """What is hashed of each, in main memory, as buffers."""
    if device.type == "cpu" or len(tensors) == 1:
        return [_reduced(t).cpu().numpy().data for t in tensors]
    return contents_at_once(tensors)


def contents_at_once(tensors: Sequence[Tensor]) -> list[Any]:
    """The same with few calls of torch, each of which launches a kernel, and one copy.

    Of one device.
    """
    alike: dict[tuple[torch.dtype, int], list[int]] = {}
    for number, tensor in enumerate(tensors):
        size = tensor.numel() * tensor.element_size()
        alike.setdefault((tensor.dtype, max(size, SMALL)), []).append(number)
    pieces: list[Tensor] = []
    lengths: dict[int, int] = {}
    for (_, size), numbers in alike.items():
        room = 1 if size > TOGETHER else TOGETHER // size
        for first in range(0, len(numbers), room):
            some = numbers[first : first + room]
            several = [_read(tensors[n]) for n in some]
            if size == SMALL:
                flat = _flatten_dense_tensors(several)  # type: ignore[no-untyped-call]
                pieces.append(flat.view(torch.uint8))
                lengths |= {
                    n: t.numel() * t.element_size() for n, t in zip(some, several, strict=True)
                }
            else:
                reduced = _reduced_alike(several)
                pieces.append(reduced.view(-1))
                lengths |= dict.fromkeys(some, reduced.shape[1])
    whole = torch.cat(pieces).cpu().numpy().data
    found: list[Any] = [None] * len(tensors)
    at = 0
    for number, length in lengths.items():
        found[number] = whole[at : at + length]
        at += length
    return found


def _read(tensor: Tensor) -> Tensor:
    """``dense``, which most tensors are."""
    plain = tensor.layout is torch.strided and not tensor.is_neg() and not tensor.is_conj()
    return tensor.detach() if plain else dense(tensor)


def _reduced_alike(tensors: Sequence[Tensor]) -> Tensor:
    """``_reduced`` of tensors of one dtype and size, each more than ``SMALL``: a row of each."""
    if len(tensors) == 1:
        return _reduced(tensors[0])[None]
    flat = torch.stack([t.reshape(-1) for t in tensors]).view(torch.uint8)
    size = flat.shape[1]
    whole = size - size % (8 * COLUMNS)
    table = flat[:, :whole]
    if size % 8:
        table = table.contiguous()
    table = table.view(torch.int64).view(len(tensors), -1, COLUMNS)
    sums = torch.cat([table.sum(2), table.sum(1)], 1)
    return torch.cat([sums.view(torch.uint8), flat[:, whole:]], 1)


def _hashed(tensor: Tensor, content: Any) -> str:
    whole = _begun(tensor.dtype, tensor.shape).copy()
    whole.update(content)
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
