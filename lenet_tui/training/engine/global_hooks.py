"""Hooks on every module and every optimizer, which what ``torch.compile`` makes does not meet.

Its compiler would trace them into the function: this would come apart at each, compute other bits,
and keep what they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from torch.nn.modules import module as nn_module
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from lenet_tui.training.engine.module_calls import ModuleCalls


class Removable(Protocol):
    """What ends something by ``remove``."""

    def remove(self) -> None: ...


_all: list[GlobalHook] = []
"""In the order in which torch calls them."""


class GlobalHook:
    """A hook until it is removed. ``register`` has it called until what it returns is removed."""

    def __init__(self, register: Callable[[], Removable]) -> None:
        self._register = register
        self._handle: Removable | None = None
        _all.append(self)
        self.show()

    def show(self) -> None:
        """Have it called."""
        self._handle = self._handle or self._register()

    def hide(self) -> None:
        """Have it called no longer, for now."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.remove()

    def remove(self) -> None:
        """Have it never called again; a second time nothing happens."""
        self.hide()
        if self in _all:
            _all.remove(self)


def before_modules(hook: Callable[..., Any]) -> GlobalHook:
    """Have ``hook(module, args)`` called before the forward of each module."""
    return GlobalHook(partial(nn_module.register_module_forward_pre_hook, hook))


def after_modules(hook: Callable[..., Any], **how: bool) -> GlobalHook:
    """Have ``hook(module, args, output)`` called after the forward of each module.

    ``how``: ``with_kwargs``, ``always_call``, as torch has them.
    """
    return GlobalHook(partial(nn_module.register_module_forward_hook, hook, **how))


def around_modules(enters: Callable[..., None], leaves: Callable[..., None]) -> GlobalHook:
    """Have ``enters(module, args)`` called before and ``leaves(module, args, output)`` after the
    forward of each module, as the two hooks do, in calls that begin while they are there.
    """
    return GlobalHook(ModuleCalls(enters, leaves).show)


def before_updates(hook: Callable[..., Any]) -> GlobalHook:
    """Have ``hook(optimizer, args, kwargs)`` called before the step of each optimizer."""
    return GlobalHook(partial(register_optimizer_step_pre_hook, hook))


def after_updates(hook: Callable[..., Any]) -> GlobalHook:
    """Have ``hook(optimizer, args, kwargs)`` called after the step of each optimizer."""
    return GlobalHook(partial(register_optimizer_step_post_hook, hook))


@contextmanager
def hidden() -> Iterator[None]:
    """Meanwhile none of these hooks is called."""
    hooks = _all.copy()
    for hook in hooks:
        hook.hide()
    try:
        yield
    finally:
        for hook in hooks:
            if hook in _all:
                hook.show()
