"""Tensors as a keyframe has them, and what is known beforehand of how it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from lenet_tui.protocol.container import Forms, Malformed, Written
from lenet_tui.protocol.options import Options
from lenet_tui.tape.engine.digest import raw

SMALL = 2**16
"""Bytes of a tensor that does not matter."""

_SEEN = frozenset(
    [torch.float32, torch.float64, torch.float16, torch.int32, torch.int64, torch.uint8, torch.bool]
)
"""Dtypes that NumPy has too."""

_Like = tuple[torch.dtype, tuple[int, ...], int]
"""The dtype and the shape of a tensor, and how many bytes of it are written."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor as bytes: its ``dtype`` by torch's name, and the numbers in a row."""

    dtype: str
    shape: tuple[int, ...]
    content: memoryview


def _stored(tensor: Tensor) -> StoredTensor:
    return StoredTensor(_name(tensor.dtype), tuple(tensor.shape), _content(tensor))


def _name(dtype: torch.dtype) -> str:
    return str(dtype)[6:]


def _content(tensor: Tensor) -> memoryview:
    """The tensor's bytes, as ``raw`` has them; where NumPy can see them, at once."""
    plain = tensor.dtype in _SEEN and tensor.is_cpu and tensor.layout is torch.strided
    if plain and tensor.is_contiguous() and tensor.numel() and not tensor.is_neg():
        numbers: Any = (tensor.detach() if tensor.requires_grad else tensor).numpy()
        return memoryview(numbers).cast("B")
    return memoryview(raw(tensor))


def _view(stored: StoredTensor) -> Tensor:
    """The tensor, on the CPU; ``Malformed`` if dtype, shape and bytes do not fit."""
    try:
        dtype: torch.dtype = getattr(torch, stored.dtype)
        empty = torch.empty(0, dtype=dtype)
        flat = torch.frombuffer(stored.content, dtype=dtype) if stored.content else empty
        return flat.reshape(stored.shape)
    except (AttributeError, TypeError, ValueError, RuntimeError):
        raise Malformed("history:odd-tensor") from None


def _copy(stored: StoredTensor) -> Tensor:
    """The same, copied."""
    return _view(stored).clone()


def _copy_if_small(stored: StoredTensor) -> Tensor:
    """The same, copied only if it is small: what is large is copied where it is used."""
    return _copy(stored) if len(stored.content) < SMALL else _view(stored)


FORMS: Forms = {Tensor: (StoredTensor, _stored, _copy)}
VIEWS: Forms = {Tensor: (StoredTensor, _stored, _copy_if_small)}


@dataclass(slots=True, eq=False)  # not frozen: there are as many as parameters
class StoredParameter:
    """``state``: what the optimizer has for it. ``grad`` may be ``None``, as in torch."""

    value: Tensor
    grad: Tensor | None
    state: Mapping[str, Tensor]


_options: list[Any] = [None, Written("")]
"""The last options that were written, and how: they seldom change."""


def options_written(options: Options) -> Written:
    """What is written of the options."""
    if options is not _options[0]:
        _options[:] = options, Written(json.dumps(asdict(options)))
    found: Written = _options[1]
    return found


def parameters_written(parameters: Mapping[str, StoredParameter]) -> Written:
    """What is written of them; all but their numbers is the same at each keyframe."""
    contents: list[memoryview] = []
    like: list[tuple[str, tuple[_Like | None, ...], tuple[str, ...]]] = []
    for name, stored in parameters.items():
        found: list[_Like | None] = []
        for tensor in (stored.value, stored.grad, *stored.state.values()):
            if tensor is None:
                found.append(None)
                continue
            contents.append(_content(tensor))
            found.append((tensor.dtype, tensor.shape, len(contents[-1])))
        like.append((name, tuple(found), tuple(stored.state)))
    return Written(_header(tuple(like)), contents)


@lru_cache(maxsize=4)
def _header(like: tuple[tuple[str, tuple[_Like | None, ...], tuple[str, ...]], ...]) -> str:
    """The JSON of parameters: of each its name, what its tensors are like, and its state's names.

    The tensors are the value, the gradient, and those of the state.
    """
    header = {}
    for name, tensors, state in like:
        value, grad, *rest = [
            t and {"dtype": _name(t[0]), "shape": t[1], "content": t[2]} for t in tensors
        ]
        header[name] = {
            "value": value, "grad": grad, "state": dict(zip(state, rest, strict=True))
        }  # fmt: skip
    return json.dumps(header)
