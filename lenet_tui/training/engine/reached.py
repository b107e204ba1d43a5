"""Everything of a script that a training step may change, found from the objects it is given."""

from __future__ import annotations

import argparse
import functools
import io
import logging
import random
import threading
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset, Sampler
from torch.utils.data.dataloader import _BaseDataLoaderIter

from lenet_tui.training.engine.referenced import Place, Search, defined_by_owner

LONGEST = 10_000
"""Items of a list or dictionary that are looked at: more are taken for plain numbers."""
FEW = 100
"""The same of one that belongs to data."""
LARGE = 2**28
"""Bytes from which a tensor that no module, optimizer or parameter holds is taken for data."""
CONSTANT = (DataLoader, Dataset, Sampler)
"""Objects of which only the generators change."""
GENERATORS = (random.Random, np.random.Generator, np.random.RandomState, torch.Generator)
PLAIN = (type(None), bool, int, float, complex, str, bytes, torch.dtype, torch.device, torch.Size)
STATE = (nn.Module, Optimizer, LRScheduler, torch.amp.GradScaler)
BESIDE = (types.ModuleType, _BaseDataLoaderIter, threading.Thread, io.IOBase, logging.Logger)
"""What holds no state of a step, or none that can be restored."""
HOOKS = ("_backward_hooks", "_post_accumulate_grad_hooks")
"""Where torch keeps the hooks on a tensor."""
ROOMY = (types.SimpleNamespace, argparse.Namespace)
"""Objects of Python's own library that people keep their things in."""


@dataclass(slots=True)
class Reached:
    """What was found, each object once.

    ``classes``: of the owner. ``whole``: whether all code was looked through that leads further.
    """

    tensors: list[Tensor] = field(default_factory=list)
    arrays: list[npt.NDArray[Any]] = field(default_factory=list)
    dicts: list[dict[Any, Any]] = field(default_factory=list)
    lists: list[list[Any]] = field(default_factory=list)
    deques: list[deque[Any]] = field(default_factory=list)
    sets: list[set[Any]] = field(default_factory=list)
    generators: list[Any] = field(default_factory=list)
    modules: list[nn.Module] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    classes: list[type] = field(default_factory=list)
    whole: bool = True


def reached_from(roots: Iterable[Any], functions: Iterable[Callable[..., Any]]) -> Reached:
    """All that is reached from objects, and from what the code of functions refers to."""
    return _Walk().run(roots, functions)


