"""The exported script repeats the session to the bit, with torch and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from lenet_tui.export.engine import samples as export_samples
from lenet_tui.export.engine.answers import export
from lenet_tui.export.plan import Plan
from lenet_tui.export.request import Export
from lenet_tui.protocol.iteration_plan import Change, IterationPlan, regular
from lenet_tui.protocol.moves import Set
from lenet_tui.protocol.options import OPTIMIZERS, PRESETS, resolve
from lenet_tui.protocol.request import Rejected
from tests.harness.driving import Drive
from tests.harness.export_sessions import exported, printed, ran, run_alone, shown, training, wander
from tests.harness.few import few

pytestmark = pytest.mark.filterwarnings("ignore:Using a target size", "ignore:A NumPy version")

REGULAR = regular(())
ODD = (
    *("run 2", "set lr 0.1", "run 2", "phase", "phase", "skip zero_grad", "phase", "op", "op"),
    *("set optimizer adam", "op", "set lr 0.003", "finish", "set batch-size 4", "run 2"),
    *("phase", "do backward onehot 3", "do forward", "finish", "phase", "phase", "op", "op"),
    *("set loss mse", "phase", "op", "op", "op", "op", "op", "op", "op"),
)


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(n, marks=pytest.mark.slow) for n in (*range(3), *range(4, 12)))]
)
def test_the_script_of_any_session_ends_where_the_session_is(seed: int) -> None:
    dice = random.Random(seed)
    drive = Drive(
        PRESETS[seed % 2],
        seed=dice.randrange(1000),
        optimizer=OPTIMIZERS[seed % len(OPTIMIZERS)],
        batch_size=dice.choice((1, 1, 3)),
    )
    wander(drive, dice, 25)
    assert ran(exported(drive)) == shown(drive)


@pytest.mark.slow
def test_the_script_needs_nothing_but_torch_and_prints_what_the_screen_shows(
    tmp_path: Path,
) -> None:
    drive = Drive("digits", seed=5)
    drive(*ODD)
    script = exported(drive)
    body = training(script)
    assert "# zero_grad skipped" in body
    assert "step(optimizer, list(net.parameters())[2:3])" in body
    assert "v[..., 3] = 1" in body
    assert "list(net.parameters())[2:]:\n        p.grad = None" in body
    assert 'reached = ("fc3.bias", "fc3.weight",)' in body
    done = run_alone(script, tmp_path, "--verify")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "torch without numpy warns, and need not"
    assert printed(done.stdout) == shown(drive)
    assert "22 of 22 are equal" in done.stdout
    assert "another" not in done.stdout


@pytest.mark.slow
def test_a_tampered_script_says_what_differs_and_where_it_is_elsewhere(tmp_path: Path) -> None:
    drive = Drive("notebook", optimizer="momentum")
    drive("run 3", "phase", "do backward random")
    script = exported(drive)
    assert "output.backward(vector)  # out of turn" in training(script)
    digest = shown(drive)["fc2.bias"]
    wrong = script.replace(f'"{digest}"', f'"{digest[::-1]}"')
    wrong = wrong.replace('"threads": "1"', '"threads": "3"').replace('"torch": "', '"torch": "0.')
    assert wrong != script
    done = run_alone(wrong, tmp_path, "--verify")
    assert done.returncode == 1, done.stderr
    assert f"differs: fc2.bias: {digest}, recorded {digest[::-1]}" in done.stdout
    assert "21 of 22 are equal" in done.stdout
    assert "another threads: 1 here, 3 when recorded" in done.stdout
    assert "bits may honestly differ with another torch, threads" in done.stdout


@pytest.mark.slow
def test_without_verify_nothing_is_compared(tmp_path: Path) -> None:
    drive = Drive("notebook")
    drive("finish")
    script = exported(drive)
    digest = shown(drive)["STATE"]
    done = run_alone(script.replace(f'"{digest}"', '"0"'), tmp_path)
    assert done.returncode == 0, done.stderr
    assert printed(done.stdout) == shown(drive)
    assert "equal" not in done.stdout


@pytest.mark.slow
def test_regular_iterations_are_one_plain_loop() -> None:
    drive = Drive("digits", batch_size=64)
    drive("run 30")
    script = exported(drive)
    lines = training(script).splitlines()
    loop = lines.index("    for iteration in range(1, 31):")
    assert lines[loop + 1 :] == [
        "        input, target = digits.batch(64)",
        "        output = net(input)",
        "        loss = criterion(output, target)",
        "        net.zero_grad()",
        "        loss.backward()",
        "        for p in net.parameters():",
        "            p.data.sub_(p.grad.data * lr)",
        "",
    ]
    assert ran(script) == shown(drive)  # more than an epoch, the last batch of it smaller


def test_only_the_samples_used_are_in_the_script() -> None:
    drive = Drive("digits", batch_size=3)
    drive("run 2")
    assert "kept=6," in exported(drive)
    drive("phase")
    assert "kept=9," in exported(drive)
    drive("back phase")
    assert "kept=6," in exported(drive)


def test_at_init_there_is_no_loss() -> None:
    drive = Drive("digits", seed=3)
    found = ran(exported(drive))
    assert found == shown(drive)
    assert found["LOSS"] == "None"


def test_options_changed_before_the_first_iteration_and_after_the_last() -> None:
    drive = Drive("notebook")
    drive("set lr 0.5", "set optimizer adam", "do forward", "run 2", "set lr 0.1", "do zero_grad")
    assert ran(exported(drive)) == shown(drive)


@pytest.mark.parametrize("moves", [("phase",) * 4, ("back op",), ("goto 1",), ("op",)])
def test_the_script_follows_the_cursor_back(moves: tuple[str, ...]) -> None:
    drive = Drive("digits")
    drive("run 3", "set lr 0.2", "run 2", "goto 2", *moves)
    assert ran(exported(drive)) == shown(drive)


@pytest.mark.parametrize(
    "last", few([("finish", "op", "op"), (), ("set loss mse", "finish", "phase")])
)
def test_a_new_engine_exports_the_same_script(last: tuple[str, ...]) -> None:
    drive = Drive("digits")
    drive(*ODD, *last, *["op"] * (9 if "phase" in last else 0))
    script = exported(drive)
    drive.again()
    assert exported(drive) == script
    assert ran(script) == shown(drive)


def test_another_device_is_moved_to_where_the_session_was() -> None:
    plan = Plan(resolve("notebook", device="cuda:0"), "Net()", {"digits": 9}.__getitem__, bool)
    turn = IterationPlan(REGULAR.segments, (Change(4, None, Set("device", "cpu")),))
    plan.iteration(1, turn)
    plan.iteration(2, REGULAR)
    text = [line for block in plan.blocks for line in block.lines]
    assert plan.devices == ["cuda:0", "cpu"]
    assert plan.helpers == {"deterministic"}
    assert text.index("target = torch.randn(10).view(1, -1)") < text.index("net.to(device)")
    moved = "input, vector, target = input.to(device), vector.to(device), target.to(device)"
    assert text.count(moved) == 2
    assert text[text.index('device = "cpu"') + 1] == "net.to(device)"

    adam = resolve("digits", device="cpu", optimizer="adam")
    plan = Plan(adam, "Net()", {"digits": 9}.__getitem__, bool)
    plan.iteration(1, IterationPlan(REGULAR.segments, (Change(4, None, Set("device", "cuda:1")),)))
    plan.iteration(2, REGULAR)
    text = [line for block in plan.blocks for line in block.lines]
    assert plan.helpers == {"deterministic", "move_state"}
    assert "move_state(optimizer, device)" in text
    assert text.index("input, target = digits.batch(1)") < text.index("deterministic()")
    assert "input, target = digits.batch(1, device)" in text


def test_a_script_holds_only_so_many_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_samples, "MAX_PACKED", 64)
    drive = Drive("digits")
    drive("finish")
    assert exported(drive)
    drive("finish")
    assert "the session took 2 samples" in rejected(drive)


def test_a_new_seed_begins_a_new_script() -> None:
    drive = Drive("digits")
    drive("set lr 0.3", "run 3", "set seed 9", "run 2")
    script = exported(drive)
    assert "torch.manual_seed(9)" in script
    assert "lr = 0.3" in script
    assert ran(script) == shown(drive)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "dtype", "packed"),
    [
        ((28, 28), "uint8", "size=(28, 28), dtype=torch.uint8, divisor=127.5"),
        ((32, 32), "float64", "size=(32, 32), dtype=torch.float32, divisor=0"),
        ((9, 11), "int32", "size=(9, 11), dtype=torch.float32, divisor=0"),
    ],
)
def test_samples_of_a_file_come_out_the_same(
    shape: tuple[int, int], dtype: str, packed: str, tmp_path: Path
) -> None:
    luck = np.random.default_rng(1)
    images = luck.integers(0, 255, (40, *shape)).astype(dtype)
    np.savez(tmp_path / "own.npz", images=images, labels=luck.integers(0, 10, 40))
    drive = Drive("digits")
    drive("run 2", f"set data {tmp_path / 'own.npz'}", "set batch-size 5", "run 8")
    drive("set data digits", "finish")
    script = exported(drive)
    assert packed in script
    assert ("background=-1.0" in script) == (shape == (28, 28))
    assert "samples.batch(5)" in script
    assert ran(script) == shown(drive)


def test_other_models_go_along_with_their_source() -> None:
    drive = Drive("digits", model="tests.harness.models:sequential", optimizer="adam")
    drive("run 3", "phase", "do forward", "run 2", "op", "op")  # dropout draws each time
    script = exported(drive)
    assert "net = sequential()" in script
    assert "class" not in script.partition("def session")[0]
    assert ran(script) == shown(drive)


def test_a_model_takes_what_it_needs_along_and_no_more() -> None:
    drive = Drive("notebook", model="tests.harness.export_models:Branches")
    drive("phase", "do backward random", "do forward", "do backward random", "do forward", "finish")
    script = exported(drive)
    assert script.index("WIDTH: int = 6") < script.index("class Branch(") < script.index("@cache")
    assert "from functools import cache" in script
    assert "UNUSED" not in script
    assert "type: ignore" not in script
    assert ran(script) == shown(drive)


def rejected(drive: Drive) -> str:
    """Why the session cannot be a script."""
    with pytest.raises(Rejected) as rejected:
        export(Export(), drive.session)
    return str(rejected.value)


def test_a_model_that_cannot_go_along_is_refused_in_one_line() -> None:
    drive = Drive("digits", model="tests.harness.export_models:with_numpy")
    assert "import numpy as np" in rejected(drive)
    drive = Drive("digits", model="tests.harness.export_models:unnamed")
    assert "its source is not available" in rejected(drive)
    drive = Drive("digits", model="tests.harness.export_models:session")
    assert "defines 'session', which the script needs" in rejected(drive)
