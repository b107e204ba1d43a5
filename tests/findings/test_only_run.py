"""After the first iteration a check only runs what that one has decided."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.engine.detectors.along_depth import AlongDepth
from lenet_tui.findings.engine.first_call import FirstCall
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.plain_run import _Watch
from lenet_tui.findings.engine.recording import record
from lenet_tui.findings.finding import Finding
from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

HEAD = """
import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 4))
data = [(torch.randn(12, 6), torch.arange(12) % 4) for _ in range(8)]
"""
IN_TURN = """
loss = nn.CrossEntropyLoss()
optimizer = lambda parameters: torch.optim.SGD(parameters, lr=0.01)
"""
STEP = """
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
seen = []

def step(batch):
    x, y = batch
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    seen.append(float(loss.detach()))
    return loss
"""


def found(
    folder: Path, text: str, counted: pytest.MonkeyPatch, iterations: int = 3
) -> tuple[list[Finding], int, list[int]]:
    """The findings of a program, how many iterations ran, and the numbers of those recorded."""
    file = folder / f"program{len([*folder.iterdir()])}.py"  # not the bytecode of the one before
    file.write_text(text)
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    before = keyframe.capture(trainer)
    recorded: list[int] = []

    def counting(trainer: Trainer, number: int, *rest: Any) -> Iteration:
        recorded.append(number)
        return record(trainer, number, *rest)

    counted.setattr("lenet_tui.findings.engine.check.record", counting)
    said = check(trainer, iterations)
    assert keyframe.capture(trainer) == before
    return [f for f in said.findings if f.fails], said.iterations, recorded


@pytest.mark.parametrize("rest", [IN_TURN, IN_TURN.replace("SGD", "Adam"), STEP])
def test_a_healthy_step_is_recorded_once(
    rest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(tmp_path, HEAD + rest, monkeypatch, 5) == ([], 5, [1])


LATE = {
    "a label": ("data[{}][1][5] = 7\n", "label-range"),
    "an input": ("data[{}][0][3, 1] = float('nan')\n", "nan-input"),
    "an infinity": ("data[{}][0][3, 1] = float('inf')\n", "nan-input"),
    "a shape": ("data[{0}] = (torch.randn(12, 5), data[{0}][1])\n", "raised"),
}


@pytest.mark.parametrize("rest", [IN_TURN, STEP])
@pytest.mark.parametrize("late", [2, 3])
def test_what_is_wrong_in_a_later_one_alone_is_recorded_and_said(
    late: int, rest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, (line, id) in LATE.items():
        text = HEAD + line.format(late - 1) + rest
        said, ran, recorded = found(tmp_path, text, monkeypatch)
        [one] = [f for f in said if f.id == id]
        assert one.iteration == late, name
        last = 3 if id == "nan-input" else late
        assert (ran, recorded) == (last, [1, *range(late, last + 1)]), name
        if id == "nan-input":
            assert one.evidence["index"] == [3, 1], name


def one_found(
    change: str, folder: Path, counted: pytest.MonkeyPatch, recorded: list[int]
) -> Finding:
    """The gravest finding of a step with a line more at its end."""
    text = HEAD + STEP.replace("    return loss\n", f"    {change}\n    return loss\n")
    said, ran, numbers = found(folder, text, counted)
    assert (ran, numbers) == (3, recorded), change
    return next(iter(said))


def test_what_a_step_does_otherwise_in_the_third_is_recorded_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = "model.eval() if len(seen) == 2 else None"
    left_on = one_found(change, tmp_path, monkeypatch, [1, 3])
    assert (left_on.id, left_on.evidence["iteration"]) == ("mode-eval-in-training", 3)
    text = STEP.replace("(model(x), y)", "(model(x).softmax(1) if len(seen) == 2 else model(x), y)")
    [twice], _, recorded = found(tmp_path, HEAD + text, monkeypatch)
    assert (twice.id, twice.iteration, recorded) == ("loss-on-probabilities", 3, [1, 3])


def test_what_only_two_iterations_show_is_recorded_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(old: str, new: str) -> tuple[str, list[int]]:
        said, _, recorded = found(tmp_path, HEAD + STEP.replace(old, new), monkeypatch)
        return next((f.id for f in said), ""), recorded

    every = [1, 2, 3]
    clears, steps = "    optimizer.zero_grad()\n", "    optimizer.step()\n"
    assert one(clears, "") == ("grad-accumulates", [1])
    assert one(clears, "    if len(seen) != 1: optimizer.zero_grad()\n")[1] == every
    for k in ("len(seen) % 2 == 0", "len(seen) % 2"):
        at_times = f"    if {k}:\n        optimizer.step()\n        optimizer.zero_grad()\n"
        text = HEAD + STEP.replace(clears, "").replace(steps, at_times)
        assert found(tmp_path, text, monkeypatch)[2][:2] == [1, 2], k
    clips = "    nn.utils.clip_grad_norm_(model.parameters(), 0.01)\n"
    assert one(steps, steps + clips) == ("clip-misplaced", [1])
    frozen = "    model[3].weight.requires_grad_(False)\n"
    assert one(steps, steps + frozen)[1][:2] == [1, 2]
    assert one("loss = F", "torch.manual_seed(1); loss = F")[1] == every


def test_the_samples_of_one_that_is_only_run_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = """
class Again:
    def __len__(self):
        return 3
    def __iter__(self):
        for number in NUMBERS:
            yield tuple(t.clone() for t in kept[number])
