"""Single features of an input that are off are named, and what is meant so is not spoken of."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.detectors.numeric import NUMERIC
from lenet_tui.findings.engine.numbers.input_features import features_off
from lenet_tui.findings.finding import NOTE, WARNING, Finding
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

PROGRAM = """import torch
from torch import nn
torch.manual_seed(0)
def batch(n):
    x = {made}
    return x
xs = [batch(n) for n in range(4)]
model = nn.Sequential({first}, nn.ReLU(), nn.Flatten(), nn.LazyLinear(1))
model(xs[0])
loss = nn.MSELoss()
optimizer = lambda parameters: torch.optim.Adam(parameters, lr=1e-3)
data = [(x, torch.randn(len(x), 1)) for x in xs]
"""
LINEAR = "nn.Linear(8, 16)"
ONE = "torch.eye(8)[0]"


def found(made: str, folder: Path, first: str = LINEAR) -> list[Finding]:
    file = folder / "program.py"
    file.write_text(PROGRAM.format(made=made, first=first))
    options = resolve("own", model=str(file), device="cpu")
    torch.set_num_threads(options.threads)
    every = check(Trainer(options), 3, 1, NUMERIC).findings
    return [finding for finding in every if finding.id == "input-scale"]


@pytest.mark.parametrize(
    ("made", "level", "reason", "expected"),
    [
        (f"torch.randn(64, 8) + 1000 * {ONE}", WARNING, "still", ("[:, 0]", 1)),
        (f"torch.randn(64, 8) * (1 + 199 * {ONE})", WARNING, "features", ("[:, 0]", 1)),
        (f"torch.randn(64, 8) + 60 * {ONE}", NOTE, "features", ("[:, 0]", 1)),
        (f"torch.randn(64, 8) * 0.1 + 20 * {ONE}", NOTE, "still", ("[:, 0]", 1)),
        ("torch.randn(64, 8) * 0.01 + 15", NOTE, "still", ("[:, 0]", 8)),
        (f"torch.randn(16, 5, 8) * 0.1 + 20 * {ONE}", NOTE, "still", ("[..., 0]", 1)),
    ],
)
def test_a_feature_that_is_off_is_named(
    made: str, level: str, reason: str, expected: tuple[str, int], tmp_path: Path
) -> None:
    [finding] = found(made, tmp_path)
    evidence = finding.evidence
    assert (finding.level, evidence["reason"]) == (level, reason)
    assert (evidence["feature"], evidence["count"], evidence["of"]) == (*expected, 8)
    torch.manual_seed(0)
    batches = [eval(made, {"torch": torch})[..., 0].double() for _ in range(4)]
    numbers = (evidence["feature_mean"], evidence["feature_std"])
    assert any(numbers == pytest.approx((float(b.mean()), float(b.std()))) for b in batches)


HEALTHY = {
    "one-hot": "torch.eye(8)[torch.randint(8, (64,))]",
    "an edge of pictures that is the same in all": "torch.cat([torch.full((64, 4), -2.1), "
    "torch.randn(64, 4)], 1)",
    "padding of a large number": "torch.cat([torch.full((64, 1), 70.0), torch.randn(64, 7)], 1)",
    "ones for a bias": "torch.cat([torch.ones(64, 1) * 5, torch.randn(64, 7)], 1)",
    "counts of rare words": "torch.poisson(torch.full((64, 8), 0.05))",
    "a bit that is nearly always set": "torch.cat([(torch.rand(64, 7) > 0.01) * 10.0, "
    "torch.randn(64, 1)], 1)",
    "a number of each batch": "torch.cat([torch.full((64, 1), 5.0 + n), torch.randn(64, 7)], 1)",
    "a time that goes on": "torch.cat([10 + n + torch.arange(64.0)[:, None] / 1e3, "
    "torch.randn(64, 7)], 1)",
    "probabilities": "torch.randn(64, 8).mul(4).softmax(1)",
    "scales that differ within reason": "torch.randn(64, 8) * 10 ** torch.arange(-3, 1.3, 0.6)[:8]",
    "too few samples": f"torch.randn(4, 8) + 60 * {ONE}",
}


@pytest.mark.parametrize("name", list(HEALTHY))
def test_what_is_meant_so_is_not_spoken_of(name: str, tmp_path: Path) -> None:
    assert found(HEALTHY[name], tmp_path) == []


def test_what_a_norm_follows_may_have_any_scale(tmp_path: Path) -> None:
    made = f"torch.randn(64, 8) + 60 * {ONE}"
    assert found(made, tmp_path, f"{LINEAR}, nn.BatchNorm1d(16)") == []
    assert found(made, tmp_path, f"nn.BatchNorm1d(8), {LINEAR}") == []


def test_a_feature_is_one_of_the_axis_that_the_op_sums_over() -> None:
    for op, shape, axis, text in (
        ("conv1d", (6, 3, 5), 1, "[:, 1, :]"),
        ("conv2d", (2, 3, 5, 5), 1, "[:, 1, :, :]"),
        ("conv2d", (3, 5, 5), 0, "[1, :, :]"),
        ("linear", (2, 4, 5, 3), 3, "[..., 1]"),
    ):
        x = torch.randn(shape, dtype=torch.float64)
        x.select(axis, 1).mul_(500)
        far, still = features_off(op, x)
        assert far is not None and (far.text, far.of, still) == (text, 3, ()), op
    assert features_off("linear", torch.randn(8)) == (None, ())
    assert features_off("linear", torch.full((64, 3), torch.nan)) == (None, ())
    everywhere = torch.randn(64, 8) * 500  # the whole input is so
    assert features_off("linear", everywhere) == (None, ())
