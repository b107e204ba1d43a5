"""What a loss is given, and by which sign and rate it is followed: as plain torch says it.

The gallery has these mistakes by situation; here are their numbers, and what comes near them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

HEAD = """
import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 5))
data = [(torch.randn(12, 6), torch.arange(12) % 5) for _ in range(8)]
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 1.0)
"""
STEP = """
def step(batch):
    x, y = batch
    output = net(x)
    loss = LOSS
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    return loss
"""


def found(folder: Path, loss: str, more: str = "") -> list[Finding]:
    """What a check of the step with this loss finds, with lines put before it."""
    file = folder / f"program{len([*folder.iterdir()])}.py"
    file.write_text(HEAD + more + STEP.replace("LOSS", loss))
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    return [f for f in check(trainer, 3).findings if f.fails or f.id == "logits-bounded"]


def plain() -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """The model and the first batch, made as the programs make them."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 5))
    return net, torch.randn(12, 6), torch.arange(12) % 5


def test_logits_without_a_gradient_are_counted(tmp_path: Path) -> None:
    net, x, y = plain()
    output = net(x).detach().requires_grad_()
    [gradient] = torch.autograd.grad(nn.functional.cross_entropy(output.relu(), y), output)
    [finding] = found(tmp_path, "F.cross_entropy(output.relu(), y)")
    assert finding.id == "logits-bounded"
    assert finding.evidence["closed"] == int((gradient == 0).sum())
    [note] = found(tmp_path, "F.cross_entropy(output.abs(), y)")
    assert (note.level, note.evidence["reason"]) == ("note", "smooth")


def test_the_lowest_loss_is_that_of_the_best_logits(tmp_path: Path) -> None:
    labels = torch.arange(12) % 5
    best = nn.functional.cross_entropy(2.0 * nn.functional.one_hot(labels, 5) - 1, labels)
    [finding] = found(tmp_path, "F.cross_entropy(output.tanh(), y)")
    assert finding.evidence["floor"] == pytest.approx(float(best))
    targets = (torch.arange(5).expand(12, 5) < 2).float()
    best = nn.functional.binary_cross_entropy_with_logits(targets * 1e3, targets)
    loss = "F.binary_cross_entropy_with_logits(F.softplus(output), TARGET)"
    target = "(torch.arange(5).expand(12, 5) < 2).float()"
    [finding] = found(tmp_path, loss.replace("TARGET", target))
    assert finding.evidence["floor"] == pytest.approx(float(best))
    assert (finding.evidence["outside"], finding.evidence["lowest"]) == (36, 0.5)
    for healthy in (
        loss.replace("TARGET", "torch.ones(12, 5)"),
        "F.cross_entropy(20 * output.tanh(), y)",
        "F.cross_entropy(output.clamp(-30, 30), y)",
        "F.cross_entropy(-torch.cdist(output, torch.eye(5)), y)",
        "F.cross_entropy(F.linear(output.relu(), torch.randn(5, 5)), y)",
    ):
        assert found(tmp_path, healthy) == [], healthy


def test_targets_that_the_last_op_cannot_give(tmp_path: Path) -> None:
    target = "torch.linspace(-2, 2, 60).view(12, 5)"
    values = torch.linspace(-2, 2, 60)
    [finding] = found(tmp_path, f"F.mse_loss(output.sigmoid(), {target})")
    assert finding.id == "target-out-of-reach"
    best = nn.functional.mse_loss(values.clamp(0, 1), values)
    assert finding.evidence["floor"] == pytest.approx(float(best))
    assert finding.evidence["outside"] == int(((values < -2e-3) | (values > 1 + 2e-3)).sum())
    for healthy in (
        f"F.mse_loss(3 * output.tanh(), {target})",
        f"F.mse_loss(output.relu(), {target}.abs() - 0.01)",
        f"F.mse_loss(output.relu(), net({target} @ torch.ones(5, 6)).detach())",
    ):
        assert found(tmp_path, healthy) == [], healthy


ASCENDS = {
    "-F.cross_entropy(output, y)": "negated",
    "2 - F.cross_entropy(output, y) / 4": "negated",
    "-(F.cross_entropy(output, y, reduction='none').mean() * 0.5)": "negated",
    "F.cross_entropy(output, y) * -1": "negated",
    "output.log_softmax(1)[torch.arange(12), y].mean()": "log_prob",
}
UNKNOWN = (
    "F.cross_entropy(output, y) - 0.5 * F.cross_entropy(output.flip(1), y)",
    "-(F.cross_entropy(output, y, reduction='none') * torch.randn(12)).mean()",
    "-F.cross_entropy(output, output.softmax(1).detach())",
    "-(-F.cross_entropy(output, y))",
    "-F.cosine_similarity(output, torch.randn(12, 5)).mean()",
    "-((output - output.mean(0)) ** 2).mean()",
)


def test_a_step_that_raises_a_known_loss_by_what_plain_torch_says(tmp_path: Path) -> None:
    for loss, reason in ASCENDS.items():
        net, x, y = plain()
        names = {"F": nn.functional, "torch": torch, "output": net(x), "y": y}
        value = eval(loss, names)
        gradients = torch.autograd.grad(value, [*net.parameters()])
        square = sum(float(g.double().square().sum()) for g in gradients)
        [finding] = found(tmp_path, loss)
        assert (finding.id, finding.evidence["reason"]) == ("loss-ascends", reason), loss
        assert finding.evidence["value"] == pytest.approx(float(value.detach()))
        assert finding.evidence["change"] == pytest.approx(-0.1 * square, rel=1e-4), loss
        before = nn.functional.cross_entropy(net(x), y)
        with torch.no_grad():
            for p, g in zip(net.parameters(), gradients, strict=True):
                p.sub_(g, alpha=0.1)
        assert nn.functional.cross_entropy(net(x), y) > before, loss
    for loss in UNKNOWN:
        assert found(tmp_path, loss) == [], loss


RATES = {
    "StepLR(optimizer, 1, 0.1)": [0.1, 0.01, 0.001],
    "MultiStepLR(optimizer, [1, 2], 0.1)": [0.1, 0.01, 0.001],
    "CosineAnnealingLR(optimizer, 2)": [0.1, 0.05, 0.0],
    "LinearLR(optimizer, 1.0, 0.0, 4)": [0.1, 0.075, 0.05, 0.025, 0.0],
    "MultiStepLR(optimizer, [2], 1e-3)": [],
    "ExponentialLR(optimizer, 0.9)": [],
    "CosineAnnealingLR(optimizer, 500)": [],
    "LambdaLR(optimizer, lambda n: n / 100)": [],
    "OneCycleLR(optimizer, 0.1, total_steps=40)": [],
}


def test_rates_that_come_to_nothing_are_those_of_the_schedule(tmp_path: Path) -> None:
    for schedule, rates in RATES.items():
        more = f"scheduler = torch.optim.lr_scheduler.{schedule}\n"
        said = found(tmp_path, "F.cross_entropy(output, y)", more)
        assert [f.id for f in said] == ["step-too-small"] * bool(rates), schedule
        for finding in said:
            assert finding.evidence["rates"] == pytest.approx(rates), schedule
