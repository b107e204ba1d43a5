"""``lenet-tui explain``: its contract, what people see, and what is no cell."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from typing import Any

import pytest

from lenet_tui.cli import main as cli
from lenet_tui.cli.explain import event
from lenet_tui.cli.transcript_jsonl import line
from lenet_tui.explain.explanation import Explanation, Operand, Term
from lenet_tui.text.durations import duration
from tests.harness.terminal import APP, ROOT, Terminal, environment

KEYS = ["cell", "value", "op", "formula", "terms", "sum", "ulp", "checked"]

PLAIN = """
import json, sys
import torch
from torch import nn
import torch.nn.functional as F
from lenet_tui.training.engine.model import Net

torch.set_num_threads(1)
torch.manual_seed(7)
net = Net()
image = torch.randn(1, 1, 32, 32)
torch.randn(1, 10)
target = torch.randn(10).view(1, -1)
for _ in range(3):
    start = {n: p.detach().clone() for n, p in net.named_parameters()}
    hidden = net.conv1(image)
    hidden.retain_grad()
    pooled = F.max_pool2d(F.relu(hidden), (2, 2))
    x = F.max_pool2d(F.relu(net.conv2(pooled)), 2).view(-1, 400)
    out = net.fc3(F.relu(net.fc2(F.relu(net.fc1(x)))))
    loss = nn.MSELoss()(out, target)
    net.zero_grad()
    loss.backward()
    for p in net.parameters():
        p.data.sub_(p.grad.data * 0.01)
