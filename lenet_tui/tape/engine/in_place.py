"""Which tensors a call writes into, and copies of what is about to be overwritten."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor, nn

WRITING = ("__setitem__", "__iand__", "__ior__", "__ixor__", "__ilshift__", "__irshift__")
"""Operators that write into their first operand; of the others torch calls ``add_`` and so on."""
NOT_WRITING = ("requires_grad_", "detach_", "rename_", "share_memory_")
"""Methods that leave a tensor's numbers as they are."""
STATISTICS = ("running_mean", "running_var")
BUILT_IN_NORMS = ("batch_norm", "instance_norm", "native_batch_norm")
"""Functions without a signature that write into some of their operands."""
NUMBERS = frozenset([int, float, bool, str, type(None), torch.dtype, torch.device])
STAYS = NUMBERS | {nn.Parameter}
"""The classes of values that are never copied."""
_users: Callable[[int], int] | None = getattr(torch._C, "_storage_Use_Count", None)
_ALONE = 2
"""The users of memory that one tensor has: that, and the object that Python asks."""

Look = tuple[int, tuple[int, ...], tuple[int, ...], torch.dtype | None, bool, bool]
Made = dict[int, list[tuple[Tensor, Tensor]]]
"""Tensors with their copies, by where their memory begins."""
Writer = Callable[[tuple[Any, ...], dict[str, Any]], list[Tensor]]
"""Finds the tensors that a call of one function may write into, from what it is given."""


def written_by(func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
    """The tensors that a call may write into."""
    if "out" in kwargs:
        return tensors(kwargs["out"])
    finds = writer(func, name)
    return [] if finds is None else finds(args, kwargs)


def writer(func: Any, name: str) -> Writer | None:
    """What finds the tensors, ``out`` apart, that a function writes into; ``None``: it cannot."""
    if name in NOT_WRITING:
        return None
    if (name.endswith("_") and not name.endswith("__")) or name in WRITING:
        return _first
    places = _places(func)
    if STATISTICS[0] in places:
        return _placed(places)
    if places:
        return partial(_if_in_place, places)
    return _all if name in BUILT_IN_NORMS else None


def _first(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
    return [args[0]] if args and type(args[0]) is Tensor else tensors(args[:1])


def _all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
    return tensors(args)


def _if_in_place(
    places: dict[str, int], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[Tensor]:
    at = places["inplace"]
    given = args[at] if at < len(args) else kwargs.get("inplace")
    return tensors(args[:1] or kwargs.get("input")) if given is True else []


def _placed(places: dict[str, int]) -> Writer:
    """Finds the running statistics that a norm writes while it is trained."""
    mean_at, variance_at = (places.get(key, -1) for key in STATISTICS)
    in_place, training = "inplace" in places, places.get("training", -1)

    def find(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
        if in_place and (written := _if_in_place(places, args, kwargs)):
            return written
        count = len(args)
        if training >= 0 and not (args[training] if training < count else kwargs.get("training")):
            return []
        if 0 <= mean_at < count and 0 <= variance_at < count:
            mean, variance = args[mean_at], args[variance_at]
            if type(mean) is Tensor and type(variance) is Tensor:
                return [mean, variance]
        at = zip(STATISTICS, (mean_at, variance_at), strict=True)
        given = [args[n] if 0 <= n < count else kwargs.get(key) for key, n in at]
        return [t for t in given if isinstance(t, Tensor)]

    return find


@cache
def _places(func: Any) -> dict[str, int]:
    """Where a function takes ``inplace`` and running statistics; empty if it does not."""
    try:
        names = list(inspect.signature(func).parameters)
    except (TypeError, ValueError):  # written in C
        return {}
    if "inplace" not in names and STATISTICS[0] not in names:
        return {}
    wanted = "inplace", "training", *STATISTICS
    return {name: names.index(name) for name in wanted if name in names}


def tensors(value: Any) -> list[Tensor]:
    """The tensors in nested tuples and lists."""
    if isinstance(value, Tensor):
        return [value]
    found: list[Tensor] = []
    for part in value if isinstance(value, (tuple, list)) else ():
        if type(part) not in NUMBERS:
            found += tensors(part)
    return found


def copied(value: Any, written: Container[int], made: Made) -> Any:
    """The value with copies of its tensors in this memory; parameters stay themselves.

    ``made``: the copies so far, to be given again for the same numbers; it grows.
    """
    if isinstance(value, Tensor):
        place = storage(value)
        if place not in written or (type(value) is not Tensor and isinstance(value, nn.Parameter)):
            return value
        known = made.get(place)
        if known is None:
            known = made[place] = []
        else:
            look = look_of(value)
            for tensor, copy in known:
                if tensor is value or look_of(tensor) == look:
                    return copy
        copy = (value.detach() if value.requires_grad else value).clone()
        known.append((value, copy))
        return copy
    if isinstance(value, (tuple, list)):
        parts = [p if type(p) in STAYS else copied(p, written, made) for p in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value


def look_of(tensor: Tensor) -> Look:
    """Where a tensor's numbers are and how they are read: two that share it are the same."""
    if tensor.layout is not torch.strided:
        return id(tensor), (), (), None, False, False
    return (
        tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype,
        tensor.is_conj(), tensor.is_neg(),
    )  # fmt: skip


def replaced(value: Any, copies: dict[int, tuple[Tensor, Tensor]]) -> Any:
    """The value with the copies that were kept of some tensors, which are found by their ``id``."""
    if isinstance(value, (tuple, list)):
        parts = [replaced(part, copies) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return copies.get(id(value), (value, value))[1]


def storage(tensor: Tensor) -> int:
    """Where a tensor's memory begins; 0 if it has none of its own (sparse, or under ``vmap``)."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (NotImplementedError, RuntimeError):
        return 0


def place_of(tensor: Tensor) -> tuple[int, bool]:
    """``storage``, and whether no other tensor is known to torch that has this memory.

    Where torch does not say how many there are, and of memory that is not its own: ``False``.
    """
    try:
        found = tensor.untyped_storage()
        place = found.data_ptr()
    except (NotImplementedError, RuntimeError):
        return 0, False
    if not place or _users is None or _users(found._cdata) != _ALONE:
        return place, False
    return place, found.resizable()
