"""The calls of all modules, seen as torch's hooks on all modules see them, at less cost.

Where such a hook is there, torch takes a long way through each call of each module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.nn.modules import module as nn_module
from torch.utils.hooks import RemovableHandle

CALL = "_call_impl"
"""What torch runs for each call of a module that is not compiled in place."""
EVERY = (
    nn_module._global_forward_pre_hooks,
    nn_module._global_forward_hooks,
    nn_module._global_backward_pre_hooks,
    nn_module._global_backward_hooks,
)
"""The hooks on all modules: torch changes these, and puts no others in their places."""


class ModuleCalls:
    """``enters(module, args)`` is called before, ``leaves(module, args, output)`` after each call.

    In the place of hooks a function stands around torch's own. Where there are hooks of others, the
    two must come in their turn between them: then they are hooks themselves, for such a module and
    what it calls.
    """

    def __init__(
        self, enters: Callable[[nn.Module, Any], None], leaves: Callable[..., None]
    ) -> None:
        self._enters, self._leaves = enters, leaves
        self._handles: list[RemovableHandle] = []
        self._shown = self._last = False
        """``_last``: hooks on every module were there before, so that these come after them."""
        self._within = False
        """Whether its function stands among those around torch's own, if only to hand on."""
        self._among = 0
        """The calls under way for which they have become hooks."""
        self._original: Any = vars(nn.Module).get(CALL)

    def show(self) -> ModuleCalls:
        """See each call from now on; returns itself."""
        if not self._within:
            self._original = vars(nn.Module).get(CALL)  # a newer torch may have none
        self._shown, self._last = True, any(EVERY) or self._original is None
        if self._last or self._among:
            self._be_hooks()
        if not (self._last or self._within):
            setattr(nn.Module, CALL, self._made_around())  # held by nobody else: it leads back here
            self._within = True
        return self

    def remove(self) -> None:
        """See no call any longer."""
        self._shown = False
        self._be_none()
        now = outermost = vars(nn.Module).get(CALL)  # where another goes on around it, it stays
        while (calls := getattr(outermost, "calls", None)) is not None and not calls._shown:
            outermost, calls._within = calls._original, False
        if outermost is not now:
            setattr(nn.Module, CALL, outermost)

    def _be_hooks(self) -> None:
        before = nn_module.register_module_forward_pre_hook(self._enters)
        after = nn_module.register_module_forward_hook(self._leaves)
        self._handles = [before, after]
        if not self._last:
            nn_module._global_forward_pre_hooks.move_to_end(before.id, last=False)  # type: ignore[attr-defined]
            nn_module._global_forward_hooks.move_to_end(after.id, last=False)  # type: ignore[attr-defined]

    def _be_none(self) -> None:
        handles, self._handles = self._handles, []
        for handle in handles:
            handle.remove()

    def _made_around(self) -> Callable[..., Any]:
        enters, leaves = self._enters, self._leaves
        all_before, all_after, all_back_before, all_back = EVERY

        def call(module: nn.Module, /, *args: Any, **kwargs: Any) -> Any:
            if (
                module._backward_hooks
                or module._backward_pre_hooks
                or module._forward_hooks
                or module._forward_pre_hooks
                or all_before
                or all_after
                or all_back_before
                or all_back
                or not self._shown
            ):
                return self._among_others(module, args, kwargs)
            enters(module, args)
            output = self._original(module, *args, **kwargs)
            leaves(module, args, output)
            return output

        call.calls = self  # type: ignore[attr-defined]
        return call

    def _among_others(self, module: nn.Module, args: Any, kwargs: dict[str, Any]) -> Any:
        if self._handles or not self._shown:
            return self._original(module, *args, **kwargs)
        self._be_hooks()
        self._among += 1
        try:
            return self._original(module, *args, **kwargs)
        finally:
            self._among -= 1
            if not (self._among or self._last):
                self._be_none()
