"""Explanations of numbers that are not plain real ones: truth values, unread, complex, infinite."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lenet_tui.app.all_words import words
from lenet_tui.explain.words.cells import verdict
from lenet_tui.protocol.options import Options
from tests.explain.test_explain_engine import DIGITS, note
from tests.harness.explaining import Explained


class Masked(nn.Module):
    """A tensor of truth values on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.flatten(x, 1)
        out: Tensor = self.head(torch.mul(x, torch.gt(x, 0)))
        return out


def test_truth_values_are_numbers_too() -> None:
    explained = Explained(
        Options(device="cpu", model="tests.explain.test_explain_odd_numbers:Masked"), "run 1"
    )
    mask = explained.ask("input.gt[0,500]")
    product = explained.ask("input.mul[0,500]")
    assert mask.value in (0.0, 1.0)
    assert (mask.checked, product.checked) == (False, True)
    assert product.terms[0].operands[1].value == mask.value


class Sliced(nn.Module):
    """A tensor of which only one slice is read."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.Linear(32, 8)
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.rows(x[:, 0])[:, -1])
        return out


def test_an_element_that_no_slice_took_has_a_gradient_of_no_terms() -> None:
    explained = Explained(
        Options(device="cpu", model="tests.explain.test_explain_odd_numbers:Sliced"), "run 1"
    )
    unread = explained.ask("rows.grad[0,3,3]")
    assert (unread.value, unread.terms, unread.sum, unread.checked) == (0, (), 0, True)
    assert note(unread, "unread") == ("rows.getitem",)
    assert explained.ask("rows.grad[0,31,3]").terms


class Complex(nn.Module):
    """Complex numbers on the way, and real ones that are made of them."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1024))
        self.head = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.flatten(x, 1)
        out: Tensor = self.head(torch.abs(torch.complex(x, 0.5 - x) * self.scale))
        return out


def test_complex_numbers_are_not_said_to_be_checked() -> None:
    explained = Explained(
        Options(device="cpu", model="tests.explain.test_explain_odd_numbers:Complex"), "run 1"
    )
    pixel = explained.ask("input.flatten[0,500]").value
    for cell in ("input.complex[0,500]", "input.mul[0,500]"):
        found = explained.ask(cell)
        assert found.value == pixel and note(found, "complex") == (f"{0.5 - pixel:.6g}",)
    for cell in ("input.complex[0,500]", "input.mul[0,500]", "input.mul.grad[0,500]"):
        found = explained.ask(cell)
        assert not found.checked and note(found, "complex") is not None
        assert verdict(words("en"), found).startswith("not checked")
    for cell in ("input.abs[0,500]", "scale.grad[500]"):
        assert not explained.ask(cell).checked
    assert explained.ask("head[0,3]").checked


def test_numbers_that_are_not_finite_are_explained_too() -> None:
    explained = Explained(DIGITS, "run 1", "set lr 1e38", "run 2")
    kinds = set()
    for cell in ("conv1[0,0,0,0]", "conv1.relu[0,2,5,5]", "conv1.max_pool2d[0,3,3,3]", "fc1[0,0]",
                 "fc3[0,1]", "loss", "fc3.grad[0,2]", "fc3.weight.grad[1,1]", "fc3.bias.new[0]",
                 "conv1.weight[0,0,0,0]"):  # fmt: skip
        found = explained.ask(cell)
        kinds.add(math.isfinite(found.value))
        assert found.checked, found
    assert False in kinds
