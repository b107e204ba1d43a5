"""A forward that writes its own weights: the tape has them as they are, and nothing is alarmed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain
from lenet_tui.tape.engine.in_place import storage
from lenet_tui.tape.engine.module_paths import module_paths
from tests.harness.driving import Drive

HERE = "tests.tape.test_written_in_forward"


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.head = nn.Linear(1024, 8), nn.Linear(8, 10)
        self.slow = nn.Linear(1024, 8).requires_grad_(False)

    def both(self, x: Tensor) -> Tensor:
        return self.head(self.a(x) + self.slow(x))  # type: ignore[no-any-return]


class Clipped(Base):
    def forward(self, x: Tensor) -> Tensor:
        self.a.weight.data.clamp_(-0.02, 0.02)
        return self.both(x.flatten(1))


class Normalised(Base):
    def forward(self, x: Tensor) -> Tensor:
        self.a.weight.data = self.a.weight.data / self.a.weight.data.norm()
        return self.both(x.flatten(1))


class Averaged(Base):
    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            for slow, p in zip(self.slow.parameters(), self.a.parameters(), strict=True):
                slow.mul_(0.9).add_(p, alpha=0.1)
        return self.both(x.flatten(1))


class Late(Base):
    def forward(self, x: Tensor) -> Tensor:
        y = self.both(x.flatten(1))
        torch._foreach_mul_([self.a.bias.data, self.a.weight.data], 0.5)
        return y


@pytest.mark.parametrize("model", [Clipped, Normalised, Averaged, Late])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_each_op_leaves_the_weights_that_torch_has(model: type[nn.Module], optimizer: str) -> None:
    drive = Drive(model=f"{HERE}:{model.__name__}", batch_size=2, optimizer=optimizer)
    live = drive.session.navigator.trainer.parameters
    drive("run 2", "phase")
    for name, p in live.items():  # not only what the next update begins from
        assert torch.equal(drive.find(name).tensor, p), name  # type: ignore[arg-type]
    drive("finish")
    for cell in ("a.weight[0,0]", "a[0,0]", "a.weight.grad[0,0]", "slow[0,0]", "head.bias[1]"):
        assert explain(Explain(cell), drive.session).checked, cell
    digest = drive.moved.frame.digest
    drive("back iteration", "goto 1", "op", "op", "back op", "goto 3")
    assert (drive.moved.frame.digest, drive.moved.frame.divergence) == (digest, None)


def test_what_a_forward_wrote_is_said_to_be_its_own() -> None:
    drive = Drive(model=f"{HERE}:Clipped")
    drive("run 1", "phase")
    made = explain(Explain("a.weight[0,0]"), drive.session)
    assert not made.checked and not made.terms and ("wrote", ("input.clamp",)) in made.notes


STEP = f"""
import torch
from {HERE} import *

model = Clipped()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [torch.randn(2, 1, 32, 32)]

def step(batch):
    optimizer.zero_grad()
    (model(batch) + model(batch)).square().mean().backward()
    optimizer.step()
"""


def test_in_a_step_of_ones_own_it_is_no_update_by_hand(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(STEP)
    drive = Drive("", model=str(tmp_path / "own.py"))
    drive("run 2")
    segments = drive.session.navigator.tape.segments
    assert [s.phase.name for s in segments if s.by_hand] == []
    assert explain(Explain("a.weight[0,0]"), drive.session).checked


def test_where_parameters_are_is_known_again_when_they_have_moved() -> None:
    """To other memory, and within it; also beside one that has no memory of its own."""
    model = nn.Linear(2, 3)
    model.register_parameter("far", nn.Parameter(torch.eye(3).to_sparse()))
    for sparse in (True, False):
        if not sparse:
            model.register_parameter("far", None)
        paths = module_paths(model)
        known = paths.parameters()
        assert paths.parameters() is known
        assert set(known.by_name) == {"weight", "bias"} | ({"far"} if sparse else set())
        for data in (torch.zeros(9)[3:6], torch.ones(3)):
            model.bias.data = data
            found = paths.parameters()
            assert found is not known and found.places[storage(data)] == "bias"
            known = found
