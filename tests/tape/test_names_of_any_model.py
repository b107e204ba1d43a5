"""Every op has a name of its own that can be asked for, whatever its model's layers are called."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.text.numbers import index_text
from tests.harness.driving import Drive

HERE = "tests.tape.test_names_of_any_model"


class Reserved(nn.Module):
    """Layers called as what goes in and comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Linear(1024, 16)
        self.output = nn.Linear(16, 16)
        self.loss = nn.Linear(16, 16)
        self.target = nn.Linear(16, 10)
        self.block = nn.ModuleDict({"grad": nn.ReLU()})

    def forward(self, x: Tensor) -> Tensor:
        x = self.output(torch.relu(self.input(x.flatten(1))))
        x = self.block["grad"](self.loss(x.softmax(1)).softmax(1))
        out: Tensor = self.target(x)
        return out


class Listed(nn.Module):
    """Layers in a list, a dictionary, and one that nothing leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(1024, 16), nn.Sequential(nn.ReLU(), nn.Linear(16, 16))]
        self.more = {"a": nn.Tanh(), "b": 3}
        self.last = nn.Linear(16, 16).forward
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        for layer in self.layers:
            x = layer(x)
        out: Tensor = self.head(self.last(self.more["a"](x)))  # type: ignore[operator]
        return out


class ListsAlone(nn.Module):
    """No layer that torch knows of: the model looks like a leaf."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(10))
        self.layers = (nn.Linear(1024, 16), nn.Linear(16, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers[0](x.flatten(1)) * 2
        out: Tensor = self.layers[1](x) * self.scale
        return out


class HandingOn(nn.Module):
    """Layers in which torch does nothing, and attributes that are ops."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Identity()
        self.fc = nn.Linear(1024, 10)
        self.drop = nn.Sequential(nn.Identity())

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc(self.first(x).flatten(1))
        out: Tensor = self.drop(x).mT.T * 2
        return out


NAMES = {
    "Reserved": [
        "input.flatten", "input#2", "input.relu", "output#2", "output.softmax#2", "loss#2",
        "loss.softmax#2", "block.grad#2", "target#2",
    ],
    "Listed": [
        "input.flatten", "layers.0", "layers.1.0", "layers.1.1", "more.a", "more.a.linear", "head",
    ],
    "ListsAlone": ["input.flatten", "layers.0", "layers.0.mul", "layers.1", "layers.1.mul"],
    "HandingOn": ["first", "first.flatten", "fc", "drop.0", "drop.0.mT", "drop.0.T", "drop.0.mul"],
}  # fmt: skip


@pytest.mark.parametrize("model", NAMES)
def test_every_op_has_a_name_that_can_be_asked_for(model: str) -> None:
    drive = Drive(model=f"{HERE}:{model}", batch_size=4)
    expected = [row.name for row in drive.session.frame().rows]
    drive("phase", "phase", "phase", "phase")
    ops = [e for e in drive.entries if isinstance(e, OpEntry)]
    forward = [e for e in ops if e.name != "loss"]
    assert [e.name for e in forward] == expected == NAMES[model]
    for op in forward:
        assert drive.find(op.name).tensor is op.tensor
        index = tuple(n - 1 for n in op.tensor.shape)
        found = explain(Explain(f"{op.name}{index_text(index)}"), drive.session)
        assert found.checked and found.op == op.op, op.name
        assert found.value == float(op.tensor[index])
        if op.node is None:
            continue
        found = explain(Explain(f"{op.name}.grad{index_text(index)}"), drive.session)
        assert found.checked, op.name
    navigator = drive.session.navigator
    assert navigator.trainer.batch
    image, target = (navigator.trainer.batch.named[n] for n in ("input", "target"))
    assert drive.find("input").tensor is image and drive.find("target").tensor is target
    assert drive.find("output").tensor is forward[-1].tensor
    assert float(drive.find("loss").tensor or 0) == navigator.trainer.last_loss


@pytest.mark.parametrize("model", NAMES)
def test_op_by_op_there_and_back(model: str) -> None:
    drive = Drive(model=f"{HERE}:{model}", batch_size=4)
    for count, name in enumerate(NAMES[model], 1):
        frame = drive("op").frame
        assert frame.entry is not None and frame.entry.name == name
        assert frame.position.index == count
    for name in reversed(NAMES[model][:-1]):
        frame = drive("back op").frame
        assert frame.entry is not None and frame.entry.name == name
