"""Models that are not like LeNet start, step, go back, and end where a plain loop ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain
from lenet_tui.protocol.request import Rejected
from lenet_tui.training.engine import dataset
from lenet_tui.training.engine.generators import seed_all
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, shown
from tests.history.test_python_state import Drawing

HERE = "tests.training.test_any_model"


class Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def logits(self, x: Tensor) -> Tensor:
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


class Frozen(Head):
    """A frozen layer, and one that is never used."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Linear(1024, 1024).requires_grad_(False)
        self.spare = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.logits(self.before(x.flatten(1)))


class Strict(Head):
    """It cannot stand an empty image."""

    def forward(self, x: Tensor) -> Tensor:
        if not x.abs().max() > 0:
            raise KeyError(0.0)
        return self.logits(x)


class Double(nn.Module):
    """A part in float64."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(1024, 16).double()
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.a(x.flatten(1).double()).float())  # type: ignore[no-any-return]


class Brief(nn.Module):
    """A part in bfloat16."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(1024, 16).bfloat16()
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.a(x.flatten(1).bfloat16()).float())  # type: ignore[no-any-return]


class ComplexNumbers(nn.Module):
    """A complex parameter keeps its imaginary part."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(32, 17, dtype=torch.cfloat))
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.fft.rfft2(x[:, 0]) * self.w
        return self.head(torch.fft.irfft2(spectrum, s=(32, 32)).flatten(1))  # type: ignore[no-any-return]


class Evaluating(nn.Module):
    """Batch statistics that its owner has switched off."""

    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(1, 4, 5, 4)
        self.bn = nn.BatchNorm2d(4).eval()
        self.head = nn.Linear(196, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.bn(self.c(x))).flatten(1))  # type: ignore[no-any-return]


class Lazy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.LazyLinear(10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


class Sparse(nn.Module):
    """Gradients that are sparse tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(16, 16, sparse=True)
        self.head = nn.Linear(16, 10)

    def forward(self, x: Tensor) -> Tensor:
        rows = (x.flatten(1)[:, ::64] > 0).long()
        return self.head(self.table(rows).mean(1))  # type: ignore[no-any-return]


class Masked(nn.Module):
    """A causal mask of minus infinity, as in any attention."""

    def __init__(self) -> None:
        super().__init__()
        self.q = nn.Linear(32, 32)
        self.head = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.q(x[:, 0])
        mask = torch.ones(32, 32, dtype=torch.bool).triu(1)
        a = (x @ x.transpose(1, 2)).masked_fill(mask, float("-inf")).softmax(-1)
        return self.head((a @ x).mean(1))  # type: ignore[no-any-return]


class Mapped(Head):
    """A region under ``vmap``, whose inside cannot be shown."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.func.vmap(lambda row: self.head(row.flatten()))(x)  # type: ignore[no-any-return]


class Dictionary(Head):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"hidden": x, "logits": self.logits(x)}


class Pair(Head):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.logits(x), x


@dataclass
class Result:
    loss: Tensor | None
    logits: Tensor


class AnObject(Head):
    def forward(self, x: Tensor) -> Result:
        return Result(None, self.logits(x))


class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 3

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0] * 3


class OwnFunction(Head):
    """A function with a backward of its own."""

    def forward(self, x: Tensor) -> Tensor:
        return Scale.apply(self.logits(x))  # type: ignore[no-any-return,no-untyped-call]


MODELS = (
    Frozen, Strict, Double, Brief, ComplexNumbers, Evaluating, Lazy, Sparse, Masked, Mapped,
    Dictionary, Pair, AnObject, Drawing, OwnFunction,
)  # fmt: skip


def plain(model: type[nn.Module], iterations: int) -> Iterator[dict[str, Tensor | None]]:
    """The states of a loop that a person would write, on the digits in the session's order."""
    state, options = dataset.DataState(), Drive().options
    seed_all(0)
    net = model()
    for _ in range(iterations):
        image, target = dataset.next_batch(state, options)
        returned: Any = net(image)
        if isinstance(returned, (dict, tuple)):
            returned = returned["logits"] if isinstance(returned, dict) else returned[0]
        output = returned.logits if isinstance(returned, Result) else returned
        loss = nn.CrossEntropyLoss()(output, target)
        net.zero_grad()
        loss.backward()
        for p in net.parameters():
            if p.grad is not None:
                p.data.sub_(p.grad.data * 0.01)
        found = dict(net.named_parameters())
        yield {name: p.detach().clone() for name, p in found.items()}


