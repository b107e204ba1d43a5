"""Explanations against what is not made of their terms: differences, autograd in float64."""

from __future__ import annotations

import copy
import random

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.explain.explanation import Explanation
from lenet_tui.protocol.options import Options, resolve
from lenet_tui.text.numbers import index_text
from tests.harness.explaining import Explained
from tests.harness.few import few

DIGITS = resolve("digits", device="cpu", batch_size=2)


def refusal(explained: Explained, cell: str, iteration: int | None = None) -> str:
    error = explained.rejected(cell, iteration)
    assert error.isprintable()
    return error


def note(found: Explanation, key: str) -> tuple[str, ...] | None:
    return next((values for k, values in found.notes if k == key), None)


# What the terms are


MODELS = [
    "lenet_tui.training.engine.model:Net",
    "tests.harness.explaining:Residual",
    "tests.harness.explaining:Branch",
    "tests.harness.explaining:Rows",
    "tests.harness.explaining:Odd",
]


@pytest.mark.parametrize("model", few(MODELS, *MODELS[::2]))
@pytest.mark.parametrize("moves", [("run 2",), ("run 1", "phase", "do backward random")],
                         ids=["loss", "vector"])  # fmt: skip
def test_a_gradient_agrees_with_its_central_difference(model: str, moves: tuple[str, ...]) -> None:
    explained = Explained(Options(device="cpu", model=model, batch_size=2), *moves)
    draw = random.Random(1)
    for name, value in explained.session.navigator.tape.base.values.items():
        grad = explained.session.navigator.tape.grad(explained.session.navigator.cursor, name)
        assert grad is not None
        size = float(grad.abs().max())
        for _ in range(3):
            index = [draw.randrange(n) for n in value.shape]
            found = explained.ask(f"{name}.grad{index_text(index)}", check=True)
            assert found.difference is not None
            assert found.difference == pytest.approx(found.value, rel=2e-4, abs=2e-5 * size + 1e-6)


class Unsteady(nn.Module):
    """Draws at random in a way that cannot be repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.flatten(x, 1)
        out: Tensor = self.head(x + torch.randn_like(x))
        return out


def test_there_is_no_difference_where_the_model_cannot_be_run_again() -> None:
    explained = Explained(
        Options(device="cpu", model="tests.explain.test_explain_difference:Unsteady"), "run 1"
    )
    found = explained.ask("head.weight.grad[1,2]", check=True)
    assert found.difference is None
    assert note(found, "no-difference") == ()
    assert found.checked


def test_sums_are_those_of_autograd_on_a_float64_copy() -> None:
    """The recomputed sums, not torch's float32 values, against all of another autograd's."""
    explained = Explained(DIGITS, "run 1")
    navigator = explained.session.navigator
    twin = copy.deepcopy(navigator.trainer.model).double()
    with torch.no_grad():
        for name, p in twin.named_parameters():
            p.copy_(navigator.tape.base.values[name])
    twin.zero_grad()
    assert navigator.tape.batch is not None
    image, target = navigator.tape.batch.whole
    F.cross_entropy(twin(image.double()), target).backward()  # type: ignore[no-untyped-call]
    draw = random.Random(2)
    for name, p in twin.named_parameters():
        assert p.grad is not None
        size = float(p.grad.abs().max())
        for _ in range(6):
            index = tuple(draw.randrange(n) for n in p.shape)
            found = explained.ask(f"{name}.grad{index_text(index)}")
            assert found.sum == pytest.approx(float(p.grad[index]), rel=1e-5, abs=1e-6 * size)


# What there is not, or not yet


class Strict(nn.Module):
    """It stands no other type of number than its own."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        assert x.dtype == torch.float32
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


def test_a_model_that_no_copy_in_float64_can_run_has_no_difference() -> None:
    model = "tests.explain.test_explain_difference:Strict"
    explained = Explained(Options(device="cpu", model=model), "run 1")
    found = explained.ask("head.bias.grad[3]", check=True)
    assert found.checked and found.difference is None
    assert note(found, "no-difference") is not None
