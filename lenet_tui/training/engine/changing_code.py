"""Whether drawing from an iterator may change something else, as its code reads.

What the code of its owner cannot do need not be looked for at each draw.
"""

from __future__ import annotations

import dis
import functools
import gc
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

from torch import Tensor

MOST = 500
"""Objects that are looked at, the nearest first; beyond that it may change anything."""
STORES = frozenset(
    f"{what}_{where}"
    for what in ("STORE", "DELETE")
    for where in ("GLOBAL", "NAME", "ATTR", "SUBSCR", "SLICE")
)
"""Instructions that write into what a function does not own."""
MUTATING = frozenset((
    *("append", "extend", "insert", "pop", "popitem", "remove", "clear", "sort", "reverse"),
    *("update", "setdefault", "add", "discard", "appendleft", "extendleft", "popleft", "rotate"),
    *("move_to_end", "setattr"),
))  # fmt: skip
"""Names of calls that change what they are called of."""


def may_change(source: Any, by_owner: Callable[[str], bool]) -> bool:
    """Whether code that a draw may run writes into anything but its own local names.

    ``by_owner``: whether a file of code is the owner's: others' code is trusted.
    """
    waiting, seen = [source], set[int]()
    for value in waiting:  # which grows
        if id(value) in seen:
            continue
        seen.add(id(value))
        if len(seen) > MOST:
            return True
        for code in _codes_of(value):
            if by_owner(code.co_filename) and _writes(code):
                return True
        waiting += _leading_on(value, by_owner)
    return False


def _codes_of(value: Any) -> Iterator[CodeType]:
    code = getattr(value, "gi_code" if isinstance(value, GeneratorType) else "__code__", None)
    waiting = [code] if isinstance(code, CodeType) else []
    for each in waiting:  # which grows
        yield each
        waiting += [part for part in each.co_consts if isinstance(part, CodeType)]


def _leading_on(value: Any, by_owner: Callable[[str], bool]) -> list[Any]:
    """What else a draw may call, or draw from."""
    if isinstance(value, (ModuleType, Tensor, str, bytes, int, float, dict, type, type(None))):
        return []
    found: list[Any] = []
    names: dict[str, Any] = {}
    if isinstance(value, FunctionType):
        names, found = value.__globals__, [*(value.__closure__ or ())]
    elif isinstance(value, GeneratorType):
        names = value.gi_frame.f_globals if value.gi_frame is not None else {}
    used = {name for code in _codes_of(value) for name in code.co_names}
    for each in (names[name] for name in used if name in names):
        if isinstance(each, type):
            found += _methods(each, by_owner)
        elif isinstance(each, (FunctionType, MethodType, functools.partial, GeneratorType)):
            found.append(each)
        elif not isinstance(each, (ModuleType, Tensor)):
            found += _methods(type(each), by_owner)
    if not isinstance(value, FunctionType):
        found += _methods(type(value), by_owner) + gc.get_referents(value)
    return found


def _methods(kind: type, by_owner: Callable[[str], bool]) -> list[FunctionType]:
    """The methods of an owner's class that run after an object has been made."""
    found = [
        method
        for each in kind.__mro__
        for name, method in vars(each).items()
        if isinstance(method, FunctionType) and name not in ("__init__", "__new__")
    ]
    return [method for method in found if by_owner(method.__code__.co_filename)]


@functools.lru_cache(maxsize=1024)
def _writes(code: CodeType) -> bool:
    if MUTATING.intersection(code.co_names):
        return True
    return any(
        each.opname in STORES
        or (each.opname in ("STORE_DEREF", "DELETE_DEREF") and each.argval in code.co_freevars)
        for each in dis.get_instructions(code)
    ) or any(name.endswith("_") and not name.startswith("_") for name in code.co_names)
