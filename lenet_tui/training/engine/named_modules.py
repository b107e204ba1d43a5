"""The modules of a model by their paths, as ``named_modules`` gives them, at less cost."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from torch import nn

from lenet_tui.training.engine import cuda_generators

Children = dict[str, nn.Module | None]
_children = attrgetter("_modules")


class NamedModules:
    """``named_modules`` of ``root``, walked again only where a module has other children.

    A walk takes 3 µs a module, and the same modules are asked for several times a keyframe.
    """

    def __init__(self, root: nn.Module) -> None:
        self.root = root
        self._found: Sequence[tuple[str, nn.Module]] = ()
        self._modules: list[nn.Module] = []
        self._children: list[Children] = []
        """Of each module, the children that it had."""
        self._known = False

    def all(self) -> Sequence[tuple[str, nn.Module]]:
        """Each module with its path, ``root`` first."""
        if not self._known or [*map(_children, self._modules)] != self._children:
            self._walk()
        return self._found

    def _walk(self) -> None:
        self._found = [*self.root.named_modules()]
        modules = self._modules = [module for _, module in self._found]
        cuda_generators.watch(modules)
        self._children = [dict(m._modules) for m in modules]
        # One that walks in a way of its own may find others each time.
        usual = nn.Module.named_modules
        self._known = all(type(m).named_modules is usual for m in modules)
