"""The names that a function's code refers to, in its globals and its closure, and what they mean.

A script has many names; those of a step are the ones that its code, or a function of the same owner
that it calls, reads or writes.
"""

from __future__ import annotations

import dis
import functools
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from torch import nn

from lenet_tui.training.engine.own_errors import is_own_file

CONSTANT = (FunctionType, BuiltinFunctionType, MethodType, ModuleType)
"""What a name means in every iteration."""
MISSING = object()
"""What a name means that has no value."""


@dataclass(frozen=True, slots=True)
class Global:
    """A global name: ``names`` are those of its module."""

    names: dict[str, Any]
    name: str

    def get(self) -> Any:
        return self.names.get(self.name, MISSING)

    def set(self, value: Any) -> None:
        self.names[self.name] = value

    def delete(self) -> None:
        self.names.pop(self.name, None)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A name of an enclosing function."""

    cell: CellType

    def get(self) -> Any:
        try:
            return self.cell.cell_contents
        except ValueError:  # not filled yet
            return MISSING

    def set(self, value: Any) -> None:
        self.cell.cell_contents = value

    def delete(self) -> None:
        if self.get() is not MISSING:
            del self.cell.cell_contents


@dataclass(frozen=True, slots=True)
class Given:
    """What a function was given beforehand: ``self``, a default, an argument of a ``partial``."""

    value: Any

    def get(self) -> Any:
        return self.value

    def set(self, value: Any) -> None:
        """Fill what was given with what is in ``value``; it stays the same object."""
        if type(self.value) is type(value) and isinstance(value, (dict, list)):
            held = value.copy()
            self.value.clear()
            (self.value.update if isinstance(held, dict) else self.value.extend)(held)

    def delete(self) -> None:
        pass


Place = Global | Enclosed | Given


MOST = 500
"""Functions that are looked through, the nearest first: one's own library may have thousands."""


def referenced(*functions: Callable[..., Any]) -> dict[str, Place]:
    """The places of all names that the code of these functions refers to.

    Functions of the same owner are looked through too, and those methods of their classes whose
    names they use; and what is looked up in a module of theirs: ``settings.counter``.
    """
    search = Search()
    search.more(*functions)
    return search.places


