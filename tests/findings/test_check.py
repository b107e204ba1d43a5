"""A check leaves no trace, and says what was raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.words import FINDINGS, said
from lenet_tui.protocol.options import resolve
from lenet_tui.text.words import Words
from lenet_tui.training.engine.trainer import Trainer
from tests.harness.plain_loop import FILES

HEALTHY = sorted(file.stem for file in FILES.glob("*.py") if file.stem != "__init__")


FAST = {"gan", "gpt"}


@pytest.mark.parametrize(
    "name", [n if n in FAST else pytest.param(n, marks=pytest.mark.slow) for n in HEALTHY]
)
def test_a_healthy_file_is_not_accused_and_is_as_before(name: str) -> None:
    options = resolve("own", model=str(FILES / f"{name}.py"), device="cpu")
    plain = Trainer(options)
    _two_iterations(plain)
    checked = Trainer(options)
    found = check(checked, 3)
    _two_iterations(checked)
    assert _bits(checked) == _bits(plain)
    assert [f for f in found.findings if f.fails] == []
    assert found.iterations >= 3


def _two_iterations(trainer: Trainer) -> None:
    for _ in range(2):
        trainer.plain_iteration()


def _bits(trainer: Trainer) -> list[bytes]:
    tensors = [*trainer.parameters.values(), *trainer.buffers.values()]
    tensors += [p.grad for p in trainer.parameters.values() if p.grad is not None]
    return [t.detach().numpy().tobytes() for t in tensors]


def test_what_is_raised_is_a_finding_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text(
        "import torch\n"
        "from torch import nn\n"
        "model = nn.Sequential(nn.Linear(4, 8), nn.Linear(9, 3))\n"
        "def loss(output, target):\n"
        "    return output.sum()\n"
        "data = [(torch.randn(5, 4), torch.zeros(5))]\n"
    )
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    found = check(trainer, 3)
    (raised,) = found.findings
    assert (raised.id, raised.level, raised.phase, raised.where) == (
        "raised",
        "error",
        "forward",
        "0",
    )
    assert raised.evidence["op"] == "linear"
    assert raised.evidence["shapes"] == [[5, 8], [3, 9], [3]]


def test_two_devices_are_said_with_what_to_move(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.py"
    file.write_text(
        "import torch\nfrom torch import nn\nmodel = nn.Linear(3, 2)\n"
        "table = torch.ones(4, 2, device='meta')\ndata = [torch.ones(4, 3)]\n"
        "def step(batch):\n    loss = (model(batch) * table).sum()\n    loss.backward()\n"
    )
    found = check(Trainer(resolve("own", model=str(file), device="cpu")), 1)
    [finding] = [f for f in found.findings if f.id == "raised"]
    assert finding.evidence["devices"] == ["cpu", "meta"]
    assert ".to(device)" in said(finding, Words("en", FINDINGS))[2]
