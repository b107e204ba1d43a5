"""Sees where an iteration may begin: a module is called, or a leaf goes into an op by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn, overrides
from torch.nn.parameter import is_lazy

from lenet_tui.around.engine.found import has_modules
from lenet_tui.tape.engine.torch_functions import KNOWN, known
from lenet_tui.training.engine import global_hooks
from lenet_tui.training.engine.function_modes import OwnMode, take_off
from lenet_tui.training.engine.global_hooks import GlobalHook

_mapping = torch._C._functorch.peek_interpreter_stack

LOOKS = frozenset(
    [
        "__set__",
        "backward",
        "detach",
        "item",
        "numpy",
        "requires_grad_",
        "tolist",
        "__format__",
        "__repr__",
    ]
) | {"clone", "cpu", "retain_grad"}
"""Functions of a leaf that are no part of a forward, though gradients are on."""


class Leaves(OwnMode):
    """Calls ``used`` before an op, with gradients on, that takes a leaf which requires them.

    It has to be the innermost mode but the script's own: then what ``used`` does to other modes
    holds for that op already.
    """

    def __init__(self, used: Callable[[Tensor], None]) -> None:
        super().__init__()
        self._used = used

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        function = KNOWN.get(func) or known(func)
        if not (function.silent or function.name in LOOKS) and torch.is_grad_enabled():
            with torch._C.DisableTorchFunction():
                leaf = next(_leaves(args), None)
            if leaf is not None and _mapping() is None:
                self._used(leaf)
        return func(*args, **kwargs) if kwargs else func(*args)


def _leaves(given: Iterable[Any]) -> Iterator[Tensor]:
    for one in given:
        if isinstance(one, Tensor):
            if one.requires_grad and one.is_leaf:
                yield one
        elif type(one) in (list, tuple):
            yield from _leaves(one)


class FirstUse:
    """Sees either while it is asked to; each costs a little. torch has modes for each thread."""

    def __init__(
        self, called: Callable[[nn.Module, Any], None], used: Callable[[Tensor], None]
    ) -> None:
        self._called = called
        self._leaves = Leaves(used)
        self._modules: GlobalHook | None = None
        self._on, self._thread = False, 0
        self._asked, self._alone = set[int](), True
        self._lazy: nn.Module | None = None
        """The outermost module whose forward was about to make its own parameters."""

    def ready(self, module: nn.Module | None = None) -> bool:
        """Whether an iteration may begin with the call of a module; ``None``: with another call.

        A forward that makes parameters is none that could be looked at: what follows it is not
        begun with until the module is called again, as it is after a call to make it whole.
        """
        lazy = self._lazy
        if module is None or (lazy is not None and all(m is not lazy for m in module.modules())):
            return lazy is None
        self._lazy = module if any(map(is_lazy, module.parameters())) else None
        return self._lazy is None

    @property
    def earliest(self) -> int:
        """The first update whose iteration can be looked at."""
        return 1 if self._lazy is None else 2

    def see(self) -> None:
        """See both."""
        if self._modules is None:
            self._modules = global_hooks.before_modules(self._called)
        if not self._on:
            self._on, self._thread = True, threading.get_ident()
            overrides._push_mode(self._leaves)  # type: ignore[no-untyped-call]

    def no_modules(self) -> None:
        """See no modules any longer."""
        handle, self._modules = self._modules, None
        if handle is not None:
            handle.remove()

    def no_leaves(self) -> None:
        """See no leaves any longer; where one is being seen just now, it is put back after that."""
        if self._on:
            self._on = not take_off(self._leaves)

    def alone(self, leaf: Tensor) -> bool:
        """Whether no module is trained; looked for once for each leaf, until there is one."""
        if self._alone and id(leaf) not in self._asked:
            self._asked.add(id(leaf))
            self._alone = not has_modules()
        return self._alone

    def innermost(self) -> None:
        """Be the innermost mode again, after another one has come."""
        thread, self._thread = self._thread, threading.get_ident()
        if self._on and (take_off(self._leaves) or thread != self._thread):
            overrides._push_mode(self._leaves)  # type: ignore[no-untyped-call]