class _Walk:
    def __init__(self) -> None:
        self._found = Reached()
        self._search = Search()
        self._seen: dict[int, Any] = {}
        """By ``id``, with the objects, so that no other takes their place."""
        self._waiting: deque[tuple[Any, bool, bool]] = deque()
        """Objects, whether they are data, and whether a tensor among them is surely state."""

    def run(self, roots: Iterable[Any], functions: Iterable[Callable[..., Any]]) -> Reached:
        for root in roots:
            self._add(root)
        self._code(*functions)
        while self._waiting:
            self._look(*self._waiting.popleft())
        self._found.whole = self._search.whole
        return self._found

    def _code(self, *functions: Callable[..., Any]) -> None:
        known, looked_at = len(self._search.places), len(self._search.functions)
        self._search.more(*functions)
        for function in self._search.functions[looked_at:]:
            self._add(vars(function))  # such as ``step.calls += 1``
        for place in list(self._search.places.values())[known:]:
            self._found.places.append(place)
            self._add(place.get())

    def _add(self, value: Any, data: bool = False, held: bool = False) -> None:
        if type(value) in PLAIN or id(value) in self._seen:
            return
        self._seen[id(value)] = value
        self._waiting.append((value, data, held))

    def _look(self, value: Any, data: bool, held: bool) -> None:
        found = self._found
        if isinstance(value, Tensor):
            self._tensor(value, data, held)
        elif isinstance(value, GENERATORS):
            found.generators.append(value)
        elif isinstance(value, np.ndarray):
            if not data and value.nbytes < LARGE and value.dtype != object:
                found.arrays.append(value)
        elif isinstance(value, (dict, list, set, frozenset, tuple, deque)):
            self._container(value, data, held)
        elif isinstance(value, (types.FunctionType, types.MethodType, functools.partial)):
            self._code(value)
        elif isinstance(value, type):
            self._class(value)
        elif _looked_into(value):
            self._object(value, data)

    def _tensor(self, tensor: Tensor, data: bool, held: bool) -> None:
        leaf = isinstance(tensor, nn.Parameter) or (tensor.requires_grad and tensor.is_leaf)
        beside = not leaf and (data or (is_data(tensor) and not held))
        if tensor.is_meta or is_lazy(tensor) or beside:
            return
        self._found.tensors.append(tensor)
        if leaf:
            self._add(tensor.grad, held=True)
            for hook in hooks_on(tensor):
                self._add(hook)
        self._add(getattr(tensor, "__dict__", None))

    def _container(self, value: Any, data: bool, held: bool) -> None:
        if not data:
            kinds: tuple[tuple[type, list[Any]], ...] = (
                (dict, self._found.dicts), (list, self._found.lists),
                (deque, self._found.deques), (set, self._found.sets),
            )  # fmt: skip
            for kind, places in kinds:
                if isinstance(value, kind):
                    places.append(value)
        if len(value) > (FEW if data else LONGEST) and not held:
            return
        if not isinstance(value, dict):
            for part in list.__iter__(value) if isinstance(value, list) else value:
                self._add(part, data, held)
            return
        for key, part in dict.items(value):  # a class of its own may make something of each look
            if isinstance(key, Tensor):  # of an optimizer's state
                self._add(key, data, held)
            self._add(part, data, held)

    def _class(self, kind: type) -> None:
        if defined_by_owner(kind) and kind not in self._found.classes:
            self._found.classes.append(kind)
            for value in list(vars(kind).values()):
                if isinstance(value, (dict, list, set, deque, Tensor, *GENERATORS)):
                    self._add(value)

    def _object(self, value: Any, data: bool) -> None:
        data = data or isinstance(value, CONSTANT)
        held = isinstance(value, (nn.Module, Optimizer))
        if isinstance(value, nn.Module):
            self._found.modules.append(value)
        for kind in type(value).__mro__:
            self._class(kind)
        for attributes in _attributes(value):
            self._add(attributes, data and not isinstance(value, Sampler), held)
        self._search.methods(type(value))
        self._code()


def is_data(value: object) -> bool:
    """Whether it is a tensor so large that it is taken for data, which a step only reads."""
    if not isinstance(value, Tensor) or value.requires_grad:
        return False
    return value.layout is torch.strided and value.nbytes >= LARGE


def hooks_on(tensor: Tensor) -> Iterator[Callable[..., Any]]:
    """What is called with a tensor's gradient."""
    for name in HOOKS:
        yield from (getattr(tensor, name, None) or {}).values()


def _looked_into(value: object) -> bool:
    """Whether an object may hold state of a step.

    One of a library does if a tensor, a module or the like is among what it holds, or in a list of
    it: writers of logs and the like stay as the step has left them.
    """
    if isinstance(value, BESIDE):
        return False
    if isinstance(value, (*STATE, *CONSTANT, *ROOMY)) or defined_by_owner(type(value)):
        return True
    for held in _attributes(value):
        for part in held.values():
            several = part if type(part) in (list, tuple) else (part,)
            if any(isinstance(each, (Tensor, *STATE, *GENERATORS)) for each in several[:FEW]):
                return True
    return False


def _attributes(value: Any) -> Iterator[dict[str, Any]]:
    """The dictionary of an object's attributes, where it has one."""
    try:
        found = vars(value)
    except TypeError:
        return
    if isinstance(found, dict):
        yield found
