"""Watchpoints: runs stop at the very op, forwards and backwards, as a slow search finds it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from lenet_tui.protocol.condition import Watch, parse_watch
from tests.harness.driving import Drive
from tests.harness.oracle import IterationPlan, LeNet, Settings
from tests.harness.oracle_loops import activations
from tests.harness.oracle_moves import At

NAMES = [
    *("conv1", "conv1.relu", "conv1.max_pool2d", "conv2", "conv2.relu", "conv2.max_pool2d"),
    *("conv2.view", "fc1", "fc1.relu", "fc2", "fc2.relu", "fc3"),
]
LENGTH = 45
Known = dict[str, Tensor | float]


def every_op(iterations: int, settings: Settings) -> Iterator[tuple[At, Known, set[str]]]:
    """Each op of a script: where, what is known then, and the names it has just written."""
    script = IterationPlan(settings)
    known: Known = {}
    parameters = list(script.parameters)

    def place(iteration: int, phase: str, op: int, total: int, before: int) -> At:
        return iteration, phase, None if op == total else op, before + op

    for iteration in range(1, iterations + 1):
        script.follow([*script.done, ("forward", iteration)])
        assert script.batch and isinstance(script.net, LeNet)
        with torch.no_grad():
            values = activations(script.net, script.batch[0])
        for op, (name, value) in enumerate(zip(NAMES, values, strict=True), 1):
            known |= {name: value, "iteration": float(iteration)}
            new = {name} | ({"iteration"} if op == 1 else set())
            yield place(iteration, "forward", op, 12, 0), known, new
        script.follow([*script.done, ("loss",)])
        assert script.loss_number is not None
        known["loss"] = script.loss_number
        yield place(iteration, "loss", 1, 1, 12), known, {"loss"}
        for op, name in enumerate(parameters, 1):
            known.pop(f"{name}.grad", None)
            yield place(iteration, "zero_grad", op, 10, 13), known, set()
        zeros = [("zero_grad", number) for number in range(10)]
        script.follow([*script.done, *zeros, ("backward", None)])
        for op, found in enumerate(script.ran.grads, 1):
            new = {f"{found[0]}.grad"} if found else set()
            if found:
                known[f"{found[0]}.grad"] = found[1]
            yield place(iteration, "backward", op, len(script.ran.grads), 23), known, new
        before = 23 + len(script.ran.grads)
        for op, name in enumerate(parameters, 1):
            old = script.parameters[name].detach().clone()
            script.follow([*script.done, ("update", op - 1)])
            after = script.parameters[name].detach().clone()
            known |= {name: after, f"{name}.update": after - old, f"{name} before": old}
            yield place(iteration, "update", op, 10, before), known, {name, f"{name}.update"}


def quantity(known: Mapping[str, Tensor | float], watch: Watch) -> float:
    """The number that a watchpoint is about, by its definition."""
    if watch.quantity in ("loss", "iteration"):
        return float(known[watch.quantity])
    if watch.quantity == "ratio":
        old, change = known[f"{watch.of} before"], known[f"{watch.of}.update"]
        assert isinstance(old, Tensor) and isinstance(change, Tensor)
        return float(change.double().norm() / old.double().norm())
    tensor = known[watch.of]
    assert isinstance(tensor, Tensor)
    if watch.quantity == "inactive":
        return float((tensor == 0).double().mean())
    reduced: Tensor = getattr(tensor.double(), watch.quantity)()
    return float(reduced.detach())


def turns(lines: list[str], iterations: int, settings: Settings) -> list[At]:
    """Every place at which one of some watchpoints becomes true."""
    watches = [parse_watch(line) for line in lines]
    start = dict(IterationPlan(settings).parameters)
    truth = [
        w.of in start and w.quantity != "ratio" and w.holds(quantity(start, w)) for w in watches
    ]
    found = []
    for at, known, new in every_op(iterations, settings):
        turned = False
        for number, watch in enumerate(watches):
            name = f"{watch.of}.update" if watch.quantity == "ratio" else watch.of or watch.quantity
            if name in new:
                holds = watch.holds(quantity(known, watch))
                turned |= holds and not truth[number]
                truth[number] = holds
        if turned:
            found.append(at)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "lines",
    [
        ["iteration = 3", "iteration = 41", "inactive(fc1.relu) > 0.52"],
        *(
            pytest.param(lines, marks=pytest.mark.slow)
            for lines in (
                ["loss < 2.2"],
                ["ratio(fc3.weight) > 0.0018", "mean(conv2.max_pool2d) > 0.06", "iteration = 20"],
                ["norm(conv1.weight.grad) > 0.0987"],
                ["norm(fc3.bias) < 0.175"],
                ["max(conv1) > 1", "loss > 2.37"],
                ["min(fc2.weight.update) < -2e-4", "inactive(fc2.relu) > 0"],
                ["mean(fc3) > -0.005", "min(conv2.bias.grad) < -0.055"],
            )
        ),
    ],
)
def test_forwards_and_backwards_to_each_turn(lines: list[str]) -> None:
    expected = turns(lines, LENGTH, Settings(seed=1))
    assert 1 <= len(expected) < 40
    drive = Drive(seed=1)
    drive(*(f"watch {line}" for line in lines))
    found = []
    while str(drive(f"continue {LENGTH + 1 - drive.at[0]}").stopped).startswith("watch "):
        found.append(drive.at)
    assert found[: len(expected)] == expected
    assert all(at[0] > LENGTH for at in found[len(expected) :])
    drive(f"goto {LENGTH}")
    back = []
    while str(drive("reverse-continue").stopped).startswith("watch "):
        back.append(drive.at)
    assert back == expected[::-1]
    assert str(drive.moved.stopped) == "no watchpoint became true before this point"


@pytest.mark.slow
def test_far_back_what_stopped_a_run_is_found_again() -> None:
    """Stretches of history grow while nothing is found in them."""
    drive = Drive(seed=2)
    drive("watch norm(fc3.bias) > 0.21", "watch iteration = 7", "watch norm(conv1.weight) > 1.41")
    found = []
    while str(drive(f"continue {400 - drive.at[0]}").stopped).startswith("watch "):
        found.append((str(drive.moved.stopped), drive.at))
    drive("goto 400")
    assert {told[:7] for told, _ in found} == {"watch 1", "watch 2", "watch 3"}
    back = []
    while str(drive("reverse-continue").stopped).startswith("watch "):
        back.append((str(drive.moved.stopped), drive.at))
    assert back == found[::-1]


def test_backwards_over_what_was_done_out_of_turn() -> None:
    """A loss computed again at a keyframe's boundary leans on the output from before it."""
    drive = Drive()
    drive("watch iteration = 5", "run 32", "do loss", "run 8")
    assert str(drive("reverse-continue").stopped) == "watch 1: iteration = 5 (5)"
    assert drive.at == (5, "forward", 1, 1)


