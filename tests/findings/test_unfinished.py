"""What was known before an op raised is said beside what was raised."""

from __future__ import annotations

import warnings
from pathlib import Path

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

HEAD = """
import math
import torch
import torch.nn.functional as F
from torch import nn

class Boom(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1
    @staticmethod
    def backward(ctx, gradient):
        raise RuntimeError("only in training mode")

class Net(nn.Module):
    def __init__(self, outputs=1, rate=0.5):
        super().__init__()
        self.first, self.drop, self.last = nn.Linear(4, 64), nn.Dropout(rate), self.made(outputs)
    def made(self, outputs):
        return nn.Linear(64, outputs)
    def forward(self, x):
        return Boom.apply(self.last(self.drop(torch.relu(self.first(x)))))

class InAList(Net):
    def made(self, outputs):
        return [nn.Linear(64, outputs)]
    def forward(self, x):
        return Boom.apply(self.last[0](torch.relu(self.first(x))))

torch.manual_seed(0)
x, y = torch.randn(8, 4), torch.randn(8, 1)
loss = nn.MSELoss()
"""
IN_TURN = """
optimizer = torch.optim.SGD(model.parameters(), 0.1)
def step(batch):
    x, y = batch
    optimizer.zero_grad()
"""
CASES = {
    "label-range": "model, data, loss = Net(3), [(x, torch.arange(8))], nn.CrossEntropyLoss()",
    "loss-broadcast": "model, data = Net(), [(x, y[:, 0])]",
    "loss-on-probabilities": (
        "model = nn.Sequential(Net(3), nn.Softmax(1))\n"
        "data, loss = [(x, torch.arange(8) % 3)], nn.CrossEntropyLoss()"
    ),
    "input-scale": "model, data = Net(), [(x.abs() * 255, y)]",
    "inactive-units": (
        "model, data = Net(), [(x, y)]\nwith torch.no_grad():\n    model.first.bias.fill_(-50.0)"
    ),
    "param-not-registered": "model, data = InAList(), [(x, y)]",
    "nan-forward": "model, data = nn.Sequential(Net(), nn.ReLU()), [(x, y)]\n"
    "def loss(output, target):\n    return (output * 0).log().mean() * 0",
    "graph-cut": "model, data = nn.Linear(4, 1), [(x, y)]\n"
    "def loss(output, target):\n    return F.mse_loss(output.detach(), target)",
    "mode-eval-in-training": (
        f"model, data = Net(rate=0.1), [(x, y)] * 4\n{IN_TURN}"
        "    made = model.last(model.drop(model.first(x)))\n"
        "    F.mse_loss(made if model.training else Boom.apply(made), y).backward()\n"
        "    optimizer.step()\n"
        "    model.eval()\n"
    ),
    "param-not-in-optimizer": (
        f"model, data = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 1)), [(x, y)]\n{IN_TURN}"
        "    F.mse_loss(model(x), y).backward()\n"
        "    raise ValueError('too late')\n"
    ).replace("model.parameters()", "model[0].parameters()"),
}
LOSS_LOOKED_AT = f"""
model, data = nn.Linear(4, 1), [(x, y)]
{IN_TURN}
    loss = (model(x) - 100).log().mean()
    if not math.isfinite(loss.item()):
        raise ValueError("the loss is no number")
    loss.backward()
"""
NOT_KNOWN = f"""
model, data, scale = nn.Linear(4, 1), [(x, y)], torch.ones(1, requires_grad=True)
{IN_TURN}
    made = model(x)
    raise ValueError("before the scale was used")
""".replace("model.parameters()", "[*model.parameters(), scale]")


def found(folder: Path, text: str) -> dict[str, Finding]:
    file = folder / "program.py"
    file.write_text(HEAD + text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = Trainer(resolve("own", model=str(file), device="cpu"))
        return {f.id: f for f in check(trainer, 3).findings}


def test_a_forward_without_gradients_is_one_finding(tmp_path: Path) -> None:
    layers = (
        "nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))"
    )
    text = f"model, data = {layers}, [(x, y)]\n{IN_TURN}"
    file = tmp_path / "program.py"
    file.write_text(f"{HEAD}{text}    with torch.no_grad():\n        made = model(x)\n"
                    "    loss(made, y).backward()\n")  # fmt: skip
    findings = check(Trainer(resolve("own", model=str(file), device="cpu")), 3).findings
    [cut] = [f for f in findings if f.id == "graph-cut"]
    assert (cut.evidence["reason"], cut.evidence["count"]) == ("no_grad", 6)


def test_a_label_out_of_range_is_said_to_raise_where_it_does(tmp_path: Path) -> None:
    model = "model, data = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid()), [(x, y.sign())]\n"
    said = found(tmp_path, f"{model}loss = nn.BCELoss()")
    assert said["label-range"].evidence["reason"] == "probability" and "raised" in said
    said = found(tmp_path, f"{model}loss = nn.BCEWithLogitsLoss()")
    assert said["label-range"].evidence["reason"] == "binary" and "raised" not in said


def test_what_was_known_before_an_op_raised_is_said_beside_it(tmp_path: Path) -> None:
    for id, text in CASES.items():
        said = found(tmp_path, text)
        assert said.keys() >= {id, "raised"} and said[id].fails, (id, said)


def test_a_loss_that_its_owner_found_to_be_no_number_is_followed_to_its_cause(
    tmp_path: Path,
) -> None:
    said = found(tmp_path, LOSS_LOOKED_AT)["nan-forward"]
    line = next(n for n, s in enumerate((HEAD + LOSS_LOOKED_AT).split("\n"), 1) if ".log()" in s)
    assert said.evidence["op"] == "log" and said.line == f"program.py:{line}"


def test_what_says_why_nothing_requires_a_gradient_is_graver_than_what_was_raised(
    tmp_path: Path,
) -> None:
    said = found(tmp_path, CASES["graph-cut"])
    assert said["graph-cut"].evidence["parameters"] == ["weight", "bias"]
    assert not said["raised"].fails


def test_what_may_have_come_after_what_raised_is_not_missed(tmp_path: Path) -> None:
    assert found(tmp_path, NOT_KNOWN).keys() == {"raised"}
