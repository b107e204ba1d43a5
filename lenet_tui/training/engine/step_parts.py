"""What a step trains where nothing is called ``model``: modules, or tensors by themselves.

They are looked for by name, in lists and dictionaries, and in objects of the owner's own classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from torch import Tensor, nn

from lenet_tui.training.engine.bare_tensors import BareTensors
from lenet_tui.training.engine.together import Together

DEEPEST = 3
"""How far inside lists, dictionaries and objects is looked."""
MOST = 2_000
"""Values of one of them that are looked at."""

Owns = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """A module or tensor that a step trains. ``name``: in the model; empty: it is the model.
    ``path``: where it lies, as ``nets.0``.
    """

    name: str
    path: str
    value: nn.Module | Tensor


def modules_in(names: Mapping[str, Any], owns: Owns) -> dict[str, nn.Module]:
    """The modules with parameters, by where they lie, ``trainer.model``; no part of another one.

    Only those that lie nearest: what is deeper than a model is looked at as it is.
    ``owns``: whether an object is of a class of the owner's.
    """
    for level in _walk(names, owns):
        found = {
            name: value
            for name, value in level.items()
            if isinstance(value, nn.Module) and next(value.parameters(), None) is not None
        }
        if found:
            inner = {id(part) for value in found.values() for part in list(value.modules())[1:]}
            return {name: value for name, value in found.items() if id(value) not in inner}
    return {}


def tensors_in(names: Mapping[str, Any], owns: Owns) -> dict[str, Tensor]:
    """The leaves that require gradients, by where they lie."""
    return {
        name: value
        for level in _walk(names, owns)
        for name, value in level.items()
        if isinstance(value, Tensor) and value.is_leaf and value.requires_grad
    }


def parts_in(names: Mapping[str, Any], owns: Owns) -> list[Part]:
    """What a step trains: the modules, or the tensors where there is no module."""
    modules = modules_in(names, owns)
    if len(modules) == 1:
        return [Part("", path, module) for path, module in modules.items()]
    found: dict[str, nn.Module | Tensor] = {**(modules or tensors_in(names, owns))}
    parts: dict[str, Part] = {}
    for path, value in found.items():
        name = path.replace(".", "_")  # a part of a module has no dots in its name
        while name in parts:
            name += "_"
        parts[name] = Part(name, path, value)
    return [*parts.values()]


def model_in(names: Mapping[str, Any], owns: Owns) -> nn.Module | None:
    """The module, several together, or the tensors where there is no module; ``None``: nothing."""
    parts = parts_in(names, owns)
    modules = {part.name: part.value for part in parts if isinstance(part.value, nn.Module)}
    if modules:
        return modules[""] if "" in modules else Together(modules)
    tensors = {part.name: part.value for part in parts if isinstance(part.value, Tensor)}
    return BareTensors(tensors) if tensors else None


def _walk(names: Mapping[str, Any], owns: Owns) -> Iterator[dict[str, nn.Module | Tensor]]:
    """Yields the modules and tensors that the names lead to, by their paths, each object once: the
    nearest ones first, then those that lie deeper.
    """
    level, seen = [*names.items()], set[int]()
    for _ in range(DEEPEST + 1):
        here: dict[str, nn.Module | Tensor] = {}
        below: list[tuple[str, Any]] = []
        for name, value in level:
            if id(value) in seen or isinstance(value, type):
                continue
            if isinstance(value, (nn.Module, Tensor)):
                seen.add(id(value))
                here[name] = value
                continue
            parts = _parts(value, owns)
            if parts is not None:
                seen.add(id(value))
                below += [(f"{name}.{key}", part) for key, part in islice(parts, MOST)]
        yield here
        level = below


def _parts(value: Any, owns: Owns) -> Iterator[tuple[Any, Any]] | None:
    """What a list, a dictionary or an object of the owner's holds; ``None``: it is none of them."""
    if isinstance(value, (list, tuple)):
        return iter(enumerate(value))
    if isinstance(value, dict):
        return iter([*value.items()]) if all(isinstance(k, (str, int)) for k in value) else None
    held = getattr(value, "__dict__", None)
    return iter([*held.items()]) if isinstance(held, dict) and owns(value) else None