def test_an_iteration_that_begins_with_a_skip_begins_with_its_first_op() -> None:
    drive = Drive()
    drive("watch iteration = 4", "run 3", "skip forward", "skip loss", "skip zero_grad")
    drive("skip backward", "run 4")
    for line in ("reverse-continue", "goto 2", "continue"):
        drive(line)
        assert line == "goto 2" or drive.at == (4, "update", 1, 1)


def test_what_held_before_does_not_become_true_again() -> None:
    """Stopped before fc1.relu is known: what held in the iteration before is remembered."""
    drive = Drive()
    drive("watch inactive(fc1.relu) > 0", "watch iteration = 3")
    assert str(drive("continue").stopped).startswith("watch 1")
    assert str(drive("continue").stopped).startswith("watch 2")
    assert drive.at == (3, "forward", 1, 1)
    assert str(drive("continue 5").stopped) == "5 iterations"


def test_a_limit_ends_it() -> None:
    drive = Drive()
    drive("watch loss < 0", "phase")
    assert str(drive("continue 5").stopped) == "5 iterations"
    assert drive.at == (5, "update", None, 60)
    assert drive("continue 3").frame.position.iteration == 8
    assert str(drive.moved.stopped) == "3 iterations"


def test_unwatch() -> None:
    drive = Drive()
    drive("watch iteration = 4", "watch iteration = 6", "unwatch 1")
    assert str(drive("continue").stopped) == "watch 2: iteration = 6 (6)"
    assert str(drive.tries("unwatch 1").error) == "there is no watchpoint 1"


