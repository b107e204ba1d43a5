"""A step that is looked at where the script wants no gradients: said, with nothing changed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import lenet_tui as lt


def _parts() -> tuple[nn.Module, tuple[Tensor, Tensor], torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    batch = torch.randn(4, 3), torch.arange(4) % 2
    return model, batch, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def test_without_gradients_or_in_inference_alone_it_is_a_cut_and_all_is_as_before() -> None:
    modes: tuple[AbstractContextManager[None], ...] = (torch.no_grad(), torch.inference_mode())
    for mode in modes:
        model, batch, optimizer = _parts()
        before = {name: t.clone() for name, t in model.state_dict().items()}
        with mode:
            checked = lt.check(model, batch, nn.CrossEntropyLoss(), optimizer)
        assert checked.ids == ("graph-cut",), (mode, str(checked))
        for name, tensor in model.state_dict().items():
            assert tensor.equal(before[name])
            assert not tensor.is_inference()
        assert all(p.requires_grad and p.grad is None for p in model.parameters())
        assert not optimizer.state
        lt.check(model, batch, nn.CrossEntropyLoss(), optimizer).raise_if_any()


@pytest.mark.slow
def test_the_first_use_may_be_in_inference_mode() -> None:
    program = (
        "import torch, lenet_tui as lt\n"
        "with torch.inference_mode():\n"
        "    found = lt.check(torch.nn.Linear(3, 1), torch.ones(2, 3), lambda o: o.sum())\n"
    )
    words = [sys.executable, "-c", program]
    ran = subprocess.run(words, check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_iterations_are_a_whole_number() -> None:
    model, batch, optimizer = _parts()
    wrongs: tuple[Any, ...] = (0, -1, 1.5, "3", None)
    for wrong in wrongs:
        with pytest.raises(ValueError, match="is not a whole number from 1 on"):
            lt.check(model, batch, nn.CrossEntropyLoss(), optimizer, iterations=wrong)
