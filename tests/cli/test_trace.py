"""The transcript: its contract, and the notebook's numbers to the bit."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from lenet_tui.cli import main as cli
from lenet_tui.cli import transcript_jsonl
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.transcript import OpState, PhaseState
from tests.harness.commands import run_here
from tests.harness.terminal import APP, ROOT, environment

Event = dict[str, Any]
FIELDS = {"shape", "sha256", "grad"}

PLAIN = """
import hashlib, json, sys
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        self.seen = seen = []
        def note(y):
            seen.append(sha(y))
            return y
        x = note(F.max_pool2d(note(F.relu(note(self.conv1(x)))), (2, 2)))
        x = note(F.max_pool2d(note(F.relu(note(self.conv2(x)))), 2))
        x = note(x.view(-1, 400))
        x = note(F.relu(note(self.fc1(x))))
        x = note(F.relu(note(self.fc2(x))))
        return note(self.fc3(x))

def sha(t):
    return hashlib.sha256(t.detach().contiguous().numpy().tobytes()).hexdigest()

def state():
    return {n: [sha(p), None if p.grad is None else sha(p.grad)] for n, p in net.named_parameters()}

torch.set_num_threads(1)
torch.manual_seed(int(sys.argv[1]))
net = Net()
input = torch.randn(1, 1, 32, 32)
vector = torch.randn(1, 10)
target = torch.randn(10).view(1, -1)
criterion = nn.MSELoss()
print(json.dumps(["init", None, state(), []]))
for _ in range(int(sys.argv[2])):
    out = net(input)
    print(json.dumps(["forward", None, state(), net.seen]))
    loss = criterion(out, target)
    print(json.dumps(["loss", loss.item(), state(), [sha(loss)]]))
    net.zero_grad()
    print(json.dumps(["zero_grad", loss.item(), state(), []]))
    loss.backward()
    print(json.dumps(["backward", loss.item(), state(), []]))
    for p in net.parameters():
        p.data.sub_(p.grad.data * 0.01)
    print(json.dumps(["update", loss.item(), state(), [sha(p) for p in net.parameters()]]))
