"""What is compiled meets no hook and no mode of whoever looks on, and those of all others."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn, overrides
from torch.overrides import TorchFunctionMode

from lenet_tui.training.engine import function_modes, global_hooks
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.function_modes import HANDLE, OwnMode


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


class Sub(Tensor):
    """A person's own kind of tensor, which sees what is made of it."""

    seen: ClassVar[list[str]] = []

    @classmethod
    def __torch_function__(
        cls, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        cls.seen.append(func.__name__)
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args, **(kwargs or {})).as_subclass(cls)


class Noting(OwnMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.seen.append(func.__name__)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("quick", [True, False])
def test_a_function_meets_each_mode_and_then_the_tensors_own_kind(
    quick: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``quick``: torch has what its own function asks for."""
    if not quick:
        monkeypatch.setattr(function_modes, "STACK", ("of_no_torch",))
    handle, plain = getattr(F, HANDLE), torch.ones(1)
    x = torch.ones(2).as_subclass(Sub)
    Sub.seen.clear()
    with Noting() as outer, Theirs(), Noting() as inner:
        made = F.relu(x)
        with pytest.raises(TypeError):
            F.relu(None)  # type: ignore[arg-type]
        F.relu(plain)
    assert outer.seen == inner.seen == ["relu"] * 3
    assert Sub.seen == ["relu"] and type(made) is Sub
    assert getattr(F, HANDLE) is handle