@pytest.mark.parametrize("model", MODELS)
def test_steps_and_jumps_give_the_bits_of_a_plain_loop(model: type[nn.Module]) -> None:
    states = list(plain(model, 4))  # first, as it draws from the same generators
    drive = Drive(model=f"{HERE}:{model.__name__}")
    drive("phase", "op", "finish", "run 2", "back iteration", "back phase", "goto 1", "goto 4")
    trainer = drive.session.navigator.trainer
    for name, p in trainer.parameters.items():
        assert torch.equal(p.detach(), states[-1][name]), name  # type: ignore[arg-type]
    drive("back op", "back phase", "op", "finish", "goto 2")
    drive.again()
    assert drive("goto 4").frame.divergence is None
    for name, p in drive.session.navigator.trainer.parameters.items():
        assert torch.equal(p.detach(), states[-1][name]), name  # type: ignore[arg-type]


def test_what_a_function_of_ones_own_returned_has_its_gradient() -> None:
    drive = Drive(model=f"{HERE}:OwnFunction")
    drive("phase", "phase", "phase", "phase")
    output, inside = drive.find("output.grad"), drive.find("head.grad")
    assert output.tensor is not None and inside.tensor is not None
    assert torch.equal(output.tensor * 3, inside.tensor)


def test_what_is_mapped_is_one_op_whose_output_is_shown() -> None:
    drive = Drive(model=f"{HERE}:Mapped")
    drive("phase")
    assert [op.name for op in drive.entries] == ["input.vmap"]
    output = drive.session.navigator.trainer.output
    assert output is not None and torch.equal(drive.find("output").tensor, output)  # type: ignore[arg-type]
    assert not explain(Explain("output[0,0]"), drive.session).checked


@pytest.mark.parametrize("model", [Masked])
def test_a_run_does_not_stop_for_a_mask(model: type[nn.Module]) -> None:
    drive = Drive(model=f"{HERE}:{model.__name__}")
    assert drive("continue 5").frame.position.iteration == 5


def test_the_manual_update_needs_one_gradient_at_least() -> None:
    drive = Drive(model=f"{HERE}:Frozen")
    drive("phase", "phase", "phase", "skip backward")
    assert "run backward first" in str(drive.tries("phase").error)


def test_a_model_without_parameters_starts_and_says_what_torch_says() -> None:
    drive = Drive(model=f"{HERE}:Nothing", optimizer="sgd")
    drive("phase", "phase", "phase")
    assert "does not require grad" in str(drive.tries("phase").error)


class Nothing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :10]


@pytest.mark.parametrize("model", [Frozen, Double, Brief, ComplexNumbers, Evaluating, Lazy, Sparse])
def test_an_exported_script_ends_where_the_session_is(model: type[nn.Module]) -> None:
    drive = Drive(model=f"{HERE}:{model.__name__}")
    drive("run 2")
    assert ran(exported(drive)) == shown(drive)


@pytest.mark.parametrize("model", [Dictionary, Pair, AnObject])
def test_what_cannot_be_exported_is_refused(model: type[nn.Module]) -> None:
    drive = Drive(model=f"{HERE}:{model.__name__}")
    drive("run 2")
    with pytest.raises(Rejected, match="it returns a"):
        exported(drive)
