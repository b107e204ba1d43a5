"""Calls of modules are seen as hooks on all of them see them, in their turn among others' hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as nn_module

from lenet_tui.training.engine import global_hooks, module_calls
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.module_calls import CALL

Events = list[tuple[Any, ...]]
Other = Callable[[Any, Events], Any]


class Inner(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2


class Outer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = Inner(), Inner()

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x))  # type: ignore[no-any-return]


def noted(events: Events, what: str) -> Callable[..., None]:
    return lambda module, *given: events.append((what, type(module).__name__, *map(numbers, given)))


def numbers(value: Any) -> Any:
    return value.tolist() if isinstance(value, Tensor) else [numbers(v) for v in value or ()]


def own_hooks(model: Outer, events: Events) -> Any:
    model.first.register_forward_pre_hook(lambda m, args: (args[0] + 1,))
    model.first.register_forward_hook(lambda m, args, out: out + 10)
    return model.first.register_forward_hook(noted(events, "own"))


def own_hook_outside(model: Outer, events: Events) -> Any:
    return model.register_forward_hook(lambda m, args, out: out + 100)


def backward_hooks(model: Outer, events: Events) -> Any:
    return model.second.register_full_backward_hook(lambda m, given, got: None)


def earlier(model: Outer, events: Events) -> Any:
    return nn_module.register_module_forward_hook(noted(events, "theirs"))


class Later(nn.Module):
    """A module in whose forward somebody else begins to look at all modules."""

    def __init__(self, events: Events) -> None:
        super().__init__()
        self.events = events

    def forward(self, x: Tensor) -> Tensor:
        handle = nn_module.register_module_forward_pre_hook(noted(self.events, "theirs"))
        try:
            return Inner()(x)  # type: ignore[no-any-return]
        finally:
            handle.remove()


def later(model: Outer, events: Events) -> Any:
    model.first = Later(events)  # type: ignore[assignment]


class Closed(nn.Module):
    """Calls what is compiled, within a module that has hooks of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.call = CompiledCall(Inner(), None)

    def forward(self, x: Tensor) -> Tensor:
        return self.call(x)  # type: ignore[no-any-return]


def closed(model: Outer, events: Events) -> Any:
    model.first = Closed()  # type: ignore[assignment]


def closed_and_hooked(model: Outer, events: Events) -> Any:
    closed(model, events)
    model.first.register_forward_hook(noted(events, "own"))


def none(model: Outer, events: Events) -> Any: ...


OTHERS: list[Other] = [none, own_hooks, own_hook_outside, backward_hooks, earlier, later, closed]


def seen(see: Callable[[Events], list[global_hooks.GlobalHook]], others: list[Other]) -> Events:
    events: Events = []
    model = Outer()
    handles = [other(model, events) for other in others]
    ours = see(events)
    x = torch.ones(1, requires_grad=True)
    try:
        for _ in range(2):
            events.append(("made", numbers(model(x))))
    finally:
        for handle in (*ours, *handles):
            if handle is not None:
                handle.remove()
    return events


def by_hooks(events: Events) -> list[global_hooks.GlobalHook]:
    before, after = noted(events, "enters"), noted(events, "leaves")
    return [global_hooks.before_modules(before), global_hooks.after_modules(after)]


def around(events: Events) -> list[global_hooks.GlobalHook]:
    return [global_hooks.around_modules(noted(events, "enters"), noted(events, "leaves"))]


@pytest.mark.parametrize("others", [*[[o] for o in OTHERS], [closed_and_hooked], OTHERS[1:-1]])
def test_what_is_seen_is_what_hooks_see(others: list[Other]) -> None:
    original = vars(nn.Module)[CALL]
    assert seen(around, others) == seen(by_hooks, others)
    assert vars(nn.Module)[CALL] is original and not nn_module._global_forward_hooks


def test_of_a_torch_without_that_function_hooks_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_calls, "CALL", "of_no_torch")
    assert seen(around, OTHERS[1:2]) == seen(by_hooks, OTHERS[1:2])
    assert not nn_module._global_forward_hooks


def test_a_call_that_raises_is_not_left() -> None:
    events: Events = []
    hook = around(events)[0]
    with pytest.raises(TypeError):
        Inner()(None)
    hook.remove()
    Inner()(torch.ones(1))
    assert [event[0] for event in events] == ["enters"]


def test_two_at_once_may_be_hidden_and_removed_in_any_order() -> None:
    torchs = vars(nn.Module)[CALL]
    events: Events = []
    made = [
        global_hooks.around_modules(
            lambda module, args, n=n: events.append((n, "enters")),
            lambda module, args, out, n=n: events.append((n, "leaves")),
        )
        for n in ("outside", "inside")
    ]
    once = [
        ("inside", "enters"),
        ("outside", "enters"),
        ("outside", "leaves"),
        ("inside", "leaves"),
    ]
    for _ in range(3):
        with global_hooks.hidden():
            Inner()(torch.ones(1))
            assert events == [] and vars(nn.Module)[CALL] is torchs
        Inner()(torch.ones(1))
        assert events == once
        events.clear()
    made[0].remove()
    Inner()(torch.ones(1))
    assert events == [once[0], once[-1]]
    made[1].remove()
    assert vars(nn.Module)[CALL] is torchs