@pytest.mark.parametrize(
    "line, hint",
    [
        ("watch norm(conv9.weight) > 1", "conv9.weight"),
        ("watch ratio(conv1.relu) > 1", "conv1.weight"),
        ("watch max(conv1.update) > 1", "conv1.update"),
    ],
)
def test_what_cannot_be_watched_is_refused(line: str, hint: str) -> None:
    drive = Drive()
    error = str(drive.tries(line).error)
    assert hint in error
    assert "\n" not in error
    assert not drive("op").frame.watches


def test_the_values_of_watchpoints_are_shown() -> None:
    drive = Drive()
    drive("watch loss > 1", "watch max(conv1) > 100")
    assert drive("phase").frame.watches[0][2:] == (None, False)
    number, text, value, holds = drive("phase").frame.watches[0]
    assert (number, text, value, holds) == (1, "loss > 1", drive.moved.frame.loss, True)
    conv1 = drive.find("conv1").tensor
    assert conv1 is not None
    assert drive.moved.frame.watches[1][2] == conv1.max().item()
    assert not drive.moved.frame.watches[1][3]


def test_watchpoints_outlive_the_engine() -> None:
    drive = Drive()
    drive("watch iteration = 2", "watch loss < 2.2", "unwatch 1")
    drive.again()
    assert [w[:2] for w in drive("phase").frame.watches] == [(2, "loss < 2.2")]


# NaN and infinity


def test_the_op_that_overflows_is_found_and_what_went_in() -> None:
    """Lr 1e30: the weights stay finite (1e28), and the second conv of the next forward does not."""
    drive = Drive(lr=1e30)
    stopped = str(drive("continue").stopped)
    assert drive.at == (2, "forward", 4, 4)
    assert stopped.startswith("conv2 · conv2d made ")
    assert "; 16×6×5×5, −" in stopped
    settings = Settings(lr=1e30)
    for at, known, new in every_op(2, settings):
        tensors = [t for n in new if isinstance(t := known[n], Tensor)]
        if not all(bool(torch.isfinite(t).all()) for t in tensors):
            assert at == drive.at
            break
    drive("back phase")
    assert str(drive("continue").stopped) == stopped
    assert drive.at == (2, "forward", 4, 4)
    drive("run 5")
    while drive("reverse-continue").frame.position.iteration > 2:
        pass
    while drive.at[1] != "forward":
        drive("reverse-continue")
    assert drive.at == (2, "forward", 4, 4)
    assert str(drive.moved.stopped) == stopped


@pytest.mark.slow
def test_a_logarithm_of_a_negative_number_is_found_far_into_a_run() -> None:
    drive = Drive(model="tests.harness.models:NotANumber", lr=0.05)
    stopped = str(drive("continue").stopped)
    iteration, phase, op, index = drive.at
    assert (phase, op, index) == ("forward", 2, 2), stopped
    assert iteration > 3
    assert stopped.startswith(
        "input.log · log made NaN (1 of 1 numbers not finite); it was given 1, −"
    )
    assert not any(math.isnan(x) for x in drive.moved.frame.losses)
    assert math.isfinite(drive.moved.frame.loss or math.nan)
    drive("finish")
    assert math.isnan(drive.moved.frame.loss or 0)
    assert str(drive("reverse-continue").stopped) == stopped
    assert drive.at == (iteration, phase, op, index)


def test_a_run_that_nobody_asked_to_stop_does_not() -> None:
    drive = Drive(lr=1e30)
    drive("watch iteration = 1")
    assert drive("run 4").frame.position.iteration == 4


def test_infinity_in_a_list_of_operands_is_not_blamed_on_the_op() -> None:
    """``torch.cat`` of something that is infinite already."""
    drive = Drive(model="tests.harness.models:Joined")
    stopped = str(drive("continue 3").stopped)
    assert stopped.startswith("input.div · div made ∞")
    assert str(drive("continue 3").stopped) != stopped
    assert "cat" not in str(drive.moved.stopped)


FILE = """
import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
x = torch.randn(4, 8, 3)
x[2, 0, 1] = float("nan")
data = [(b, b.sum(1, keepdim=True).nan_to_num()) for b in x]
loss = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), 0.1)
"""


def test_nan_that_comes_with_the_data_is_not_blamed_on_an_op(tmp_path: Path) -> None:
    file = tmp_path / "data.py"
    file.write_text(FILE)
    drive = Drive("", model=str(file))
    stopped = str(drive("continue 4").stopped)
    assert drive.at[:2] == (3, "forward")
    assert stopped.startswith("0 · linear was given NaN, which came in from outside")
