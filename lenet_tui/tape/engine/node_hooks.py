"""Hooks on many autograd nodes at once, at less cost than torch's handles have."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from operator import methodcaller
from threading import get_ident
from typing import Any

from torch import Tensor
from torch.autograd import function
from torch.autograd.graph import Node
from torch.utils.hooks import RemovableHandle

Hook = Callable[..., Any]
REGISTER = "_register_hook"
"""What torch calls with a node's hooks, if it has some, and a new one; it returns all and a handle.
"""
OWNER: Any = function.Function
"""The class that torch asks for it; a class that this one is of has it."""


class _Hooks(dict[int, Hook]):
    """The hooks of a node in their turn. torch's handles refer to it weakly."""

    __slots__ = ("__weakref__",)


def hear(tensor: Tensor, hook: Hook) -> None:
    """Have a hook called with each gradient of what an op has made, as long as its node lives.

    As ``register_hook`` does, without the handle, which costs most of it.
    """
    known = getattr(tensor.grad_fn, "_register_hook_dict", None)
    if known is None or tensor._backward_hooks is not None:
        tensor.register_hook(hook)  # type: ignore[no-untyped-call]
        return
    tensor._backward_hooks = OrderedDict([(RemovableHandle.next_id, hook)])
    RemovableHandle.next_id += 1
    known(tensor)


class NodeHooks:
    """They are called after their nodes have run, in their turn among those of others.

    Of a torch that has no such function, each is registered by itself.
    """

    def __init__(self, hooks: Iterable[tuple[Node, Hook]]) -> None:
        self._key = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        original, own = getattr(OWNER, REGISTER, None), vars(OWNER).get(REGISTER)
        if original is not None:
            setattr(OWNER, REGISTER, staticmethod(_registering(self._key, original)))
        try:
            self._all: list[Any] = [node.register_hook(hook) for node, hook in hooks]
        finally:
            if own is not None:
                setattr(OWNER, REGISTER, own)
            elif original is not None:
                delattr(OWNER, REGISTER)

    def remove(self) -> None:
        """Have none of them called again; a second time nothing happens."""
        all_, self._all = self._all, []
        if all(issubclass(kind, dict) for kind in {*map(type, all_)}):
            deque(map(methodcaller("pop", self._key, None), all_), maxlen=0)
            return
        for handle in all_:
            handle.pop(self._key, None) if isinstance(handle, dict) else handle.remove()


def _registering(key: int, original: Callable[..., Any]) -> Callable[..., Any]:
    """What stands in the place of torch's: the handle of a hook is all hooks of its node."""
    thread = get_ident()

    def register(known: dict[int, Hook] | None, hook: Hook) -> Any:
        if get_ident() != thread:  # somebody else's hook
            return original(known, hook)
        if known is None:
            known = _Hooks()
        known[key] = hook
        return known, known

    return register
