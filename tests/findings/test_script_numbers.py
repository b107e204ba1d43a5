"""Of a script that is checked as it is: updates left out, a NaN of its batch, samples mixed."""

from __future__ import annotations

import json

import pytest

from tests.around.runs import Runs, runs
from tests.findings.test_script_check import HEALTHY, LINE

__all__ = ["runs"]

SCALED = (
    HEALTHY.replace(
        "lr=0.01)\n", 'lr=0.01)\nscaler = torch.amp.GradScaler("cpu", init_scale=SIZE)\n'
    )
    .replace("loss.backward()", "scaler.scale(loss).backward()\n    scaler.unscale_(optimizer)")
    .replace(
        "    optimizer.step()", "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n    OVER"
    )
    .replace("OVER", "scaler.step(optimizer)\n    scaler.update()")
)
AT_ZERO = " + 0 * (model[0].weight - model[0].weight).square().sum().sqrt()"
TARGET = "(model[2](hidden), y)"


@pytest.mark.slow
def test_updates_that_a_scaler_leaves_out(runs: Runs) -> None:
    """They never come to ``optimizer.step``, and are looked at all the same."""
    root = SCALED.replace("SIZE", "1024.0").replace(TARGET, TARGET + AT_ZERO)
    ran = runs(root, "check", "--format", "json")
    [finding] = json.loads(ran.out)["findings"]
    assert (ran.status, finding["id"], finding["evidence"]["op"]) == (1, "nan-backward", "sqrt")

    large = SCALED.replace("SIZE", "2.0**14").replace("scale(loss)", "scale(loss * 1e37)")
    falls = runs(large, "check", "--format", "json")
    found = json.loads(falls.out)
    [finding] = found["findings"]
    evidence = finding["evidence"]
    assert (finding["id"], evidence["reason"], found["iterations"]) == (
        "nan-backward",
        "skipped",
        8,
    )
    assert evidence["scales"] == [2.0**n for n in range(14, 5, -1)]
    assert (falls.status, finding["level"]) == (1, "warning")

    first = runs(SCALED.replace("SIZE", "3e38"), "check", "--format", "json")
    assert (first.status, json.loads(first.out)["findings"]) == (0, [])
    healthy = runs(SCALED.replace("SIZE", "1024.0"), "check", "--format", "json")
    assert (healthy.status, json.loads(healthy.out)) == (0, {"findings": [], "iterations": 3})


def test_a_nan_of_the_batch_is_the_input_s(runs: Runs) -> None:
    made = HEALTHY.replace("8)):\n", "8)):\n    x[5, 2] = float('nan')\n")
    [finding, *_] = json.loads(runs(made, "check", "--format", "json").out)["findings"]
    assert (finding["id"], finding["where"], finding["evidence"]["sample"]) == (
        "nan-input",
        "input",
        5,
    )


@pytest.mark.slow
def test_anomaly_mode_does_not_end_it_before_the_op_is_known(runs: Runs) -> None:
    made = HEALTHY.replace("for number", "torch.autograd.set_detect_anomaly(True)\nfor number")
    made = made.replace(TARGET, TARGET + ".sub(2).sqrt()")
    findings = json.loads(runs(made, "check", "--format", "json").out)["findings"]
    assert (findings[0]["id"], findings[0]["evidence"]["op"]) == ("nan-forward", "sqrt")


@pytest.mark.slow
def test_a_script_s_view_that_mixes_samples(runs: Runs) -> None:
    net = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.out = nn.Linear(3, 8), nn.Linear(8, 1)
    def forward(self, x):
        x = x.unflatten(1, (2, 3))
        return self.out(MOVED.tanh().mean(0))
