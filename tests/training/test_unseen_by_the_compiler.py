"""What is compiled meets no hook and no mode of whoever looks on, and those of all others."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn, overrides
from torch.overrides import TorchFunctionMode

from lenet_tui.training.engine import global_hooks
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.function_modes import OwnMode


class Theirs(TorchFunctionMode):
    """A mode of a person's own."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return func(*args, **(kwargs or {}))


class Ours(Theirs, OwnMode):
    """A mode that looks on."""


def test_only_the_modes_of_others_are_active() -> None:
    active: Any = overrides._get_current_function_mode_stack
    found: list[Any] = []
    call = CompiledCall(lambda: found.extend(active()), None)
    outer, ours, inner, last = Theirs(), Ours(), Theirs(), Ours()
    with outer, ours, inner, last:
        call()
        assert active() == [outer, ours, inner, last]
    assert found == [outer, inner]


def test_only_the_hooks_of_others_are_called_and_ours_again_in_their_order() -> None:
    called: list[str] = []
    theirs = nn.modules.module.register_module_forward_hook(lambda *_: called.append("theirs"))
    ours = [
        global_hooks.before_modules(lambda *_: called.append("before")),
        global_hooks.after_modules(lambda *_: called.append("first")),
        global_hooks.after_modules(lambda *_: called.append("second"), always_call=True),
    ]
    model, x = nn.Identity(), torch.ones(1)
    CompiledCall(lambda: model(x), None)()
    assert called == ["theirs"]
    called.clear()
    model(x)
    assert called == ["before", "theirs", "first", "second"]
    called.clear()

    def ends() -> None:
        ours[1].remove()

    CompiledCall(ends, None)()
    ours[2].remove()
    model(x)
    assert called == ["before", "theirs"]
    theirs.remove()
    ours[0].remove()
