"""The modules of a model and their paths, those that it keeps in plain Python lists too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from torch import nn

from lenet_tui.tape.engine.early_copies import EarlyCopies

_OWN = frozenset(vars(nn.Module()))
"""The attributes that every module has."""


class Paths(dict[nn.Module, str]):
    """The path of each module. It is filled before anything else is asked of it.

    ``early``: of the buffers of these modules.
    """

    def __init__(self, pairs: Iterable[tuple[nn.Module, str]] = ()) -> None:
        super().__init__(pairs)
        self.early = EarlyCopies()

    @cached_property
    def leaves(self) -> frozenset[nn.Module]:
        """The modules that no other one is inside of."""
        parents: set[str] = set()
        for path in self.values():
            while path and (path := path.rpartition(".")[0]) not in parents:
                parents.add(path)
        return frozenset(module for module, path in self.items() if path not in parents)


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
    for name, value in vars(module).items():
        if name in _OWN:
            continue
        if isinstance(value, nn.Module):
            yield name, value
        several = enumerate(value) if isinstance(value, (list, tuple)) else ()
        for key, each in value.items() if isinstance(value, dict) else several:
            if isinstance(each, nn.Module):
                yield f"{name}.{key}", each