class Search:
    """``places``: what has been found so far, by name. ``functions``: those looked through."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.functions: list[FunctionType] = []
        self._known: set[tuple[int, str]] = set()
        self._seen: dict[int, FunctionType | CodeType] = {}
        """The functions and codes looked at, by ``id``."""
        self._classes: set[type] = set()
        self._used: set[str] = set()
        self._unused: dict[str, list[FunctionType]] = {}
        """Methods of classes in sight, by a name that no code has used yet."""
        self._waiting: deque[FunctionType] = deque()
        self._main: dict[str, Any] | None = None

    def more(self, *functions: Callable[..., Any]) -> None:
        """Look through functions, and what they lead to."""
        for function in functions:
            self._unwrap(function)
        while self._waiting and len(self._seen) < 2 * MOST:
            self._look(self._waiting.popleft())

    @property
    def whole(self) -> bool:
        """Whether everything has been looked through."""
        return not self._waiting

    def _unwrap(self, function: Any) -> None:
        """Have a callable's code looked at, and note what it was given beforehand."""
        while isinstance(function, functools.partial):
            for number, value in enumerate(function.args):
                self._note(f"argument.{number}", Given(value))
            for name, value in function.keywords.items():
                self._note(name, Given(value))
            function = function.func
        if isinstance(function, MethodType):
            self._note("self", Given(function.__self__))
            function = function.__func__
        if isinstance(function, FunctionType):
            inner = getattr(function, "__wrapped__", None)
            self._wait(function)
            if inner is not None and inner is not function:
                self._unwrap(inner)
        elif not isinstance(function, type):
            self._note("self", Given(function))

    def _wait(self, function: FunctionType) -> None:
        if id(function) not in self._seen and by_owner(function.__code__.co_filename):
            self._seen[id(function)] = function
            self.functions.append(function)
            self._waiting.append(function)

    def _note(self, name: str, place: Place) -> None:
        value = place.get()
        key = (id(place.names), place.name) if isinstance(place, Global) else (id(value), name)
        if isinstance(place, Enclosed):
            key = (id(place.cell), "")
        if key in self._known:
            return
        self._known.add(key)
        self._follow(value)
        if isinstance(value, CONSTANT) or (isinstance(value, type) and not defined_by_owner(value)):
            return
        unique, number = name, 2
        while unique in self.places:
            unique, number = f"{name}#{number}", number + 1
        self.places[unique] = place

    def _follow(self, value: Any) -> None:
        """Look through a function that a name means, and the methods of an object."""
        if isinstance(value, (functools.partial, MethodType)):
            self._unwrap(value)
        elif isinstance(value, FunctionType):
            self._wait(value)
        elif isinstance(value, nn.Module):
            for part in value.modules():
                self.methods(type(part))
        elif not isinstance(value, ModuleType):
            self.methods(value if isinstance(value, type) else type(value))

    def methods(self, kind: type) -> None:
        """Take note of a class's methods: they are looked through once their names are used."""
        if kind in self._classes:
            return
        self._classes.add(kind)
        for base in kind.__mro__:
            if (base is not kind and base in self._classes) or not defined_by_owner(base):
                continue
            self._classes.add(base)
            for name, part in vars(base).items():
                method = getattr(part, "__func__", getattr(part, "fget", part))
                if not isinstance(method, FunctionType):
                    continue
                if name in self._used or name == "forward" or name.startswith("__"):
                    self._wait(method)
                else:
                    self._unused.setdefault(name, []).append(method)

    def _look(self, function: FunctionType) -> None:
        code, names = function.__code__, function.__globals__
        if self._main is None:
            self._main = names
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if name != "__class__":
                self._note(name, Enclosed(cell))
        for name, value in _defaults(function):
            self._note(name, Given(value))
        if id(code) in self._seen:
            return
        self._seen[id(code)] = code
        within = "" if names is self._main else f"{names.get('__name__', '')}."
        for inner in _codes(code):
            for name in inner.co_names:
                self._use(name)
                self._note_global(within, names, name, inner)

    def _use(self, name: str) -> None:
        if name not in self._used:
            self._used.add(name)
            for method in self._unused.pop(name, ()):
                self._wait(method)

    def _note_global(self, within: str, names: dict[str, Any], name: str, code: CodeType) -> None:
        value = names.get(name, MISSING)
        if name.startswith("__") or (value is MISSING and name not in _stored(code)):
            return
        if isinstance(value, ModuleType):
            if by_owner(getattr(value, "__file__", None) or ""):
                for attribute in code.co_names:
                    if attribute in vars(value) and not attribute.startswith("__"):
                        self._note(f"{name}.{attribute}", Global(vars(value), attribute))
            return
        self._note(within + name, Global(names, name))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions inside it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _codes(part)


@functools.lru_cache(maxsize=2 * MOST)
def _stored(code: CodeType) -> frozenset[str]:
    """The global names that a code gives a value."""
    return frozenset(i.argval for i in dis.get_instructions(code) if i.opname == "STORE_GLOBAL")


def _defaults(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The arguments with a default, which a function may change from call to call."""
    code, defaults = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    yield from zip(names[len(names) - len(defaults) :], defaults, strict=True)
    yield from (function.__kwdefaults__ or {}).items()


def by_owner(file: str) -> bool:
    """Whether a file of this name is no library's."""
    library = "/site-packages/" in file or "/dist-packages/" in file
    return bool(file) and not library and is_own_file(file)


def defined_by_owner(kind: type) -> bool:
    """Whether a class is written by the owner of the script, and not by a library."""
    return _own_module(str(kind.__module__))


@functools.lru_cache(maxsize=4096)
def _own_module(name: str) -> bool:
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    return name == "__main__" or (module is not None and by_owner(file or ""))


class Names(dict[str, Any]):
    """What the places hold at present, by name; what is set or deleted here is so there."""

    def __init__(self, places: Mapping[str, Place], fixed: Mapping[str, Any]) -> None:
        super().__init__(fixed)
        self._places = places
        self.look()

    def look(self) -> Names:
        """Take what the names mean by now; returns itself."""
        for name, place in self._places.items():
            value = place.get()
            if value is MISSING:
                super().pop(name, None)
            else:
                super().__setitem__(name, value)
        return self

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if name in self._places:
            self._places[name].set(value)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        if name in self._places:
            self._places[name].delete()
