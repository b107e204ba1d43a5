"""Two scripts that know nothing of this package, side by side: where they part, to the bit."""

from __future__ import annotations

import json
import math
import textwrap
from pathlib import Path
from typing import Any

import pytest
import torch

from lenet_tui.twins.kinds_of_file import is_training_file
from lenet_tui.twins.mistake import MISTAKES
from tests.harness.commands import run_here
from tests.harness.terminal import ROOT
from tests.twins.forked_sides import forked_sides

__all__ = ["forked_sides"]
pytestmark = pytest.mark.usefixtures("forked_sides")

TOP = """import argparse
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--steps", type=int, default=4)
args = parser.parse_args()
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
opt = torch.optim.SGD(model.parameters(), lr=args.lr)
losses = []
for n in range(args.steps):
    x = torch.randn(16, 4)
    y = x.sum(1, keepdim=True)
    loss = nn.functional.mse_loss(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss.item())
"""
"""Everything at the top of the file, by argparse."""

TRAINER = """import sys
from dataclasses import dataclass
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Trainer:
    net: nn.Module
    loader: DataLoader

    def fit(self):
        optimizer = torch.optim.Adam(self.net.parameters(), lr=0.01)
        for x, y in self.loader:
            self.net.train()
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.net(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
            optimizer.step()
            print("loss", loss.item())


if __name__ == "__main__":
    x = torch.randn(20, 6)
    data = TensorDataset(x, x.argmax(1))
    net = nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.5), nn.Linear(8, 6))
    Trainer(net, DataLoader(data, batch_size=4, shuffle=True)).fit()
    sys.exit(0)
"""
"""A class, shuffled batches, dropout, what runs under a guard, and an exit."""

FUNCTIONS = """import sys
import torch
from torch import nn


def read():
    return torch.tensor([[float(n) for n in line.split()] for line in sys.stdin])


def train(net, rows):
    optimizer = torch.optim.RMSprop(net.parameters(), lr=0.02)
    hidden = None
    for row in rows:
        output, hidden = net(row.view(1, -1, 1), hidden)
        hidden = hidden.detach()
        loss = (output.mean(2)[:, :-1] - row[1:]).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main():
    train(nn.GRU(1, 5, batch_first=True), read())


main()
"""
"""Functions, a recurrent net, and data from standard input."""

ROWS = "1 2 3 4\n2 3 4 5\n3 4 5 6\n"


def wrote(folder: Path, **scripts: str) -> list[str]:
    """The paths of scripts that are written there."""
    paths = {name: folder / f"{name}.py" for name in scripts}
    for name, text in scripts.items():
        paths[name].write_text(text, "utf-8")
    return [str(path) for path in paths.values()]


def compared(*words: str, given: str = "") -> tuple[int, dict[str, Any]]:
    done = run_here("twins", "--format", "json", *words, given=given)
    return done.returncode, json.loads(done.stdout)


def place(found: dict[str, Any]) -> tuple[int, str, str]:
    return found["iteration"], found["phase"], found["name"]


def alone(script: str) -> list[float]:
    """The losses of a script of the first kind, run here from the same seed."""
    names: dict[str, Any] = {}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        exec(script.replace("parse_args()", "parse_args([])"), names)
    losses: list[float] = names["losses"]
    return losses


def test_a_script_beside_itself_is_equal_and_its_losses_are_its_own(tmp_path: Path) -> None:
    [a] = wrote(tmp_path, a=TOP)
    status, found = compared(a, a)
    assert (status, found["first"], found["iterations"]) == (0, None, 4)
    assert found["losses"] == [[loss, loss] for loss in alone(TOP)]
    assert found["endings"] == [{"iterations": 4, "status": 0}] * 2


def test_words_for_both_and_for_each(tmp_path: Path) -> None:
    a, b = wrote(tmp_path, a=TOP, b=TOP.replace("nn.ReLU()", "nn.ReLU(inplace=True)"))
    status, found = compared("--iterations", "3", "--", a, b, "--lr", "0.2")
    assert (status, found["iterations"], found["endings"]) == (0, 3, [None, None])
    assert [one for one, _ in found["losses"]] == alone(TOP.replace("=0.1", "=0.2"))[:3]
    status, found = compared("--", a, "--lr", "0.1", "--", a, "--lr", "0.2")
    first = found["first"]
    assert (status, place(first)) == (1, (1, "update", "0.weight"))
    assert found["names"] == ["a.py --lr 0.1", "a.py --lr 0.2"]
    assert (first["text_a"], first["line_a"], first["count"]) == ("opt.step()", 18, 32)
    assert [ours == theirs for ours, theirs in found["losses"]] == [True, False, False, False]