model = Net()
"""
    made = HEALTHY.replace(
        "model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))\n", net
    )
    made = made.replace(LINE, "").replace("model[2](hidden)", "model(x)")
    mixed = made.replace("MOVED", "self.fc(x.reshape(2, -1, 3))")
    [finding] = json.loads(runs(mixed, "check", "--format", "json").out)["findings"]
    assert (finding["id"], finding["line"]) == ("batch-mixing", "script.py:15")
    moved = runs(made.replace("MOVED", "self.fc(x.transpose(0, 1))"), "check", "--format", "json")
    assert (moved.status, json.loads(moved.out)["findings"]) == (0, [])


@pytest.mark.slow
def test_a_loader_that_begins_again_for_each_batch(runs: Runs) -> None:
    loop = "for number, (x, y) in enumerate(DataLoader(data, batch_size=8)):\n"
    begun = "loader = DataLoader(data, batch_size=8)\nfor number in range(9):\n    x, y = NEXT\n"
    again = HEALTHY.replace(loop, begun.replace("NEXT", "next(iter(loader))"))
    [finding] = json.loads(runs(again, "check", "--format", "json").out)["findings"]
    assert (finding["id"], finding["evidence"]["reason"]) == ("same-batch-again", "samples")
    one = HEALTHY.replace(loop, begun.replace("NEXT", "data[:8]"))  # one batch, on purpose
    assert json.loads(runs(one, "check", "--format", "json").out)["findings"] == []


@pytest.mark.slow
def test_attention_along_the_samples_of_a_loader(runs: Runs) -> None:
    attends = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attend = nn.MultiheadAttention(6, 2, batch_first=FIRST)
        self.out = nn.Linear(6, 1)
    def forward(self, x):
        x = x.unsqueeze(1) + torch.arange(4.0).view(1, 4, 1)
        return self.out(self.attend(x, x, x)[0].mean(1))
model = Net()
"""
    made = HEALTHY.replace(
        "model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))\n", attends
    )
    made = made.replace(LINE, "").replace("model[2](hidden)", "model(x)")
    mixed = json.loads(runs(made.replace("FIRST", "False"), "check", "--format", "json").out)
    assert "batch-mixing" in [f["id"] for f in mixed["findings"]]
    apart = runs(made.replace("FIRST", "True"), "check", "--format", "json")
    assert apart.status == 0, apart.out


RECURRENT = """import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.LSTM(3, 8, batch_first=FIRST), nn.Linear(8, 2)
    def forward(self, x):
        return self.out(self.rnn(x)[0]READ)
model, loss_of = Net(), nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
data = TensorDataset(torch.randn(60, 5, 3), torch.arange(300).view(60, 5) % 2)
for x, y in DataLoader(data, batch_size=8):
    loss = LOSS
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.slow
def test_a_loss_that_is_a_module_is_no_model(runs: Runs) -> None:
    last = RECURRENT.replace("READ", "[:, -1]").replace("LOSS", "loss_of(model(x), y[:, -1])")
    [finding] = json.loads(runs(last.replace("FIRST", "False"), "check", "--format", "json").out)[
        "findings"
    ]
    assert (finding["id"], finding["line"]) == ("batch-mixing", "script.py:11")
    assert finding["evidence"]["batch"] == 8
    apart = runs(last.replace("FIRST", "True"), "check", "--format", "json")
    assert (apart.status, json.loads(apart.out)["findings"]) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize("moved", ["", ".contiguous()"])
def test_what_a_loader_stacked_may_be_transposed_since(runs: Runs, moved: str) -> None:
    """Then the rows of what the model is given are points in time, which depend on others."""
    loss = f"loss_of(model(x.transpose(0, 1){moved}).flatten(0, 1), y.t().flatten())"
    script = RECURRENT.replace("READ", "").replace("FIRST", "False").replace("LOSS", loss)
    ran = runs(script, "check", "--format", "json")
    assert (ran.status, json.loads(ran.out)["findings"]) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize("order", ["", ", shuffle=True"])
def test_samples_in_order_may_be_points_in_time(runs: Runs, order: str) -> None:
    """A layer that is given one sequence takes them for that; shuffled, they are none."""
    frames = RECURRENT.replace("x)[0]READ", "x[:, 0])[0]").replace("FIRST", "True")
    frames = frames.replace("LOSS", "loss_of(model(x), y[:, 0])").replace(
        "_size=8", f"_size=8{order}"
    )
    findings = json.loads(runs(frames, "check", "--format", "json").out)["findings"]
    assert [f["id"] for f in findings] == (["batch-mixing"] if order else [])


TURNS = """import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
G, D = nn.Linear(4, 2), nn.Sequential(spectral_norm(nn.Linear(2, 8)), nn.Linear(8, 1))
of_g, of_d = (torch.optim.Adam(m.parameters(), 1e-3) for m in (G, D))
for _ in range(8):
    fake = G(torch.randn(8, 4))
    of_d.zero_grad()
    (D(fake.detach()) - D(torch.randn(8, 2))).relu().mean().backward()
    of_d.step()
    of_g.zero_grad()
    (-D(fake).mean()).backward()
    of_g.step()
"""


@pytest.mark.slow
def test_optimizers_that_take_turns_keep_no_graphs(runs: Runs) -> None:
    assert json.loads(runs(TURNS, "check", "--format", "json").out)["findings"] == []
