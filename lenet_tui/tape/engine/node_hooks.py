"""Hooks on many autograd nodes at once, at less cost than torch's handles have."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import get_ident
from typing import Any

from torch.autograd import function
from torch.autograd.graph import Node
from torch.utils.hooks import RemovableHandle

Hook = Callable[..., Any]
REGISTER = "_register_hook"
"""What torch calls with a node's hooks, if it has some, and a new one; it returns all and a handle.
"""


MIXIN: Any = getattr(function, "_HookMixin", None)


class NodeHooks:
    """They are called after their nodes have run, in their turn among those of others.

    Of a torch that has no such function, each is registered by itself.
    """

    def __init__(self, hooks: Iterable[tuple[Node, Hook]]) -> None:
        self._key, self._thread = RemovableHandle.next_id, get_ident()
        RemovableHandle.next_id += 1
        self._original: Any = None if MIXIN is None else vars(MIXIN).get(REGISTER)
        if self._original is not None:
            setattr(MIXIN, REGISTER, staticmethod(self._register))
        try:
            self._all: list[Any] = [node.register_hook(hook) for node, hook in hooks]
        finally:
            if self._original is not None:
                setattr(MIXIN, REGISTER, self._original)

    def _register(self, known: Any, hook: Hook) -> tuple[Any, Any]:
        if get_ident() != self._thread:  # somebody else's hook
            made: tuple[Any, Any] = self._original.__func__(known, hook)
            return made
        if known is None:
            known = OrderedDict()
        known[self._key] = hook
        return known, known

    def remove(self) -> None:
        """Have none of them called again; a second time nothing happens."""
        for hooks in self._all:
            if isinstance(hooks, OrderedDict):
                hooks.pop(self._key, None)
            else:
                hooks.remove()
        self._all = []
