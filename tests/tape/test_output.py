"""The output is what the model returned, whatever else its forward computed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain, Explanation
from tests.harness.driving import Drive

HERE = "tests.tape.test_output"


class Head(nn.Module):
    """A linear layer on the image; what stands beside its result is a subclass's."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(x.flatten(1))
        self.aside = self.beside(y)
        return y

    def beside(self, y: Tensor) -> Tensor:
        raise NotImplementedError


class Probabilities(Head):
    def beside(self, y: Tensor) -> Tensor:
        return y.softmax(1)


class Penalty(Head):
    """A tensor without dimensions comes last."""

    def beside(self, y: Tensor) -> Tensor:
        return y.pow(2).mean()


class Sizes(Head):
    """A tensor of one dimension, as long as the batch, comes last."""

    def beside(self, y: Tensor) -> Tensor:
        return y.pow(2).sum(1)


class RealPart(nn.Module):
    """``.real`` is an attribute: no op is recorded for it."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        spectrum: Tensor = torch.fft.fft(self.head(x.flatten(1)))
        return spectrum.real


class Transposed(nn.Module):
    """``.T`` too; the result has the strides of a transposed tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(10, 1024) * 0.01)

    def forward(self, x: Tensor) -> Tensor:
        return (self.w @ x.flatten(1).T).T


class SecondPart(nn.Module):
    """The result is the second of what an op returned."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 20)

    def forward(self, x: Tensor) -> Tensor:
        parts: tuple[Tensor, ...] = self.head(x.flatten(1)).split(10, 1)
        return parts[1]


class InPlace(nn.Module):
    """The result was written in place, and something is computed from it afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(x.flatten(1))
        y += 1
        self.aside = y.abs()
        return y


MODELS = (Probabilities, Penalty, Sizes, RealPart, Transposed, SecondPart, InPlace)
EXPLAINED = (Probabilities, Penalty, Sizes, Transposed, SecondPart, InPlace)
"""Those whose output one recorded op made."""


def drive_of(model: type[nn.Module], batch: int = 4) -> Drive:
    return Drive(model=f"{HERE}:{model.__name__}", batch_size=batch)


@pytest.mark.parametrize("model", MODELS)
def test_the_output_is_what_the_model_returned(model: type[nn.Module]) -> None:
    drive = drive_of(model)
    frame = drive("phase").frame
    shown, real = drive.find("output").tensor, drive.session.navigator.trainer.output
    assert shown is not None and real is not None
    assert torch.equal(shown, real) and shown.dtype == real.dtype
    assert (frame.outputs, frame.output_shape) == (10, (4, 10))
    softmax = drive.find("output.softmax").tensor
    assert softmax is not None and torch.equal(softmax, real.softmax(1))
    drive("phase", "phase")
    assert drive.find("output.grad").state == "none"
    drive("phase", "phase")
    gradient = drive.find("output.grad").tensor
    assert gradient is not None
    expected = (real.detach().softmax(1) - nn.functional.one_hot(drive_target(drive), 10)) / 4
    assert torch.allclose(gradient, expected, atol=1e-6)
    drive("back iteration")
    drive("phase", "do backward onehot 3")
    vector = drive.find("output.grad").tensor
    assert vector is not None and torch.equal(vector.sum(0), 4 * nn.functional.one_hot(
        torch.tensor(3), 10))  # fmt: skip


def drive_target(drive: Drive) -> Tensor:
    target = drive.find("target").tensor
    assert target is not None
    return target


@pytest.mark.parametrize("model", MODELS)
def test_a_cell_of_the_output_is_explained_by_the_op_that_made_it(model: type[nn.Module]) -> None:
    drive = drive_of(model)
    drive("phase")
    real = drive.session.navigator.trainer.output
    answer = explain(Explain("output[2,3]"), drive.session)
    assert real is not None and isinstance(answer, Explanation)
    assert answer.value == float(real.detach()[2, 3])
    assert answer.checked is (model in EXPLAINED)


@pytest.mark.parametrize("model", MODELS)
def test_every_move_works_and_comes_back(model: type[nn.Module]) -> None:
    drive = drive_of(model, batch=1)
    states = []
    for _ in range(2):
        while drive("op").frame.position.op is not None or drive.at[1] != "update":
            states.append((drive.at, drive.state))
    for at, state in reversed(states):
        drive("back op")
        if drive.at == at:
            assert drive.state == state
    drive("run 3", "goto 2")
    assert not drive.moved.frame.divergence
