"""The probes: what they say of programs that are healthy and broken, and that no trace is left."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from lenet_tui.findings.engine.probes import answers as probing
from lenet_tui.findings.engine.probes.trial import Trial
from lenet_tui.findings.probes import FACTORS, PROBES, VERDICTS, OverfitBatch, ProbeAnswer, StepSize
from lenet_tui.findings.words import FINDINGS
from lenet_tui.findings.words.probes import as_finding, rows, verdict
from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.request import Rejected, handler_of
from lenet_tui.text.words import Words
from tests.harness.driving import Drive
from tests.harness.few import few

FILES = Path(__file__).parents[1] / "training" / "files"


def program(folder: Path, text: str) -> Drive:
    file = folder / "program.py"
    file.write_text(HEAD + text)
    return Drive("", model=str(file))


HEAD = """
import torch
import torch.nn.functional as F
from torch import nn
"""


def asked(drive: Drive, probe: str) -> ProbeAnswer:
    request = PROBES[probe]()
    answer: ProbeAnswer = handler_of(request)(request, drive.session)
    assert answer.probe == probe and answer.verdict in VERDICTS[probe]
    for language in ("en", "zh"):
        words = Words(language, FINDINGS)
        assert "{" not in verdict(answer, words) and len(rows(answer, words)) == len(answer.series)
    return answer


def everything(drive: Drive) -> bytes:
    return keyframe.capture(drive.session.navigator.trainer)


STEPS = ("overfit", "zeroed-input", "shuffled-labels")
MORE = ("gpt", "tagger", "vae", "experts", "unet")


def slow(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.slow)


@cache
def untouched(name: str) -> list[bytes]:
    """What ``walked`` finds where no probe is made."""
    return list(walked(name, ""))


def walked(name: str, probe: str) -> Iterator[bytes]:
    """A session's whole state at some places, where a probe is made or none."""
    drive = Drive("", model=str(FILES / f"{name}.py"))
    for line in ("finish", "op", "finish"):
        drive(line)
        before, at = everything(drive), drive.at
        if probe:
            request = PROBES[probe](**({"steps": 3} if probe in STEPS else {}))
            with suppress(Rejected):
                handler_of(request)(request, drive.session)
            assert drive.at == at and everything(drive) == before
            assert drive.session.navigator.trainer.pinned is None
        yield before


@pytest.mark.parametrize("probe", few(PROBES, "overfit", "batch-independence"))
@pytest.mark.parametrize("name", ["gan", *map(slow, ["resnet", *MORE])])
def test_a_probe_leaves_no_trace(name: str, probe: str) -> None:
    assert list(walked(name, probe)) == untouched(name)


LEARNS = """
torch.manual_seed(1)
data = [(torch.randn(6, 8), torch.arange(6) % 3)]
model = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 3))
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
"""


