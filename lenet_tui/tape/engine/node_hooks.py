"""Hooks on many autograd nodes at once, at less cost than torch's handles have."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from torch.autograd import function
from torch.autograd.graph import Node
from torch.utils.hooks import RemovableHandle

Hook = Callable[..., Any]
REGISTER = "_register_hook"
"""What torch calls with a node's hooks, if it has some, and a new one; it returns all and a handle.
"""


class NodeHooks:
    """They are called after their nodes have run, in their turn among those of others."""

    def __init__(self, hooks: Iterable[tuple[Node, Hook]]) -> None:
        self._key = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        original = vars(function._HookMixin)[REGISTER]
        setattr(function._HookMixin, REGISTER, staticmethod(self._register))
        try:
            self._all: list[Any] = [node.register_hook(hook) for node, hook in hooks]
        finally:
            setattr(function._HookMixin, REGISTER, original)

    def _register(self, known: Any, hook: Hook) -> tuple[Any, Any]:
        if known is None:
            known = OrderedDict()
        known[self._key] = hook
        return known, known

    def remove(self) -> None:
        """Have none of them called again; a second time nothing happens."""
        key = self._key
        for hooks in self._all:
            hooks.pop(key, None)
        self._all = []
