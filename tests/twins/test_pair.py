"""Two programs stepped together: where they part, to the bit of plain PyTorch."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lenet_tui.text.notice import Problem
from lenet_tui.twins.engine.alignment import same_bits
from lenet_tui.twins.engine.pair import run_twins
from lenet_tui.twins.mistake import BY_ID, MISTAKES, PROGRAMS, edited
from lenet_tui.twins.result import (
    DIFFERS,
    EARLIER_A,
    EARLIER_B,
    EQUAL,
    ONLY_A,
    ONLY_B,
    SHAPES,
    TwinRow,
    Twins,
)
from lenet_tui.twins.scripts import write_scripts
from tests.harness.driving import Drive
from tests.harness.terminal import environment
from tests.twins.script import Script

FIRST = {
    "no-zero-grad": ((1, "zero_grad", ONLY_A), (2, "backward", "head.bias")),
    "zero-grad-late": ((1, "zero_grad", EARLIER_A), (1, "update", "conv.weight")),
    "lr-times-ten": ((1, "update", DIFFERS), (1, "update", "conv.weight")),
    "softmax-first": ((1, "loss", ONLY_B), (1, "loss", "loss")),
    "softmax-dim": ((1, "loss", DIFFERS), (1, "loss", "loss.log_softmax")),
    "detached": ((1, "forward", ONLY_B), (1, "backward", "head")),
    "data-edit": ((1, "update", EARLIER_B), (1, "backward", "hidden")),
    "all-zero": ((0, "init", DIFFERS), (0, "init", "conv.weight")),
    "stale-optimizer": ((1, "zero_grad", ONLY_A), (2, "forward", "head")),
    "sum-for-mean": ((1, "loss", DIFFERS), (1, "loss", "loss")),
    "labels-from-one": ((1, "loss", ONLY_A), None),
    "dropout-last": ((1, "loss", ONLY_B), (1, "loss", "loss")),
    "clip-after-step": ((1, "update", EARLIER_B), (1, "update", "conv.weight")),
    "broadcast-target": ((1, "data", SHAPES), (1, "data", "target")),
    "relu-output": ((1, "forward", ONLY_B), (1, "loss", "loss")),
    "raw-input": ((1, "forward", ONLY_A), (1, "forward", "0")),
    "view-for-permute": ((1, "forward", ONLY_A), (1, "forward", "blocks.0")),
    "plain-list": ((0, "init", ONLY_A), (2, "forward", "blocks.0")),
    "one-layer-thrice": ((0, "init", ONLY_A), (1, "forward", "head")),
    "eval-left-on": ((2, "forward", ONLY_A), (2, "forward", "1")),
    "same-noise": ((1, "forward", DIFFERS), (1, "forward", "input.randn")),
    "not-divided": ((1, "loss", ONLY_A), (1, "backward", "loss.cross_entropy")),
    "clear-in-parts": ((1, "zero_grad", ONLY_B), (1, "backward", "2.bias")),
    "no-bias-correction": ((1, "update", ONLY_A), (1, "update", "other.mul")),
}
SAMPLE = ("no-zero-grad", "detached", "labels-from-one", "eval-left-on", "plain-list")


def at(found: tuple[int, TwinRow] | None, what: str) -> tuple[int, str, str] | None:
    return None if found is None else (found[0], found[1].phase, getattr(found[1], what))


def check(mistake: str) -> None:
    result = run_twins(Twins(mistake=mistake))
    assert (at(result.first, "how"), at(result.first_number, "name")) == FIRST[mistake]
    for place, text in enumerate((BY_ID[mistake].healthy, BY_ID[mistake].broken)):
        script = Script(text)
        for iteration in result.iterations[1:]:
            if iteration.errors[place] is None:
                assert iteration.losses[place] == script.step()
            else:
                assert iteration.losses[place] is None
    found = result.first_number
    if found is not None and found[1].first is not None:
        assert found[1].first.a != found[1].first.b


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("mistake", SAMPLE)
def test_the_twins_part_where_they_should_and_their_losses_are_a_scripts(mistake: str) -> None:
    check(mistake)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("mistake", sorted(set(FIRST) - set(SAMPLE)))
def test_all_others_too(mistake: str) -> None:
    check(mistake)


def test_every_mistake_has_its_place() -> None:
    assert set(FIRST) == set(BY_ID)


@pytest.mark.parametrize("program", sorted({mistake.program for mistake in MISTAKES}))
def test_a_program_beside_itself_has_no_difference(program: str, tmp_path: Path) -> None:
    again = tmp_path / "again.py"
    again.write_text((PROGRAMS / f"{program}.py").read_text("utf-8"), "utf-8")
    before = torch.get_rng_state(), random.getstate(), list(sys.path), set(sys.modules)
    result = run_twins(Twins(str(PROGRAMS / f"{program}.py"), str(again), iterations=3))
    assert len(result.iterations) == 4 and result.first is None and result.ended is None
    assert all(row.how == EQUAL for i in result.iterations for row in i.rows)
    after = torch.get_rng_state(), random.getstate(), list(sys.path)
    assert torch.equal(before[0], after[0]) and before[1:3] == after[1:]


def test_the_first_number_is_torchs_own(tmp_path: Path) -> None:
    mistake = BY_ID["no-zero-grad"]
    found = run_twins(Twins(mistake="no-zero-grad", iterations=2)).first_number
    assert found is not None
    a, b = Script(mistake.healthy), Script(mistake.broken)
    a.steps(2), b.steps(2)
    row, ours, theirs = found[1], a.grad("head.bias"), b.grad("head.bias")
    assert row.first is not None and row.first.index == (0,)
    assert (row.first.a, row.first.b) == (ours[0].item(), theirs[0].item())
    assert row.difference == (ours.double() - theirs.double()).abs().max().item()
    assert (row.count, row.size) == (int((ours != theirs).sum()), 10)
    assert row.a == ours.double().norm().item() and (row.line_a, row.line_b) == (41, 40)


def test_what_was_moved_is_compared_where_both_have_done_it() -> None:
    mistake = BY_ID["clip-after-step"]
    result = run_twins(Twins(mistake=mistake.id, iterations=1))
    rows = [row for row in result.iterations[1].rows if row.phase in ("clip", "update")]
    assert [(row.phase, row.how, row.moved) for row in rows] == [
        *[("update", EARLIER_B, True)] * 6,
        *[("clip", EQUAL, False)] * 6,
        *[("update", DIFFERS, True)] * 6,
    ]
    a, b = Script(mistake.healthy), Script(mistake.broken)
    a.step(), b.step()
    found = result.first_number
    assert found is not None and found[1] is rows[-6] and found[1].first is not None
    (ours, theirs), cell = (s.values["conv.weight"] for s in (a, b)), found[1].first
    assert (cell.a, cell.b) == (ours[cell.index].item(), theirs[cell.index].item())
    assert found[1].difference == (ours.double() - theirs.double()).abs().max().item()
    early = rows[0]
    assert (early.a, early.b, early.line_a, early.line_b) == (None, rows[-6].b, 43, 42)


def test_nan_is_equal_to_nan_and_none_to_none_alone() -> None:
    nan = torch.tensor([float("nan"), 1.0])
    assert same_bits(nan, nan.clone()) and not same_bits(nan, torch.tensor([0.0, 1.0]))
    assert same_bits(None, None) and not same_bits(None, torch.zeros(1))
    assert not same_bits(torch.zeros(2), torch.zeros(2, 1))
    assert not same_bits(torch.zeros(2), torch.zeros(2, dtype=torch.float64))


def test_files_without_a_step_are_run_in_the_apps_order(tmp_path: Path) -> None:
    text = (
        "import torch\nfrom torch import nn\nmodel = nn.Linear(4, 2)\nloss = nn.MSELoss()\n"
        "data = [(torch.ones(2, 4), torch.zeros(2, 2))]\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    )
    (tmp_path / "a.py").write_text(text)
    (tmp_path / "b.py").write_text(text.replace("lr=0.1", "lr=0.2"))
    (tmp_path / "c.py").write_text("boom = 1 / 0\n")
    result = run_twins(Twins(str(tmp_path / "a.py"), str(tmp_path / "b.py"), iterations=2))
    assert at(result.first, "name") == (1, "update", "weight")
    failed = run_twins(Twins(str(tmp_path / "a.py"), str(tmp_path / "c.py")))
    assert "ZeroDivisionError" in str(failed.error) and "boom = 1 / 0" in failed.traceback[2]


def test_a_session_beside_another_option_begins_where_its_iteration_began() -> None:
    drive = Drive()
    drive("run 2", "phase", "phase")
    before = drive.session.snapshot().digest
    result = run_twins(Twins(other=("set lr 0.1",), iterations=2), drive.session)
    assert result.names == ("lr 0.01", "lr 0.1")
    assert [i.number for i in result.iterations] == [0, 3, 4]
    assert at(result.first, "name") == (3, "update", "conv1.weight")
    assert drive.session.snapshot().digest == before
    losses = []
    for _ in range(2):
        drive("finish")
        losses.append(drive.session.navigator.trainer.last_loss)
    assert [i.losses[0] for i in result.iterations[1:]] == losses
    other = Drive()
    other("run 2", "set lr 0.1", "finish", "finish")
    assert result.iterations[-1].losses[1] == other.session.navigator.trainer.last_loss


def test_an_edit_must_find_its_place_once() -> None:
    with pytest.raises(AssertionError):
        edited("a\na\n", (("a", "b"),))


def printed(path: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, env=environment(), check=False
    )
    return [float(line) for line in done.stdout.split()]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", sorted(BY_ID))
def test_exported_scripts_print_the_losses_that_were_shown(mistake: str, tmp_path: Path) -> None:
    result = run_twins(Twins(mistake=mistake))
    for place, path in enumerate(write_scripts(BY_ID[mistake], tmp_path / "new")):
        losses = [i.losses[place] for i in result.iterations[1:] if i.errors[place] is None]
        made = printed(path)
        assert made[: len(losses)] == losses  # the twins stop where either fails
        assert result.ended is not None or len(made) == len(losses)
        assert "lenet_tui" not in path.read_text("utf-8")
    with pytest.raises(Problem, match="exists already"):
        write_scripts(BY_ID[mistake], tmp_path / "new")


@pytest.mark.parametrize("own", [False, True])
def test_a_line_is_of_the_file_or_not_named(own: bool, tmp_path: Path) -> None:
    """Of a model that torch brings, the line was that of torch's own file: line 253 of 8."""
    model = "Net(3, 1)" if own else "nn.Sequential(nn.Linear(3, 1))"
    text = f"""import torch
from torch import nn
class Net(nn.Linear):
    def forward(self, x):
        return super().forward(x)
model = {model}
data = [(torch.ones(4, 3), torch.ones(4, 1))]
loss = nn.MSELoss()
"""
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    a.write_text(text, "utf-8")
    b.write_text(text.replace("torch.ones(4, 3)", "torch.zeros(4, 3)"), "utf-8")
    result = run_twins(Twins(a=str(a), b=str(b), iterations=1))
    rows = [row for row in result.iterations[1].rows if row.phase == "forward"]
    assert rows and {(row.line_a, row.line_b) for row in rows} == {(5, 5) if own else (0, 0)}