kept, data = data, Again()
"""
    for numbers, late, wanted in (
        ([0, 0, 1], [2], [1, 2, 3]), ([0, 1, 1], [3], [1, 3]), ([0, 1, 0], [], [1])
    ):  # fmt: skip
        text = HEAD + again.replace("NUMBERS", str(numbers)) + IN_TURN
        said, _, recorded = found(tmp_path, text, monkeypatch)
        assert [f.id for f in said] == ["same-batch-again"] * len(late), numbers
        assert ([f.iteration for f in said], recorded) == (late, wanted), numbers


def test_what_vanishes_is_measured_in_iterations_that_are_only_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = HEAD.replace(
        "model = nn.Sequential(nn.Linear(6, 16),",
        "model = nn.Sequential(nn.Linear(6, 16), "
        "*[m for _ in range(30) for m in (nn.Linear(16, 16), nn.Tanh())],",
    )
    for rest in (IN_TURN, STEP):
        [measured], _, once = found(tmp_path, deep + rest, monkeypatch)
        with monkeypatch.context() as undecided:
            undecided.setattr(AlongDepth, "undecided", lambda self: True)
            [recorded], _, always = found(tmp_path, deep + rest, monkeypatch)
        assert measured.id == "vanishing" and measured == recorded
        assert (once, always) == ([1], [1, 2, 3])


def test_what_is_not_decided_yet_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = "\nmodel.add_module('more', nn.Linear(2, 2))\noptimizer ="
    unused = HEAD + STEP.replace("\noptimizer =", added).replace("model(x)", "model[:4](x)")
    assert found(tmp_path, unused, monkeypatch)[2] == [1]
    last = HEAD + STEP.replace("    return", "    global last\n    last = loss\n    return")
    assert found(tmp_path, last, monkeypatch) == ([], 3, [1, 2])
    drops = HEAD.replace("nn.ReLU()", "nn.ReLU(), nn.Dropout(0.5)") + STEP
    assert found(tmp_path, drops, monkeypatch) == ([], 3, [1])
    over = drops.replace("nn.ReLU(), nn.Dropout(0.5)", "nn.Softplus(), nn.Dropout(0.5, True)")
    assert found(tmp_path, over, monkeypatch) == ([], 3, [1, 2])
    same = drops.replace("    x, y = batch", "    torch.set_rng_state(state)\n    x, y = batch")
    same = same.replace("seen = []", "state = torch.get_rng_state()")
    same = same.replace("    seen.append(float(loss.detach()))\n", "")
    same = same.replace(
        "nn.Linear(16, 4))", "nn.Linear(16, 4), nn.Dropout(0.5))"
    )  # the first is it
    [said], _, recorded = found(tmp_path, same, monkeypatch)
    assert (said.id, said.evidence["reason"], recorded) == (
        "same-batch-again",
        "dropout",
        [1, 2, 3],
    )


def test_nothing_that_watched_waits_for_the_collector(tmp_path: Path) -> None:
    """It would keep the tensors of an iteration for as long."""
    file = tmp_path / "program.py"
    file.write_text(HEAD + IN_TURN)
    trainer = Trainer(resolve("own", model=str(file), device="cpu"))
    gc.collect()
    gc.disable()
    try:
        assert check(trainer, 3).iterations == 3
        left = [type(o) for o in gc.get_objects() if type(o) in (_Watch, FirstCall)]
    finally:
        gc.enable()
    assert not left
