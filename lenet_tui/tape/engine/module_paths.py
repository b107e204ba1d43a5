"""The modules of a model and their paths, those that it keeps in plain Python lists too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import is_

from torch import Tensor, nn
from torch.jit import ScriptModule

from lenet_tui.tape.engine.early_copies import EarlyCopies
from lenet_tui.tape.engine.in_place import storage

Kind = tuple[str, bool, bool]
_OWN = frozenset(vars(nn.Module()))
"""The attributes that every module has."""
_PLAIN = frozenset((bool, int, float, str, type(None)))
"""The types of most of the others."""


@dataclass(frozen=True, slots=True)
class Found:
    """The parameters of some modules: ``names`` by ``id``, ``places`` by where they begin.

    ``where``: what tells whether they are still there.
    """

    tensors: list[Tensor]
    where: list[object]
    by_name: dict[str, Tensor]
    names: dict[int, str]
    places: dict[int, str]


class Paths(dict[nn.Module, str]):
    """The path of each module. It is filled before anything else is asked of it.

    ``early``: of the buffers of these modules.
    """

    def __init__(self, pairs: Iterable[tuple[nn.Module, str]] = ()) -> None:
        super().__init__(pairs)
        self.early = EarlyCopies()
        self.kinds: dict[nn.Module, Kind] = {}
        """What ``kind`` has said of modules that have a path."""
        self._parameters = Found([], [], {}, {}, {})

    @cached_property
    def leaves(self) -> frozenset[nn.Module]:
        """The modules that no other one is inside of."""
        parents: set[str] = set()
        for path in self.values():
            while path and (path := path.rpartition(".")[0]) not in parents:
                parents.add(path)
        return frozenset(module for module, path in self.items() if path not in parents)

    def kind(self, module: nn.Module) -> Kind:
        """Its path, empty if it has none; whether it is a leaf, and a script."""
        found = self.kinds.get(module)
        if found is None:
            found = self.get(module, ""), module in self.leaves, isinstance(module, ScriptModule)
            if module in self:
                self.kinds[module] = found
        return found

    def parameters(self) -> Found:
        """The parameters that the modules have now, each under its first name."""
        tensors: list[Tensor] = [
            p for each in self for p in each._parameters.values() if p is not None
        ]
        where, known = _where(tensors), self._parameters
        if where == known.where and all(map(is_, tensors, known.tensors)):
            return known
        by_name: dict[str, Tensor] = {}
        names: dict[int, str] = {}
        for module, path in self.items():
            for leaf, p in module._parameters.items():
                if p is not None and id(p) not in names:
                    names[id(p)] = name = f"{path}.{leaf}" if path else leaf
                    by_name[name] = p
        places = {storage(p): name for name, p in by_name.items()}
        places.pop(0, None)
        self._parameters = Found(tensors, where, by_name, names, places)
        return self._parameters


def _where(tensors: list[Tensor]) -> list[object]:
    """What changes where the memory of some of these tensors begins elsewhere."""
    try:
        return [*map(Tensor.data_ptr, tensors), *map(Tensor.storage_offset, tensors)]
    except (NotImplementedError, RuntimeError):  # one has no memory of its own
        return [*map(storage, tensors)]


def module_paths(model: nn.Module) -> Paths:
    """Every module of the model with its path; the model itself has the empty one.

    A module in a list, tuple or dict that is an attribute is called as in a ``ModuleList`` or
    ``ModuleDict``: ``layers.0``. torch does not know of it.
    """
    paths = Paths((module, path) for path, module in model.named_modules())
    waiting = list(paths.items())
    for module, path in waiting:  # which grows
        for name, hidden in _unregistered(module):
            for below, inner in hidden.named_modules(prefix=f"{path}.{name}" if path else name):
                if inner not in paths:
                    paths[inner] = below
                    waiting.append((inner, below))
    return paths


def _unregistered(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The modules in attributes that are no children to torch."""
    attributes = vars(module)
    if _OWN.issuperset(attributes):
        return
    for name, value in attributes.items():
        if name in _OWN or type(value) in _PLAIN:
            continue
        if isinstance(value, nn.Module):
            yield name, value
        several = enumerate(value) if isinstance(value, (list, tuple)) else ()
        for key, each in value.items() if isinstance(value, dict) else several:
            if isinstance(each, nn.Module):
                yield f"{name}.{key}", each
