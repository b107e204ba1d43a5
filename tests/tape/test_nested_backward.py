"""A backward inside of the backward, as a reentrant checkpoint runs, is on the tape too."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, ran, shown

HERE = "tests.tape.test_nested_backward"


class Checkpointed(nn.Module):
    """One block in a checkpoint, one twice and once more without."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.alone = nn.Linear(1024, 8), nn.Linear(8, 8)
        self.shared = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.3), nn.Tanh())
        self.head = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = checkpoint(self.alone, self.first(x.flatten(1)), use_reentrant=True)
        for _ in range(2):
            x = checkpoint(self.shared, x, use_reentrant=True)
        return self.head(self.shared(x))  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore:None of the inputs")
def test_its_gradients_appear_when_they_are_made() -> None:
    driven = Drive(model=f"{HERE}:Checkpointed", optimizer="sgd")
    driven("phase", "phase", "phase", "phase")
    parameters = driven.session.navigator.trainer.parameters
    for name, p in parameters.items():
        shown_as = driven.find(f"{name}.grad").tensor
        assert shown_as is not None and p.grad is not None and torch.equal(shown_as, p.grad)
    grown = [t for t in steps(driven, "shared.0.bias") if t is not None]
    assert len(grown) == 3
    assert not any(torch.equal(a, b) for a, b in pairwise(grown))
    assert len([t for t in steps(driven, "alone.bias") if t is not None]) == 1
    for cell in ("alone.bias.grad[0]", "shared.0.bias.grad[0]"):
        assert not explain(Explain(cell), driven.session).checked
    assert explain(Explain("head.bias.grad[0]"), driven.session).checked


def steps(driven: Drive, name: str) -> list[Tensor | None]:
    """The different gradients that a parameter has, op by op, in the backward."""
    driven("back phase")
    found = [driven.find(f"{name}.grad").tensor]
    driven("op")
    while driven.at[2] is not None:
        now = driven.find(f"{name}.grad").tensor
        if now is not found[-1]:
            found.append(now)
        driven("op")
    return found


@pytest.mark.filterwarnings("ignore:None of the inputs")
def test_the_exported_script_ends_there() -> None:
    driven = Drive(model=f"{HERE}:Checkpointed", optimizer="sgd")
    driven("run 2")
    assert ran(exported(driven)) == shown(driven)