def test_both_lines_values_and_shapes_are_printed(tmp_path: Path) -> None:
    broken = TOP.replace("model(x), y)", "model(x), y * 1.5)").replace(
        "losses = []\n", "losses = []\n\n"
    )
    a, b = wrote(tmp_path, good=TOP, bad=broken)
    done = run_here("twins", "--format", "text", a, b)
    first = done.stdout.splitlines()[1:6]
    assert first[0].startswith("First difference: iteration 1, data: target · lines 15 and 16")
    assert first[1] == "  good.py:15  loss = nn.functional.mse_loss(model(x), y)"
    assert first[2].split()[0] == "bad.py:16" and first[2].endswith("y * 1.5)")
    assert first[4].strip().startswith("16 of 16 elements (16×1) differ, at most by ")
    assert done.returncode == 1
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.nn.Linear(4, 8), torch.nn.Linear(8, 1)
        y = float(torch.randn(16, 4).sum(1)[0])
    [one, other] = [float(v.replace("−", "-")) for v in first[3].split() if v[-1].isdigit()]
    assert math.isclose(one, y, rel_tol=1e-6) and math.isclose(other, 1.5 * y, rel_tol=1e-6)


def test_what_was_moved_is_found_with_both_lines(tmp_path: Path) -> None:
    back, edit = "    loss.backward()\n", "    model[2].weight.data.mul_(0.5)\n"
    good, bad = TOP.replace(back, back + edit), TOP.replace(back, edit + back)
    a, b = wrote(tmp_path, good=good, bad=bad)
    status, found = compared("--iterations", "1", a, b)
    first = found["first"]
    assert (status, place(first), first["how"]) == (1, (1, "update", "2.weight"), "earlier-b")
    assert (first["line_a"], first["line_b"]) == (18, 17) and first["a"] is None
    assert first["text_a"] == first["text_b"] == edit.strip()
    assert place(found["first_number"])[1:] == ("backward", "2")
    done = run_here("twins", "--format", "text", "--iterations", "1", a, b)
    assert "update: 2.weight · lines 18 and 17 · good.py does it later\n" in done.stdout
    same = Path(b).with_name("same.py")
    same.write_text(bad.replace("model[2]", "model[0]"))  # no gradient is computed from it
    Path(a).write_text(good.replace("model[2]", "model[0]"))
    status, found = compared("--iterations", "3", a, str(same))
    assert (status, place(found["first"])) == (1, (1, "update", "0.weight"))
    assert found["first_number"] is None
    assert all(ours == theirs for ours, theirs in found["losses"])


@pytest.mark.slow
def test_a_class_that_shuffles_drops_and_exits(tmp_path: Path) -> None:
    a, b, c = wrote(
        tmp_path, a=TRAINER, b=TRAINER.replace(".train()", ".eval()"),
        c=TRAINER.replace("exit(0)", "exit(3)"),
    )  # fmt: skip
    status, found = compared(a, b)
    assert (status, place(found["first"])) == (1, (1, "forward", "1"))
    assert (found["first"]["op"], found["first"]["text_a"][:4]) == ("dropout", "loss")
    done = run_here("twins", "--format", "text", a, c)
    assert done.returncode == 1
    assert "No difference in 5 iterations" in done.stdout
    assert "c.py ended after iteration 5 with exit status 3" in done.stdout
    assert sum(line.startswith("a.py: loss ") for line in done.stderr.splitlines()) == 5


@pytest.mark.slow
def test_both_read_what_stands_on_standard_input(tmp_path: Path) -> None:
    kept = FUNCTIONS.replace("optimizer.zero_grad()", "pass")
    a, b = wrote(tmp_path, a=FUNCTIONS, b=kept)
    status, found = compared(a, a, given=ROWS)
    assert (status, found["iterations"]) == (0, 3)
    status, found = compared(a, b, given=ROWS)
    assert status == 1 and found["first"]["how"] == "only-a"
    assert place(found["first_number"])[:2] == (2, "backward")


def test_one_fails_half_way_and_one_goes_on_longer(tmp_path: Path) -> None:
    fails = TOP.replace(
        "opt.zero_grad()", "opt.zero_grad()\n    if n == 2: model[0] = nn.Linear(5, 8)"
    )
    fails = fails.replace("y = x", "y = model(x) - model(x) + x")
    same = TOP.replace("y = x", "y = model(x) - model(x) + x")
    a, b = wrote(tmp_path, a=same, b=fails)
    done = run_here("twins", "--format", "text", a, b)
    assert done.returncode == 1 and "b.py stopped in iteration 4: RuntimeError: mat1" in done.stdout
    assert 'b.py", line 14, in <module>' in done.stdout
    done = run_here("twins", "--format", "text", "--", a, "--steps", "2", "--", a)
    assert done.returncode == 1 and "a.py --steps 2 ended after iteration 2" in done.stdout
    assert "No difference in 2 iterations" in done.stdout


