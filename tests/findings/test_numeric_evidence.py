"""What a numeric finding says beside its id: the place, the line and the numbers, as they are."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.detectors.numeric import NUMERIC
from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words import FINDINGS, said
from lenet_tui.protocol.options import resolve
from lenet_tui.text.words import Words
from lenet_tui.training.engine.trainer import Trainer
from tests.findings.gallery_files import BROKEN, id_of, write

EVIDENCE: dict[str, dict[str, Any]] = {
    "nan-input__vision": {"where": "input", "sample": 5, "index": [5, 0, 3, 2], "bad": 1},
    "nan-input__regression": {"where": "input", "sample": 7, "value": math.inf, "index": [7, 2]},
    "nan-input__kept": {"reason": "foreign", "sample": 13, "index": [13, 0, 3, 2], "bad": 1,
                        "line": 14, "op": "getitem"},
    "nan-forward__sequence": {"line": 19, "reason": "all-masked", "index": [4, 0, 0], "bad": 25},
    "nan-forward__regression": {"line": 15, "reason": "log-of-zero", "factors": ["0"]},
    "nan-forward__vision": {
        "line": 16, "reason": "half-overflow", "factors": ["500", "500"], "dtype": "float16",
    },
    "nan-backward__regression": {
        "line": 13, "reason": "infinite-slope", "received": 0.1 / 36, "slope": math.inf,
        "operand": 0.0,
    },
    "nan-backward__sequence": {"line": 16, "reason": "unchosen", "received": 0.0},
    "nan-state__vision": {"where": "spread", "iteration": 2, "reason": "buffer"},
    "nan-state__regression": {"where": "2.weight", "gradient": 0.0, "exp_avg_sq": 0.0},
    "step-too-large__regression": {"where": "weight", "reason": "line"},
    "step-too-large__vision": {"reason": "line"},
    "step-too-large__sequence": {"reason": "line"},
    "vanishing__regression": {"where": "0", "reason": "gradients", "layers": 11},
    "vanishing__vision": {"where": "0", "reason": "gradients", "layers": 10},
    "exploding__sequence": {"where": "enter", "reason": "gradients", "layers": 41},
    "inactive-units__vision": {"where": "1", "closed": 16, "units": 16, "samples": 36},
    "inactive-units__regression": {"where": "1", "closed": 64, "units": 64, "samples": 72},
    "inactive-units__clamped": {"line": 22, "reason": "slope", "closed": 32, "samples": 72},
    "saturated__sequence": {"where": "gate.sigmoid", "line": 16, "share": 1.0},
    "batch-mixing__sequence": {
        "line": 14, "reason": "reshape", "given": [6, 9, 4], "made": [9, 6, 4], "moved": 5,
    },
    "batch-mixing__vision": {"line": 16, "op": "softmax", "batch": 6, "moved": 5},
    "batch-mixing__rows": {"line": 15, "op": "lstm", "changed": 4, "others": [5, 6, 7]},
    "input-scale__vision": {"where": "0", "reason": "large", "low": 0.0, "high": 255.0},
    "input-scale__twice": {"line": 16, "reason": "tiny", "low": 0.0},
    "input-scale__regression": {"where": "0", "reason": "large"},
    "input-scale__features": {"where": "0", "reason": "features", "feature": "[:, 2]", "count": 1},
    "input-scale__still": {"reason": "still", "feature": "[:, 4, :, :]", "count": 1, "of": 5},
    "same-batch-again__vision": {"reason": "samples"},
    "same-batch-again__sequence": {"where": "1", "reason": "dropout_seeded", "iterations": 3},
    "same-batch-again__regression": {
        "line": 14, "reason": "noise_seeded", "seeded_by": "torch.manual_seed",
    },
    "same-batch-again__numpy": {"reason": "noise_seeded", "seeded_by": "numpy.random.seed"},
    "same-batch-again__generator": {"reason": "noise"},
    "same-batch-again__flip": {"where": "input.rand", "seed": "1"},
    "same-batch-again__samples": {"reason": "each_sample", "times": 12},
    "resume-lacks-state__vision": {"reason": "rate", "steps": 6, "epochs": 0, "scheduled": 1e-2},
    "resume-lacks-state__sequence": {"reason": "moments", "steps": 0, "epochs": 5},
}  # fmt: skip

LOG_TIMES_ZERO = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 5), nn.Softmax(-1))
data = [(torch.randn(6, 4), nn.functional.one_hot(torch.arange(6) % 5, 5).float())]
optimizer = lambda p: torch.optim.SGD(p, lr=0.01)


def loss(output, target):
    wanted = target.log()
    apart = wanted - output.log()
    return (target * apart).sum(1).mean()
"""