"""


class Trace:
    """Runs ``lenet-tui trace`` in this process, whose engines start in no time."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._patch = patch

    def text(self, *words: str, stdin: str = "", status: int = 0) -> tuple[str, str]:
        """What is said on standard output and on standard error."""
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as end:
            cli.main(["trace", *words])
        said = self._capsys.readouterr()
        assert end.value.code == status, said.err
        return said.out, said.err

    def __call__(self, *words: str, stdin: str = "", status: int = 0) -> tuple[list[Event], str]:
        """The events, and what is said on standard error."""
        out, err = self.text("--format", "jsonl", *words, stdin=stdin, status=status)
        return [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def trace(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Trace:
    return Trace(capsys, monkeypatch)


def phases(events: list[Event]) -> list[Event]:
    return [e for e in events if e["event"] == "phase"]


def test_the_notebook_to_the_bit(trace: Trace) -> None:
    said = io.StringIO()
    with mock.patch.object(sys, "argv", ["", "7", "3"]), contextlib.redirect_stdout(said):
        exec(PLAIN, {"__name__": "plain"})
    plain = [json.loads(line) for line in said.getvalue().splitlines()]
    events, _ = trace("--preset", "notebook", "--seed", "7", "--iterations", "3", "--ops")
    assert len(phases(events)) == len(plain) == 16
    digests: list[str] = []
    last_loss = None
    expected = iter(plain)
    for event in events[1:]:
        if event["event"] == "op":
            digests.append(event.get("sha256", ""))
            continue
        name, loss, state, produced = next(expected)
        last_loss = loss if loss is not None else last_loss
        assert (event["phase"], event["loss"]) == (name, last_loss)
        assert {
            n: [p["sha256"], p["grad"] and p["grad"]["sha256"]]
            for n, p in event["parameters"].items()
        } == state
        if produced:
            assert digests == produced
        digests = []


def test_the_contract(trace: Trace) -> None:
    events, said = trace("--iterations", "1", "--ops")
    assert said == ""
    config, init = events[:2]
    assert config["event"] == "config"
    assert (config["preset"], config["device"], config["threads"]) == ("digits", "cpu", 1)
    assert {"torch", "python", "lenet_tui", "lr", "seed", "optimizer"} <= set(config)
    assert (init["iteration"], init["phase"], init["loss"]) == (0, "init", None)
    order = [(e["iteration"], e["phase"]) for e in phases(events)]
    assert order == [
        (0, "init"),
        *((1, p) for p in ("forward", "loss", "zero_grad", "backward", "update")),
    ]
    assert events[-1]["phase"] == "update"
    for event in phases(events):
        assert event["seconds"] >= 0
        assert len(event["parameters"]) == 10
        assert all(set(p) == FIELDS for p in event["parameters"].values())
    zeroed, after = phases(events)[3]["parameters"], phases(events)[4]["parameters"]
    assert all(p["grad"] is None for p in zeroed.values())
    assert all(len(p["grad"]["sha256"]) == 64 and p["grad"]["norm"] > 0 for p in after.values())
    ops = [e for e in events if e["event"] == "op"]
    assert [e["index"] for e in ops] == list(range(1, len(ops) + 1))
    assert [
        sum(e["phase"] == p for e in ops)
        for p in ("forward", "loss", "zero_grad", "backward", "update")
    ] == [12, 1, 10, 27, 10]
    first, node = ops[0], next(e for e in ops if e["phase"] == "backward")
    assert (first["name"], first["op"], first["module"]) == ("conv1", "conv2d", "conv1")
    assert (first["shape"], first["dtype"]) == ([1, 6, 28, 28], "float32")
    assert first["min"] < first["mean"] < first["max"]
    assert set(node["gradients"][0]) == {"shape", "sha256"}
    assert events.index(first) < events.index(phases(events)[1])


def test_numbers_that_are_none_are_strings() -> None:
    state = OpState(
        1, "loss", 1, "loss", "mse_loss", "", (), "float32", "0", math.inf, -math.inf, math.nan, 0.1
    )
    phase = PhaseState(Position(1, "loss", None, 1), "turn", math.nan, 0.0, (), ())
    op = json.loads(transcript_jsonl.line(transcript_jsonl.op(state)))
    assert (op["min"], op["max"], op["mean"], op["std"]) == ("inf", "-inf", "nan", 0.1)
    assert json.loads(transcript_jsonl.line(transcript_jsonl.phase(phase)))["loss"] == "nan"


MOVES = """# a comment
phase
op

back phase
skip forward
do backward
finish
set lr 0.5
kill-engine
run 2
"""


def test_moves_and_what_torch_refuses(trace: Trace) -> None:
    events, _ = trace("--preset", "notebook", "--moves", "-", stdin=MOVES, status=1)
    assert events[0]["event"] == "config"
    positions = events[1:]
    assert [e["move"] for e in positions] == [
        line for line in MOVES.splitlines() if line and line[0] != "#"
    ]
    where = [(e["iteration"], e["phase"], e["op"], e["index"]) for e in positions]
    assert where[0] == (1, "forward", None, 12)
    assert where[1] == (1, "loss", None, 13)
    assert where[2] == (1, "forward", None, 12)
    refused = [e["move"] for e in positions if e["error"]]
    assert refused == ["skip forward", "do backward"]
    assert where[3] == where[4] == where[2]
    assert where[7] == (1, "update", None, positions[5]["index"])  # after kill-engine too
    assert positions[7]["parameters"] == positions[5]["parameters"]
    assert where[8][:2] == (3, "update")
    assert len(positions[8]["parameters"]) == 10


def test_a_line_that_is_no_move(trace: Trace) -> None:
    events, said = trace("--moves", "-", stdin="phase\n\nforwards\n", status=2)
    assert [e["event"] for e in events] == ["config", "position"]
    assert said.startswith("lenet-tui: line 3: 'forwards' is not a move")
    assert said.count("\n") == 1


@pytest.mark.slow
def test_moves_are_made_as_they_come() -> None:
    with subprocess.Popen(
        [*APP, "trace", "--moves", "-", "--format", "jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    ) as process:
        assert process.stdin
        assert process.stdout
        assert json.loads(process.stdout.readline())["event"] == "config"
        for move in ("phase", "op"):
            process.stdin.write(f"{move}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["move"] == move
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize(("language", "said"), [("en", "iteration 1"), ("zh", "第 1 次迭代")])
def test_the_transcript_for_people(trace: Trace, language: str, said: str) -> None:
    text, _ = trace.text("--preset", "notebook", "--lang", language)
    for wanted in (
        said, "Net(", "61,706", "1×1×32×32 → 1×6×28×28", "MseLossBackward0",
        "AccumulateGrad (fc3.bias)", "conv1.bias.grad", "None", "loss (mse)",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert text.index("forward ·") < text.index("loss ·") < text.index("update ·")
    assert "\x1b" not in text


def test_ascii_is_ascii(trace: Trace) -> None:
    assert trace.text("--ascii", "--ops", "--lang", "en")[0].isascii()


def test_positions_for_people(trace: Trace) -> None:
    text, _ = trace.text("--moves", "-", stdin="phase\nop\ndo update\nrun 1\n", status=1)
    lines = text.splitlines()[2:]
    assert lines[0].startswith("phase  →  iteration 1, forward")
    assert lines[3].startswith("  rejected: ")


def reading(*words: str) -> Iterator[subprocess.Popen[str]]:
    command = [*APP, "trace", "--format", "jsonl", "--iterations", "100000", *words]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
        start_new_session=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        yield process


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    for process in reading():
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(10) == 141
        assert process.stderr.read() == ""


@pytest.mark.slow
def test_interrupted_at_once() -> None:
    for process in reading():
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=5)
        assert process.returncode == 130
        assert said == ""


def test_a_session_is_taken_up_elsewhere_and_that_is_said() -> None:
    for command in ("trace", "export"):
        for language, said in (("en", "only the app and train take"), ("zh", "只有应用和 train")):
            answer = run_here(command, "--lang", language, "--resume", "d.session")
            assert answer.returncode == 2 and answer.stderr.count("\n") == 1
            assert said in answer.stderr
