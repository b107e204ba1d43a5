"""The parameter ledger beside plain PyTorch: registered, group, path, gradient, moved, shared."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from lenet_tui.findings.ledger import NONE, VALUE, ZERO, Ledger, LedgerRow
from lenet_tui.protocol.request import handler_of
from tests.harness.driving import Drive

FILE = """
import torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(4, 4, bias=False)
        self.head = nn.Linear(4, 4, bias=False)
        self.head.weight = self.embed.weight
        self.frozen = nn.Linear(4, 4, bias=False).requires_grad_(False)
        self.unused = nn.Linear(4, 4, bias=False)
        self.closed = nn.Linear(4, 4, bias=False)
        self.loose = [nn.Linear(4, 3, bias=False)]
        self.out = nn.Linear(3, 2)

    def forward(self, x):
        x = self.head(self.frozen(torch.tanh(self.embed(x))))
        x = x + self.closed(x) * 0
        return self.out(self.loose[0](x))

torch.manual_seed(0)
model = Net()
optimizer = torch.optim.SGD([
    {"params": [p for n, p in model.named_parameters() if not n.startswith("out")]},
    {"params": [model.out.weight], "lr": 0.5},
], lr=0.1)
data = [(torch.randn(8, 4), torch.randint(2, (8,)))]

def step(batch):
    x, y = batch
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
"""


def rows(drive: Drive) -> dict[str, LedgerRow]:
    request = Ledger()
    return {row.name: row for row in handler_of(request)(request, drive.session)}


def test_each_column_is_what_torch_says(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(FILE)
    drive = Drive("own", model=str(file))
    start = rows(drive)
    assert all(row.path is None and row.gradient == NONE for row in start.values())
    drive("finish")
    found = rows(drive)
    model = drive.session.navigator.trainer.model
    named = dict(model.named_parameters())
    assert set(found) == {*named, ""}
    for name, p in named.items():
        row, grad = found[name], p.grad
        kind = NONE if grad is None else VALUE if grad.count_nonzero() else ZERO
        assert (row.gradient, row.requires_grad, row.shape) == (kind, p.requires_grad, p.shape)
        if kind == VALUE:
            assert isinstance(grad, Tensor) and row.norm == float(grad.double().norm())
    assert found["closed.weight"].gradient == ZERO and found["unused.weight"].gradient == NONE
    paths = {name: row.path for name, row in found.items()}
    assert paths == {
        "embed.weight": True, "frozen.weight": False, "unused.weight": False,
        "closed.weight": True, "out.weight": True, "out.bias": True, "": True,
    }  # fmt: skip
    groups = {name: row.group for name, row in found.items()}
    assert groups["embed.weight"] == groups["frozen.weight"] == "0"
    assert groups["out.weight"] == "1" and groups["out.bias"] == groups[""] == ""
    assert [name for name, row in found.items() if row.moved] == ["embed.weight", "out.weight"]
    assert not found[""].registered and found[""].shape == (3, 4)
    assert found[""].held_by == "loose[0].weight"
    assert found["embed.weight"].shares == "head.weight" and not found["out.weight"].shares


def test_what_is_not_registered_stands_in_its_own_order(tmp_path: Path) -> None:
    """The graph, which is gone through from the loss, has the last layer first."""
    file = tmp_path / "net.py"
    two = FILE.replace("[nn.Linear(4, 3, bias=False)]", "[nn.Linear(4, 4), nn.Linear(4, 3)]")
    file.write_text(two.replace("self.loose[0](x)", "self.loose[1](self.loose[0](x))"))
    drive = Drive("own", model=str(file))
    drive("finish")
    request = Ledger()
    held = [row.held_by for row in handler_of(request)(request, drive.session) if row.held_by]
    assert held == [f"loose[{n}].{name}" for n in (0, 1) for name in ("weight", "bias")]


def test_the_app_itself_updates_every_parameter_and_the_past_is_shown_as_it_was() -> None:
    drive = Drive()
    drive("finish")
    after = rows(drive)
    assert all(
        r.group == "0" and r.path and r.moved and r.gradient == VALUE for r in after.values()
    )
    drive("back iteration", "phase")
    before = rows(drive)
    assert all(row.path is None and not row.moved for row in before.values())
    assert torch.is_grad_enabled()
