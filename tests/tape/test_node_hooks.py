"""Hooks on many nodes at once are called as torch calls its own; other hooks stay theirs."""

from __future__ import annotations

from collections import OrderedDict
from threading import Thread
from typing import Any, cast

import pytest
import torch
from torch.utils.hooks import RemovableHandle

from lenet_tui.tape.engine import node_hooks
from lenet_tui.tape.engine.node_hooks import NodeHooks, hear


@pytest.mark.parametrize("torch_has_it", [True, False])
def test_all_are_called_in_their_turn_until_they_are_removed(
    torch_has_it: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not torch_has_it:
        monkeypatch.setattr(node_hooks, "REGISTER", "_is_not_there")
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).exp().sum()
    called: list[str] = []
    node, under = y.grad_fn, y.grad_fn.next_functions[0][0] if y.grad_fn else None
    assert node is not None and under is not None
    node.register_hook(lambda *_: called.append("before"))
    ours = NodeHooks((n, lambda *_, n=n: called.append(n.name())) for n in (node, under))
    later = node.register_hook(lambda *_: called.append("after"))
    torch.autograd.backward(y, retain_graph=True)
    assert called == ["before", node.name(), "after", under.name()]
    ours.remove()
    ours.remove()
    called.clear()
    torch.autograd.backward(y, retain_graph=True)
    assert called == ["before", "after"]
    later.remove()


class Own:
    """A node with a way of its own to take a hook."""

    def __init__(self) -> None:
        self.hooks: OrderedDict[int, Any] = OrderedDict()

    def register_hook(self, hook: Any) -> RemovableHandle:
        handle = RemovableHandle(self.hooks)
        self.hooks[handle.id] = hook
        return handle


def test_a_node_that_takes_hooks_in_its_own_way_is_left_as_it_was_too() -> None:
    y = torch.ones(1, requires_grad=True).exp()
    node: Any = y.grad_fn
    own, called = Own(), list[str]()
    ours = NodeHooks([(node, lambda *_: called.append("torch's")), (cast(Any, own), print)])
    assert own.hooks
    ours.remove()
    torch.autograd.backward(y)
    assert not own.hooks and not called


def test_what_another_thread_hangs_up_meanwhile_is_its_own() -> None:
    y = torch.ones(1, requires_grad=True).exp()
    node, called = y.grad_fn, list[str]()
    assert node is not None

    def theirs() -> None:
        node.register_hook(lambda *_: called.append("theirs"))

    def nodes() -> Any:
        thread = Thread(target=theirs)
        thread.start()
        thread.join()
        yield node, lambda *_: called.append("ours")

    ours = NodeHooks(nodes())
    ours.remove()
    torch.autograd.backward(y)
    assert called == ["theirs"]


@pytest.mark.parametrize("hooked_already", [False, True])
def test_a_tensor_is_heard_beside_the_hooks_that_others_put_on_it(hooked_already: bool) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    called: list[tuple[str, list[float]]] = []

    def noting(name: str) -> Any:
        return lambda grad: called.append((name, grad.tolist()))

    if hooked_already:
        y.register_hook(noting("before"))  # type: ignore[no-untyped-call]
    hear(y, noting("ours"))
    handle = y.register_hook(noting("after"))  # type: ignore[no-untyped-call]
    names = [*(["before"] if hooked_already else []), "ours", "after"]
    torch.autograd.backward((y * torch.tensor([1.0, 5.0])).sum())
    assert called == [(name, [1.0, 5.0]) for name in names]
    assert x.grad is not None and x.grad.tolist() == [3.0, 15.0]
    handle.remove()
    called.clear()
    torch.autograd.backward((x * 3).sum())
    assert not called, "what else comes of the same leaf is not heard"


def test_a_leaf_is_heard_too() -> None:
    x = torch.ones(2, requires_grad=True)
    heard: list[Any] = []
    hear(x, heard.append)
    torch.autograd.backward((x * 2).sum())
    assert [g.tolist() for g in heard] == [[2.0, 2.0]]
