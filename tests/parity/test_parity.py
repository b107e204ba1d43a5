"""Device parity: what is compared is right, and what differs is found."""

from __future__ import annotations

import pickle

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.process.child import _plain
from lenet_tui.protocol.messages import Answered
from tests.harness.driving import Drive
from tests.harness.oracle import LeNet, digits, digits_order
from tests.harness.oracle_loops import activations
from tests.harness.parity import DOUBLE, SAME, compared, parity

# The numbers


def one_iteration(dtype: torch.dtype) -> tuple[dict[str, list[Tensor]], dict[str, Tensor]]:
    """The first iteration of ``digits``: forward, loss, update; and the gradients by name."""
    images, labels = digits()
    picked = digits_order(0, 0)[:4]
    torch.manual_seed(0)
    net = LeNet().to(dtype)
    image = images[picked].to(dtype)
    made = activations(net, image)
    loss = F.cross_entropy(made[-1], labels[picked])
    loss.backward()  # type: ignore[no-untyped-call]
    after, grads = [], {}
    for name, p in net.named_parameters():
        assert p.grad is not None
        grads[name] = p.grad
        after.append(p.data - p.grad * 0.01)
    return {"forward": made, "loss": [loss], "update": after}, grads


def furthest(a: Tensor, b: Tensor) -> tuple[float, float]:
    return float((a - b).detach().abs().max()), float(a.detach().abs().max())


def test_float32_against_float64_as_plain_torch_has_it() -> None:
    drive = Drive(batch_size=4)
    drive("phase", "phase")
    result = compared(drive)
    assert (result.reference, result.other, result.choices) == (SAME, DOUBLE, (DOUBLE,))
    assert (result.iteration, result.seed, result.batch) == (1, 0, 4)
    (single, grads), (double, wide) = one_iteration(torch.float32), one_iteration(torch.float64)
    for phase, values in single.items():
        found = [row for row in result.rows if row.phase == phase]
        expected = [furthest(a, b) for a, b in zip(values, double[phase], strict=True)]
        assert [(r.difference, r.largest) for r in found] == expected, phase
        assert [r.shape for r in found] == [tuple(a.shape) for a in values]
    leaves = {r.parameter: (r.difference, r.largest) for r in result.rows if r.parameter}
    assert leaves == {name: furthest(grad, wide[name]) for name, grad in grads.items()}
    assert all(r.within for r in result.rows) and result.first_past is None
    assert any(r.difference for r in result.rows)


@pytest.mark.parametrize(
    "given",
    [
        {"optimizer": "adam", "loss": "mse", "batch_size": 3},
        {"model": "tests.harness.models:Residual", "optimizer": "momentum"},
        *(
            pytest.param(given, marks=pytest.mark.slow)
            for given in (
                {},
                {"preset": "notebook"},
                {"model": "tests.harness.models:sequential", "batch_size": 2, "optimizer": "sgd"},
            )
        ),
    ],
)
def test_the_same_place_gives_the_same_bits(given: dict[str, str]) -> None:
    drive = Drive(**given)
    for moves in ((), ("op",), ("run 35", "phase"), ("goto 7",)):
        drive(*moves) if moves else None
        result = compared(drive, "cpu")
        assert result.other == SAME
        assert all(r.difference == r.share == r.past == 0 and not r.apart for r in result.rows)
        assert {r.phase for r in result.rows} == {"forward", "loss", "backward", "update"}
        compared(drive)


def test_random_numbers_are_told() -> None:
    drive = Drive(model="tests.harness.models:sequential")
    drew = [row.op for row in compared(drive).rows if row.drew]
    assert drew == ["dropout"]


# What is planted is found


@pytest.mark.parametrize(
    ("model", "phase", "name", "op"),
    [
        ("PlantedForward", "forward", "second.mul", "mul"),
        ("PlantedNaN", "forward", "second.add", "add"),
        ("PlantedBackward", "backward", "second.tanh", "TanhBackward0"),
    ],
)
def test_the_first_past_tolerance_is_where_the_fault_is(
    model: str, phase: str, name: str, op: str
) -> None:
    drive = Drive(model=f"tests.harness.models:{model}", batch_size=8)
    drive("run 2")
    first = compared(drive).first_past
    assert first is not None and (first.phase, first.name, first.op) == (phase, name, op)
    assert first.past > 0 and first.share > 1


def test_ops_that_were_not_run_there_are_said_to_be_apart() -> None:
    result = compared(Drive(model="tests.harness.models:PlantedShape"))
    apart = {row.op: row.apart for row in result.rows if row.apart}
    assert not apart, "the ops of the reference all ran there too"
    more = compared(Drive(model="tests.harness.models:Branching"))
    assert {(r.op, r.apart) for r in more.rows if r.apart} >= {
        ("gelu", "missing"), ("flip", "shapes"), ("GeluBackward0", "missing"),
    }  # fmt: skip
    assert more.first_past is None or more.first_past.phase != "forward"


@pytest.mark.parametrize(
    ("given", "device", "said"),
    [
        ({}, "cuda:99", "device cuda:99 is not available"),
        ({}, "nonsense", "device 'nonsense' is unknown"),
        ({}, "cpu · int8", "not a place to compare with"),
        (
            {"model": "tests.harness.models:PlantedMemory"},
            "",
            f"{DOUBLE}: out of memory with batch size 1",
        ),
        ({"model": "tests.harness.models:PlantedType"}, "", f"{DOUBLE}: RuntimeError: expected"),
    ],
)
def test_what_cannot_be_done_is_a_line(given: dict[str, str], device: str, said: str) -> None:
    drive = Drive(**given)
    result = parity(drive, device)
    assert said in str(result.error) and "\n" not in str(result.error)
    assert result.rows == () and result.choices == (DOUBLE,)
    compared(drive, "cpu")


def test_what_fails_in_the_session_itself_is_not_laid_at_another_device() -> None:
    result = parity(Drive(model="tests.harness.models:Hungry", batch_size=3))
    assert str(result.error).startswith("out of memory with batch size 3")


def test_an_iteration_that_leans_on_the_one_before_cannot_be_run_elsewhere() -> None:
    drive = Drive()
    drive("finish", "skip forward", "phase")
    result = parity(drive)
    assert "run forward first" in str(result.error) and result.iteration == 2


def test_an_iteration_that_cannot_be_finished_is_compared_as_far_as_it_goes() -> None:
    drive = Drive()
    drive("run 2", "phase", "do backward random", "phase")
    result = compared(drive)
    phases = [row.phase for row in result.rows]
    assert list(dict.fromkeys(phases)) == ["forward", "backward", "loss"]
    drive.tries("finish")
    assert "a second time" in str(drive.moved.error)
    drive("skip zero_grad", "skip backward", "op")
    assert "update" in [row.phase for row in compared(drive).rows]


def test_the_answer_is_plain_data() -> None:
    drive = Drive()
    result = compared(drive)
    report = _plain(pickle.dumps(Answered(1, result)))
    assert isinstance(report, Answered) and report.answer == result
    assert all(type(row.shape) is tuple for row in result.rows)