print(json.dumps({
    "conv1.weight.grad[0,0,2,3]": net.conv1.weight.grad[0, 0, 2, 3].item(),
    "fc1.weight[3,7]": start["fc1.weight"][3, 7].item(),
    "fc1.weight.new[3,7]": net.fc1.weight[3, 7].item(),
    "conv1.max_pool2d[0,2,4,5]": pooled[0, 2, 4, 5].item(),
    "conv1.grad[0,1,9,9]": hidden.grad[0, 1, 9, 9].item(),
    "output[0,3]": out[0, 3].item(),
    "fc3[0,3]": out[0, 3].item(),
    "loss": loss.item(),
}))
"""


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as end:
        cli.main(["explain", "--device", "cpu", *arguments])
    said = capsys.readouterr()
    assert end.value.code == 0, said.err
    return said.out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    said = explain(capsys, "--format", "json", *arguments)
    assert said.count("\n") == 1
    found: dict[str, Any] = json.loads(said)
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as end:
        cli.main(["explain", "--device", "cpu", *arguments])
    said = capsys.readouterr()
    assert (end.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    return said.err


@pytest.mark.slow
def test_the_values_are_those_of_a_plain_script(capsys: pytest.CaptureFixture[str]) -> None:
    plain = subprocess.run(
        [sys.executable, "-c", PLAIN],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environment(),
    )  # fmt: skip
    for cell, value in json.loads(plain.stdout).items():
        found = as_json(
            capsys, cell, "--preset", "notebook", "--seed", "7", "--iteration", "3"
        )  # fmt: skip
        assert list(found) == KEYS
        assert found["cell"] == cell
        assert found["value"] == value
        assert found["checked"] is True
        assert math.fsum(t["value"] for t in found["terms"]) == found["sum"]
        for term in found["terms"]:
            assert set(term) == {"operands", "value"}
            assert all(set(o) == {"tensor", "index", "value"} for o in term["operands"])


def test_without_an_iteration_it_is_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "fc1.weight[3,7]")
    assert (found["terms"], found["checked"], found["op"]) == ([], True, "init")
    assert as_json(capsys, "fc1.weight.new[3,7]") == as_json(
        capsys, "fc1.weight.new[3,7]", "--iteration", "1"
    )


def test_a_central_difference_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "fc3.weight.grad[3,7]", "--check")
    assert list(found) == [*KEYS, "difference"]
    assert found["difference"] == pytest.approx(found["value"], rel=1e-4, abs=1e-8)


def test_people_see_the_largest_terms_and_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    said = explain(capsys, "conv1.weight.grad[0,0,2,3]", "--lang", "en", "--check")
    lines = said.splitlines()
    assert lines[0].startswith("conv1.weight.grad[0,0,2,3] = ")
    assert "Σ_n Σ_h Σ_w conv1.grad[n,o,h,w] ⋅ input[n,c, h + i, w + j]" in said
    assert sum("conv1.grad[0,0," in text for text in lines) == 20 + 1
    assert "764 smaller terms" in said
    assert "784 terms" in said
    assert "checked: torch is" in said
    assert "central difference in float64" in said and "away from it" in said
    assert "loss.grad ← fc3.grad" in said


def test_one_term_is_one_and_a_loss_is_minus_log_p_whose_exponentials_are_all_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = explain(capsys, "loss.exp[0,3]", "--lang", "en")
    assert "sum in float64 · 1 term\n" in said
    said = explain(capsys, "loss", "--lang", "en")
    lines = said.splitlines()
    assert lines[1:3] == ["cross_entropy", "loss = −log loss.softmax[n,target[n]]"]
    assert "the probability of the target class; −log of it is 2.205" in said
    said = explain(capsys, "loss.softmax[0,9]", "--lang", "en")
    assert all(f"loss.exp[0,{c}]" in said for c in range(10)) and "more" not in said


@pytest.mark.slow
def test_in_chinese_and_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    assert "已核对" in explain(capsys, "loss", "--lang", "zh")
    for cell in ("conv2[0,3,1,2]", "fc2.bias.new[1]"):
        said = explain(capsys, cell, "--lang", "en", "--ascii", "--optimizer", "adam")
        assert said.isascii(), said


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("fc1.weight[300,7]", "fc1.weight is 120×400, from [0,0] to [119,399]"),
        ("fc1.weight[3]", "fc1.weight is 120×400, from [0,0] to [119,399]"),
        ("conv1", "conv1 needs an index: conv1 is 1×6×28×28"),
        ("loss[0]", "loss is a single number: write it without an index"),
        ("conv9[0]", "there are input, conv1, conv1.relu, conv1.max_pool2d, conv2"),
        ("conv9.grad[0]", "there are input, conv1, conv1.relu, conv1.max_pool2d, conv2"),
        ("input.grad[0,0,0,0]", "data needs no gradient"),
        ("fc1.weight.exp_avg[0,0]", "the optimizer keeps no such tensor when iteration 1 begins"),
    ],
)
def test_a_cell_that_is_not_there_is_told_what_is(
    capsys: pytest.CaptureFixture[str], cell: str, said: str
) -> None:
    assert said in refused(capsys, cell)


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("x[",), ("x[-1]",), ("\x1b[31m",), ("a\0b[",), ("[1]",), ("",),
        ("loss", "--iteration", "0"), ("loss", "--iteration", "x"),
        ("loss", "--iteration", "9" * 5000), ("loss", "--format", "jsonl"), ("loss", "--lr", "nan"),
        ("loss", "--preset", "notebook", "--loss", "cross_entropy"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_before_anything_runs(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert refused(capsys, *arguments)[:-1].isprintable()


@pytest.mark.parametrize("words", [("loss", "--iteration", "9" * 14), ("loss@" + "9" * 14,)])
def test_an_iteration_that_no_session_can_have_is_one_line_at_once(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert "is not a whole number from" in (said := refused(capsys, *words))
    assert "to 100,000,000" in said and said.count("\n") == 1


@pytest.mark.slow
def test_a_long_run_shows_how_far_it_has_come() -> None:
    command = [*APP, "explain", "loss", "--device", "cpu", "--iteration", "99999999"]
    with Terminal(command) as terminal:
        terminal.wait_for("of 99,999,999, about")
        terminal.send("ctrl+c")
        assert terminal.wait() == 130
        assert "to go" not in terminal.text
    silent = subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert silent.stderr is not None
    assert "of 99,999,999, about" in silent.stderr.readline()
    silent.send_signal(signal.SIGINT)
    assert silent.communicate(timeout=30)[0] == "" and silent.returncode == 130


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (90, "2 min"), (7200, "2 h"), (2e5, "2 d"), (1e11, "3,171 y")]
)
def test_a_duration_is_in_its_largest_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_numbers_that_are_not_finite_are_strings() -> None:
    term = Term((Operand("x", (), math.inf),), -math.inf)
    found = Explanation("x", math.nan, "op", "", (term,), math.inf, math.inf, 0.0, False)
    made = json.loads(line(event(found)))
    assert made["value"] == "nan"
    assert made["sum"] == made["ulp"] == "inf"
    assert made["terms"] == [
        {"operands": [{"tensor": "x", "index": [], "value": "inf"}], "value": "-inf"}
    ]


@pytest.mark.slow
def test_as_a_program_in_a_pipe() -> None:
    done = subprocess.run(
        [*APP, "explain", "conv1[0,2,4,5]", "--format", "json", "--device", "cpu"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["terms"]) == 26