def test_what_overfitting_says_is_what_a_plain_loop_finds(tmp_path: Path) -> None:
    drive = program(tmp_path, LEARNS)
    found = asked(drive, "overfit")
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    exec(HEAD + LEARNS, names)
    model, criterion, optimizer = names["model"], names["loss"], names["optimizer"]
    ((x, y),) = names["data"]
    losses = []
    for _ in range(101):
        loss = criterion(model(x), y)
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert dict(found.series)["loss"] == tuple(losses)
    assert found.verdict == "overfits" and str(found.number("floor")) == "0.0"  # and not -0.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("lr=0.5", "lr=0.0"), "stuck"),
        (("lr=0.5", "lr=0.5, maximize=True"), "diverges"),
        (("lr=0.5", "lr=0.01"), "falls"),
        (("nn.Linear(32, 3))", "nn.Linear(32, 3), nn.Softmax(-1))"), "falls"),
    ],
)
def test_what_does_not_overfit_is_said(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    found = asked(program(tmp_path, LEARNS.replace(*change)), "overfit")
    assert found.verdict == said
    finding = as_finding(found)
    assert (finding is not None) == (said in ("stuck", "diverges"))
    assert finding is None or finding.id == "cannot-overfit"


def test_the_floor_of_smoothed_labels_is_their_entropy(tmp_path: Path) -> None:
    text = LEARNS.replace("nn.CrossEntropyLoss()", "nn.CrossEntropyLoss(label_smoothing=0.3)")
    found = asked(program(tmp_path, text), "overfit")
    shares = [0.8, 0.1, 0.1]
    floor = found.number("floor")
    assert isinstance(floor, float)
    assert math.isclose(floor, -sum(p * math.log(p) for p in shares))
    assert found.verdict == "overfits"


BLIND = """
class Blind(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(8, 3)

    def forward(self, x):
        return self.inner(x - x)


model = Blind()
"""


def test_a_model_that_does_not_look_at_its_input_is_found(tmp_path: Path) -> None:
    seeing = asked(program(tmp_path, LEARNS), "zeroed-input")
    assert seeing.verdict == "looks" and seeing.number("real") != seeing.number("zeroed")
    blind = LEARNS.replace("model = nn.Sequential(", BLIND + "_ = (")
    assert asked(program(tmp_path, blind), "zeroed-input").verdict == "blind"


def test_a_loss_that_does_not_read_the_labels_is_found(tmp_path: Path) -> None:
    assert asked(program(tmp_path, LEARNS), "shuffled-labels").verdict == "matter"
    deaf = LEARNS.replace("nn.CrossEntropyLoss()", "lambda out, y: out.square().mean()")
    assert asked(program(tmp_path, deaf), "shuffled-labels").verdict == "ignored"


def test_the_first_op_that_differs_between_the_modes_is_named(tmp_path: Path) -> None:
    assert asked(program(tmp_path, LEARNS), "train-against-eval").verdict == "same"
    drops = LEARNS.replace("nn.Tanh()", "nn.Tanh(), nn.Dropout(0.5)")
    found = asked(program(tmp_path, drops), "train-against-eval")
    assert (found.verdict, found.where, found.number("before")) == ("differs", "2", 2)
    norm = LEARNS.replace("nn.Tanh()", "nn.BatchNorm1d(32), nn.Tanh()")
    found = asked(program(tmp_path, norm), "train-against-eval")
    assert (found.where, found.number("op")) == ("1", "batch_norm")


def test_the_loss_along_the_step_is_that_of_a_plain_loop(tmp_path: Path) -> None:
    found = asked(program(tmp_path, LEARNS), "step-size")
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    exec(HEAD + LEARNS, names)
    model, criterion = names["model"], names["loss"]
    ((x, y),) = names["data"]
    criterion(model(x), y).backward()
    start = [p.detach().clone() for p in model.parameters()]
    for factor, loss in zip(FACTORS, dict(found.series)["loss"], strict=True):
        with torch.no_grad():
            for p, before in zip(model.parameters(), start, strict=True):
                assert p.grad is not None
                p.copy_(before - factor * 0.5 * p.grad)
            assert math.isclose(float(criterion(model(x), y)), loss, rel_tol=1e-5)


@pytest.mark.parametrize(
    ("lr", "said"), [("1e-4", "could-be-larger"), ("0.5", "fits"), ("40.0", "too-large")]
)
def test_a_step_that_is_too_large_is_said(tmp_path: Path, lr: str, said: str) -> None:
    found = asked(program(tmp_path, LEARNS.replace("lr=0.5", f"lr={lr}")), "step-size")
    assert found.verdict in (said, "could-be-larger" if said == "fits" else said)


def test_dropout_has_the_same_mask_along_the_step(tmp_path: Path) -> None:
    text = LEARNS.replace("nn.Tanh()", "nn.Tanh(), nn.Dropout(0.5)")
    drive = program(tmp_path, text)
    with Trial(drive.session.navigator.trainer) as trial:
        assert trial.loss() == trial.loss()
    found = probing.step_size(StepSize(), drive.session)
    assert found.verdict != "not-repeatable"


def test_who_wants_to_stop_a_probe_can(tmp_path: Path) -> None:
    drive = program(tmp_path, LEARNS)
    drive.hooks.patience = 5
    found = probing.overfit(OverfitBatch(1000), drive.session)
    assert found.number("steps") == 4


FAILS = LEARNS.replace(
    "loss = nn.CrossEntropyLoss()",
    "def loss(output, target):\n    assert len(output) > 100, 'too few'\n    return output.sum()\n",
)


@pytest.mark.parametrize("probe", list(PROBES))
def test_code_that_fails_is_a_reason_and_no_trace(tmp_path: Path, probe: str) -> None:
    drive = program(tmp_path, FAILS)
    before, request = everything(drive), PROBES[probe]()
    if probe in ("train-against-eval", "batch-independence"):
        assert handler_of(request)(request, drive.session)
    else:
        with pytest.raises(Rejected, match="too few"):
            handler_of(request)(request, drive.session)
    assert drive.at == (0, "init", None, 0) and everything(drive) == before


def test_each_verdict_has_words() -> None:
    for language in ("en", "zh"):
        words = Words(language, FINDINGS)
        for probe, verdicts in VERDICTS.items():
            assert f"probe.{probe}" in words
            assert all(f"probe.{probe}.{verdict}" in words for verdict in verdicts)
