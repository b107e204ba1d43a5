"""Objects and containers that hold state among other things: each is a place of its own.

A list of loaders and counters, a dictionary with a model in it, an object of its owner's class.
"""

from __future__ import annotations

import enum
import functools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset, Sampler

from lenet_tui.training.engine import stateful
from lenet_tui.training.engine.iterators import DEEPEST, LONGEST, Iterators, is_iterator
from lenet_tui.training.engine.reached import ROOMY
from lenet_tui.training.engine.referenced import by_owner, defined_by_owner, referenced
from lenet_tui.training.engine.step_objects import StepObjects
from lenet_tui.training.engine.training_file import TrainingFile

CONTAINERS = (list, tuple, dict, deque)
ELSEWHERE = (
    *(nn.Module, Optimizer, LRScheduler, torch.amp.GradScaler, DataLoader, Dataset, Sampler),
    *(Tensor, enum.Enum, BaseException, threading.Thread, type, list, tuple, dict, deque, set),
)
"""Objects whose state is found otherwise, or is none."""
DRAWING = frozenset(
    ["iter", "next", "__next__", "cycle", "islice", "chain", "zip", "enumerate", "map", "filter"]
)
"""Names in code that may make an iterator that outlives an iteration."""


def owned(kind: Any) -> bool:
    """Whether objects of a class hold values that their owner's code may change."""
    return _owned(kind)


@functools.lru_cache(maxsize=2048)
def _owned(kind: type) -> bool:
    return kind in ROOMY or (not issubclass(kind, ELSEWHERE) and defined_by_owner(kind))


def title(kind: type) -> str:
    """A class's name, as an object of it is written down."""
    return f"{kind.__module__}.{kind.__qualname__}"


def holds(value: Any) -> bool:
    """Whether there may be state inside a value, or more than is written down of a container."""
    if isinstance(value, CONTAINERS):
        return len(value) <= LONGEST and (len(value) > 0 or hasattr(value, "__dict__"))
    return owned(type(value))


def inside(
    path: str, value: Any, seen: set[int], depth: int = 0
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields (path, names and values) of what a value holds, and of those in there that hold some.

    Of a container they are ``Parts``, and then its attributes if its class is another one.
    """
    if id(value) in seen or depth > DEEPEST:
        return
    seen.add(id(value))
    held: dict[str, Any]
    attributes = getattr(value, "__dict__", None)
    if isinstance(value, CONTAINERS):
        held = Parts(value)
        if isinstance(attributes, dict) and id(attributes) not in seen:
            seen.add(id(attributes))
            yield f"{path}()", attributes
    elif isinstance(attributes, dict):
        held = attributes
        if id(held) in seen:
            return
        seen.add(id(held))
    else:
        held = _Slots(value)
    yield path, held
    for name, part in list(held.items()):
        if holds(part):
            yield from inside(f"{path}.{name}", part, seen, depth + 1)


class Parts(dict[str, Any]):
    """What is in a container, by place or key, to be read."""

    def __init__(self, container: Any) -> None:
        keyed = isinstance(container, dict)
        for number, (key, value) in enumerate(stateful.items(container)):
            named = f"[{key}]" if keyed and type(key) in (int, bool, float) else f"[{number}()]"
            self[key if type(key) is str else named if keyed else f"{key}"] = value


class _Slots(dict[str, Any]):
    """The attributes of an object without a dictionary; what is set or deleted here is so there."""

    def __init__(self, value: Any) -> None:
        named = [vars(kind).get("__slots__", ()) for kind in type(value).__mro__]
        names = [n for each in named for n in ([each] if isinstance(each, str) else each)]
        super().__init__((n, getattr(value, n)) for n in names if hasattr(value, n))
        self._value = value

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        object.__setattr__(self._value, name, value)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        object.__delattr__(self._value, name)


def own_iterators(file: TrainingFile, model: nn.Module, objects: StepObjects | None) -> Iterators:
    """The iterators of a session on a file's objects; those of a script are not replaced."""
    found = Iterators(wraps=not file.live)
    found.used = functools.partial(_names_used, file, model)
    found.looked_for = objects is not None and _may_draw(file.names.values(), model)
    modules = [pair for pair in model.named_modules() if _may_hold(pair[1])]

    def places() -> Iterator[tuple[str, dict[str, Any]]]:
        for path, module in modules:
            yield path, vars(module)
        if objects is not None:
            yield from objects.places(_may_hold)

    found.places = places
    return found


def _may_hold(module: nn.Module) -> bool:
    """Whether iterators may come to be in a module: its owner's code, or what was set on it."""
    if defined_by_owner(type(module)):
        return True
    values = [v for name, v in vars(module).items() if not name.startswith("_")]
    values += [part for v in values if type(v) is tuple for part in v]  # such as a kernel's size
    kinds = set(map(type, values)) - {tuple}
    return any(is_iterator(k) or owned(k) or issubclass(k, CONTAINERS) for k in kinds)


def _names_used(file: TrainingFile, model: nn.Module) -> frozenset[str]:
    """The global names that the code of a step, a loss or a forward refers to."""
    functions = [file.step, file.loss, *(m.forward for m in model.modules())]
    return frozenset(referenced(*[f for f in functions if f is not None]))


def _may_draw(values: Iterable[Any], model: nn.Module) -> bool:
    """Whether the code of functions and classes names what makes or draws from iterators."""
    values = list(values)
    kinds = {type(module) for module in model.modules()} | {
        v for v in values if isinstance(v, type)
    }
    functions: list[Callable[..., Any]] = [v for v in values if isinstance(v, FunctionType)]
    for kind in kinds:
        functions += [v for v in vars(kind).values() if isinstance(v, FunctionType)]
    functions = [f for f in functions if by_owner(f.__code__.co_filename)]
    return any(DRAWING.intersection(code.co_names) for f in functions for code in _codes(f))


def _codes(function: Any) -> Iterator[CodeType]:
    waiting = [function.__code__]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [part for part in code.co_consts if isinstance(part, CodeType)]