TENSORS = """import torch

x = torch.randn(64, 3)
w = torch.zeros(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for _ in range(4):
    loss = ((x @ w + b - x.sum(1, keepdim=True)) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p.data -= 0.1 * p.grad
    w.grad = b.grad = None
"""
"""Neither a module nor an optimizer."""


@pytest.mark.slow
def test_tensors_that_are_trained_alone_and_in_a_thread(tmp_path: Path) -> None:
    inside = f"def main():\n{textwrap.indent(TENSORS, '    ')}\n"
    started = "import threading\nt = threading.Thread(target=main)\nt.start()\nt.join()\n"
    a, b, c = wrote(
        tmp_path, a=TENSORS, b=TENSORS.replace("w.grad = b.grad = None", "w.grad = None"),
        c=inside + started,
    )  # fmt: skip
    status, found = compared(a, b)
    assert (status, found["iterations"]) == (1, 4)
    assert place(found["first"])[1:] == ("zero_grad", "b") and found["first"]["how"] == "only-a"
    assert place(found["first_number"]) == (2, "backward", "b")
    assert found["first_number"]["text_b"] == "loss.backward()"
    status, found = compared(c, c)
    assert (status, found["iterations"]) == (0, 4)


def test_what_comes_to_no_step_is_one_line(tmp_path: Path) -> None:
    a, never, raises = wrote(
        tmp_path, a=TOP, never=TOP.replace("    loss.backward()\n    opt.step()\n", ""),
        raises="import torch\n\nraise KeyError('mine')\n",
    )  # fmt: skip
    done = run_here("twins", "--format", "text", a, never)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "lenet-tui: never.py: the script ended, and no update was seen: optimizer.step() was never"
        " called"
    ]
    done = run_here("twins", "--format", "text", raises, a)
    assert done.returncode == 2 and done.stderr.startswith("Traceback (most recent call last)")
    assert done.stderr.splitlines()[-1] == "lenet-tui: raises.py: KeyError: 'mine' (raises.py:3)"
    assert "lenet_tui/" not in done.stderr


def test_words_that_name_no_two_scripts(tmp_path: Path) -> None:
    [a] = wrote(tmp_path, a=TOP)
    bad = ["--", a], ["--", a, "--lr", "1"], ["--", a, "--"], ["--", a, "--", "no.py"], ["-m", a]
    for words in (
        *bad,
        ["--device", "cpu", "--", a, a],
        ["--lr", "1", a, a],
        [a, "--", a],
        [a, a, a],
    ):
        done = run_here("twins", *words)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, words
        assert not done.stdout


def test_which_files_are_training_files(tmp_path: Path) -> None:
    step = "import torch\ndef step(batch):\n    batch.sum().backward()\n"
    kinds = {
        TOP: False, TRAINER: False, FUNCTIONS: False, step: True, "def (": False, "": False,
        "model, data = make()\n": True, "model = make()\n": False,
        f"{step}for n in range(3):\n    step(n).backward()\n": False,
        "from mine import model, batches as data\n": True,
    }  # fmt: skip
    kinds |= {text: True for m in MISTAKES for text in (m.healthy, m.broken)}
    for text, kind in kinds.items():
        [file] = wrote(tmp_path, file=text)
        assert is_training_file(file) == kind, text


@pytest.mark.slow
def test_processes_of_their_own_that_end_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # they import torch themselves
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    dies = TOP.replace(
        "    opt.step()\n", "    opt.step()\n    if n == 1: import os; os._exit(7)\n"
    )
    a, b = wrote(tmp_path, a=TOP, b=dies)
    done = run_here("twins", "--format", "text", a, b)
    assert done.returncode == 1
    assert "b.py stopped in iteration 3: its process ended without a word (exit status 7)" in (
        done.stdout
    )
    early = "import os, sys\nassert not {'torch', 'numpy'} & {*sys.modules}\nos._exit(5)\n"
    wrote(tmp_path, early=early, late=TOP)
    done = run_here("twins", "--format", "text", "-m", "--", "late", "--", "early")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("lenet-tui: early: its process ended without a word (exit status 5)\n")