def of(file: Path) -> tuple[Finding, ...]:
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    return check(trainer, 3, 1, NUMERIC).findings


@pytest.mark.parametrize("program", list(EVIDENCE))
def test_a_finding_says_where_and_by_which_numbers(program: str, tmp_path: Path) -> None:
    found = next(f for f in of(write(program, BROKEN, tmp_path)) if f.id == id_of(program))
    assert found.fails
    said = {**found.evidence, "where": found.where, "line": found.line.rpartition(":")[2]}
    for name, value in EVIDENCE[program].items():
        expected = str(value) if name == "line" else value
        if isinstance(value, float):
            assert said[name] == pytest.approx(value), name
        else:
            assert said[name] == expected, name


def test_the_losses_along_a_step_are_those_of_a_plain_loop(tmp_path: Path) -> None:
    file = write("step-too-large__sequence", BROKEN, tmp_path)
    found = next(f for f in of(file) if f.id == "step-too-large")
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    exec(file.read_text(), names)
    model: nn.Module = names["model"]()
    optimizer = names["optimizer"](model.parameters())
    ((tokens, labels),) = names["data"]
    generator = torch.get_rng_state()
    start = [p.detach().clone() for p in model.parameters()]
    names["loss"](model(tokens), labels).backward()
    optimizer.step()
    end = [p.detach().clone() for p in model.parameters()]
    for factor, loss in zip(found.evidence["factors"], found.evidence["losses"], strict=True):
        with torch.no_grad():
            for p, a, b in zip(model.parameters(), start, end, strict=True):
                p.copy_(b if factor == 1 else a + factor * (b - a))
        torch.set_rng_state(generator)
        assert float(names["loss"](model(tokens), labels).detach()) == loss


def test_mean_and_spread_of_an_input_are_torchs(tmp_path: Path) -> None:
    file = write("input-scale__regression", BROKEN, tmp_path)
    found = next(f for f in of(file) if f.id == "input-scale")
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    exec(file.read_text(), names)
    years = names["years"].double()
    assert found.evidence["mean"] == pytest.approx(float(years.mean()))
    assert found.evidence["std"] == pytest.approx(float(years.std()))


def test_gradients_over_the_depth_are_torchs(tmp_path: Path) -> None:
    file = write("vanishing__vision", BROKEN, tmp_path)
    found = next(f for f in of(file) if f.id == "vanishing" and f.phase == "backward")
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    exec(file.read_text(), names)
    model, norms = names["model"], []

    def note(module: nn.Module, given: object, came: Any) -> None:
        norms.append(float(came[0].norm()))

    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_full_backward_hook(note)
    ((pictures, labels),) = names["data"]
    names["loss"](model(pictures), labels).backward()
    ours = found.evidence["sizes"]
    assert len(ours) == len(norms) == 10
    # that of one of three iterations: the steps between are small
    assert ours[-1] == pytest.approx(norms[0], rel=0.05)


@pytest.mark.parametrize("program", [p for p in EVIDENCE if id_of(p) in ("vanishing", "exploding")])
def test_the_sizes_of_a_title_are_those_of_the_layers_it_names(
    program: str, tmp_path: Path
) -> None:
    found = [f for f in of(write(program, BROKEN, tmp_path)) if f.id == id_of(program)]
    assert found
    for evidence in (f.evidence for f in found):
        sizes = list(zip(evidence["names"], evidence["sizes"], strict=True))
        assert len(sizes) == evidence["layers"]
        assert (evidence["from"], evidence["first"]) in sizes
        assert (evidence["to"], evidence["last"]) in sizes


