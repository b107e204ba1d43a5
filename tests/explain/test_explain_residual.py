"""Gradients through sums in place, and of tensors that hooks and closed ops read too."""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.app.all_words import words
from lenet_tui.explain.words.cells import is_proved, verdict
from lenet_tui.protocol.options import resolve
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained

HERE = "tests.explain.test_explain_residual"


class Block(nn.Module):
    """A residual block: a sum in place, and one ReLU in place that is used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(4, 4, 3, padding=1)
        self.c2 = nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.c2(self.relu(self.c1(x)))
        out += x
        result: Tensor = self.relu(out)
        return result


class ResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 5, 4)
        self.b1 = Block()
        self.b2 = Block()
        self.head = nn.Linear(196, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.b2(self.b1(self.stem(x)))
        out: Tensor = self.head(torch.flatten(x, 1))
        return out


class Doubled(torch.autograd.Function):
    """An op that no tape sees inside of."""

    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: object, g: Tensor) -> Tensor:
        return g * 2


class Closed(nn.Module):
    """``a`` is read by an op on the tape, and by four that a share is not known of."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(1024, 10)
        self.w = nn.Linear(10, 10)

    def forward(self, x: Tensor) -> Tensor:
        a = self.a(torch.flatten(x, 1))
        read = self.w(a)
        listed = torch.cat([a, read], 1)[:, :10]
        made: Tensor = Doubled.apply(a)  # type: ignore[no-untyped-call]
        out: Tensor = read + made + listed + a.exp() + read @ torch.stack([self.w.weight])[0]
        return out


class Through(Closed):
    """A result that an ``autograd.Function`` made by an op that is known."""

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = Doubled.apply(self.a(torch.flatten(x, 1)))  # type: ignore[no-untyped-call]
        return made


class HandedOn(nn.Module):
    """Ops that give their input back, and a layer that no op is in."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(1024, 10)
        self.same = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        a = self.same(self.a(torch.flatten(x, 1))).contiguous().float()
        out: Tensor = a * 3 + torch.tanh(a)
        return out


def explained(model: type[nn.Module]) -> Explained:
    options = resolve("digits", device="cpu", batch_size=3, model=f"{HERE}:{model.__name__}")
    return Explained(options, "finish")


@pytest.mark.slow
def test_every_gradient_through_a_sum_in_place_has_all_shares() -> None:
    net, draw = explained(ResNet), random.Random(0)
    segments = net.session.navigator.tape.segments
    ops = [op for s in segments for op in s.ops if op.node is not None]
    for op in ops:
        for _ in range(6):
            index = tuple(draw.randrange(n) for n in op.tensor.shape)
            for name in (op.name, f"{op.name}.grad"):
                found = net.ask(f"{name}{index_text(index)}")
                assert found.checked, found
    for name in ("b1.relu#2", "stem"):
        found = net.ask(f"{name}.grad[1,2,3,3]")
        assert dict(found.notes)["fan-out"]
        assert {"b1.c2.add.grad", "b2.c2.add.grad"} & {
            o.tensor for t in found.terms for o in t.operands
        }


def test_a_gradient_all_of_whose_shares_are_unknown_is_refused() -> None:
    found = explained(Through).ask("a.grad[1,3]")
    assert not found.checked and not found.terms
    assert [key for key, _ in found.notes] == ["no-arithmetic"]


def test_of_a_gradient_with_a_share_that_is_not_known_the_others_are_shown() -> None:
    found = explained(Closed).ask("a.grad[1,3]")
    assert dict(found.notes)["partial"] == ("DoubledBackward",)
    assert not found.checked and not is_proved(found) and found.formula.endswith(" + …")
    assert verdict(words("en"), found) == "not checked: not all that adds to it is known"
    doubled = 2 * explained(Closed).ask("output.grad[1,3]").value
    assert found.sum + doubled == pytest.approx(found.value, rel=1e-5)


def test_a_gradient_through_ops_that_give_their_input_back() -> None:
    net = explained(HandedOn)
    entries = [e for s in net.session.navigator.tape.segments for e in s.entries]
    names = [e.name for e in entries if isinstance(e, OpEntry)]
    for name in names:
        shape = next(e.tensor.shape for e in entries if e.name == name and e.tensor is not None)
        index = tuple(n - 1 for n in shape)
        assert net.ask(f"{name}{index_text(index)}").checked, name
        gradient = net.answer(f"{name}.grad{index_text(index)}")
        assert (gradient is None) is (name == "input.flatten"), name
        assert gradient is None or gradient.checked, gradient
