"""What an optimizer keeps goes where its parameters are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.training.engine.optimizers import follow

META = torch.device("meta")
MAKERS: dict[str, Callable[[list[nn.Parameter]], torch.optim.Optimizer]] = {
    "adam": lambda p: torch.optim.Adam(p, amsgrad=True),
    "capturable": lambda p: torch.optim.AdamW(p, capturable=True),
    "momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "lbfgs": lambda p: torch.optim.LBFGS(p, max_iter=3),
}


def stepped(name: str) -> tuple[nn.Module, torch.optim.Optimizer]:
    """A model, and its optimizer after a step on the CPU."""
    model = nn.Linear(3, 2)
    optimizer = MAKERS["adam" if name == "capturable" else name](list(model.parameters()))

    def loss() -> Tensor:
        optimizer.zero_grad()
        made = model(torch.ones(4, 3)).square().sum()
        made.backward()
        return made  # type: ignore[no-any-return]

    optimizer.step(loss)  # type: ignore[arg-type]
    return model, optimizer


def tensors(value: Any) -> list[Tensor]:
    if isinstance(value, (list, tuple)):
        return [t for part in value for t in tensors(part)]
    return [value] if isinstance(value, Tensor) else []


@pytest.mark.parametrize("name", MAKERS)
def test_it_follows_a_model_that_was_moved(name: str) -> None:
    model, stayed = stepped(name)
    there = nn.Linear(3, 2, device=META)
    optimizer = MAKERS[name](list(there.parameters()))
    for old, new in zip(model.parameters(), there.parameters(), strict=True):
        if old in stayed.state:  # L-BFGS keeps what it has for the first one
            optimizer.state[new] = dict(stayed.state[old])
    follow(optimizer)
    assert optimizer.state
    for state in optimizer.state.values():
        for key, value in state.items():
            stays = key == "step" and name != "capturable"
            assert {t.device.type for t in tensors(value)} <= {"cpu" if stays else "meta"}, key


def test_what_is_there_already_stays_the_same_tensors() -> None:
    _, optimizer = stepped("adam")
    before = [t for state in optimizer.state.values() for t in tensors(list(state.values()))]
    follow(optimizer)
    after = [t for state in optimizer.state.values() for t in tensors(list(state.values()))]
    assert all(a is b for a, b in zip(before, after, strict=True))