def test_a_nan_of_an_infinity_is_not_said_to_be_of_finite_numbers(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(LOG_TIMES_ZERO)
    found = next(f for f in of(file) if f.id == "nan-forward")
    assert (found.where, found.line) == ("loss.log", "program.py:11")
    assert found.evidence["value"] == -math.inf
    assert found.evidence["factors"] == ["0"]
    assert (found.evidence["then"], found.evidence["then_line"]) == ("loss.mul", "program.py:13")
    for language in ("en", "zh"):
        title, why, _ = said(found, Words(language, FINDINGS))
        assert "loss.log" in title and "loss.mul" in title and "0 × −∞" in why


OVERFLOW = """
import torch

model = torch.nn.Conv2d(1, 2, 3)
with torch.no_grad():
    model.weight.fill_(1e38)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [torch.full((1, 1, 4, 4), 10.0)] * 3


def step(x):
    loss = model(x).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
"""


def test_numbers_that_are_not_known_are_not_announced(tmp_path: Path) -> None:
    """A number that is a sum of many products was made of no two of them."""
    file = tmp_path / "program.py"
    file.write_text(OVERFLOW)
    found = next(f for f in of(file) if f.id == "nan-forward")
    assert not found.evidence["factors"]
    known = replace(found, evidence={**found.evidence, "factors": ["2", "3"]})
    for language, operands in (("en", "Operands"), ("zh", "操作数")):
        words = Words(language, FINDINGS)
        assert operands not in said(found, words)[1] and "()" not in said(found, words)[1]
        assert operands in said(known, words)[1]


ANOMALIES = """
import torch

torch.autograd.set_detect_anomaly({always})
model = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = [torch.zeros(4, 3)] * 3


def step(x):
    with torch.autograd.detect_anomaly():
        out = model(x) * 0.0
        loss = (out.square().sum(1).sqrt() * 0.0).sum()
        optimizer.zero_grad()
        loss.backward()
    optimizer.step()
    return loss
"""


@pytest.mark.parametrize("always", [True, False])
def test_anomaly_mode_does_not_hide_the_factors(always: bool, tmp_path: Path) -> None:
    """Of a NaN it raises no more than a node's name; afterwards the mode is as it was."""
    file = tmp_path / "program.py"
    file.write_text(ANOMALIES.format(always=always))
    before, function = torch.is_anomaly_enabled(), torch.set_anomaly_enabled
    try:
        trainer = Trainer(resolve("own", model=str(file), device="cpu"))
        found = check(trainer, 2).findings[0]
        assert (torch.is_anomaly_enabled(), torch.set_anomaly_enabled) == (always, function)
        assert torch.is_anomaly_check_nan_enabled()
    finally:
        torch.autograd.set_detect_anomaly(before)
    assert (found.id, found.line) == ("nan-backward", "program.py:13")
    assert (found.evidence["received"], found.evidence["slope"]) == (0.0, math.inf)


WHOLE = """
import torch
from torch import nn
torch.manual_seed(0)

class Mixes(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 6)

    def forward(self, x):
        assert x.shape[0] == 12
        return self.first(x).permute(1, 0, 2).reshape(12, 7, 6)

model, loss = Mixes, nn.MSELoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)
data = [(torch.randn(12, 7, 6), torch.randn(12, 7, 6)) for _ in range(4)]
"""


def test_a_few_samples_decide_only_that_none_depends_on_another(tmp_path: Path) -> None:
    file, insists = tmp_path / "whole.py", "assert x.shape[0] == 12"
    any_size = WHOLE.replace(insists, "pass").replace("reshape(12,", "reshape(-1,")
    for text in (WHOLE, any_size):
        file.write_text(text)
        [mixed] = [f for f in of(file) if f.fails]
        assert (mixed.id, mixed.evidence["batch"]) == ("batch-mixing", 12)
    mixes = ".permute(1, 0, 2).reshape(-1, 7, 6)"
    for instead, ran in (("", [12, 12]), (".flip(1).flip(1)", [12, 12, 5])):  # of no op is known
        file.write_text(any_size.replace(mixes, instead))
        trainer = Trainer(resolve("own", model=str(file), device="cpu"))
        sizes: list[int] = []
        trainer.model.register_forward_pre_hook(lambda module, given: sizes.append(len(given[0])))  # noqa: B023
        assert not check(trainer, 1).findings and sizes == ran
