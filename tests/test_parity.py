"""Device parity: what is compared is right, what differs is found, the session never notices."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.client.process import _plain
from lenet_tui.core.parity import ParityResult, ParityRow
from lenet_tui.core.protocol import Parity
from lenet_tui.engine import keyframe, transcribe
from lenet_tui.engine.comparing import _measured
from lenet_tui.engine.parity import Reference
from tests.driving import Drive
from tests.oracle import LeNet, digits, digits_order
from tests.oracle_loops import activations

DOUBLE = "cpu · float64"
SAME = "cpu · float32"
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here")


def parity(drive: Drive, device: str = "") -> ParityResult:
    return drive.session.parity(Parity(7, device))


def compared(drive: Drive, device: str = DOUBLE) -> ParityResult:
    result = parity(drive, device)
    assert not result.error
    return result


def kinds(result: ParityResult) -> list[tuple[str, str]]:
    return [(row.phase, row.name) for row in result.rows]


def rows(result: ParityResult, phase: str, name: str = "") -> list[ParityRow]:
    return [r for r in result.rows if r.phase == phase and name in ("", r.name)]


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
    assert (result.number, result.iteration, result.seed, result.batch) == (7, 1, 0, 4)
    (single, grads), (double, wide) = one_iteration(torch.float32), one_iteration(torch.float64)
    for phase, values in single.items():
        found = rows(result, phase)
        expected = [furthest(a, b) for a, b in zip(values, double[phase], strict=True)]
        assert [(r.difference, r.largest) for r in found] == expected, phase
        assert [r.shape for r in found] == [tuple(a.shape) for a in values]
    leaves = {r.parameter: (r.difference, r.largest) for r in result.rows if r.parameter}
    assert leaves == {name: furthest(grad, wide[name]) for name, grad in grads.items()}
    assert all(r.within for r in result.rows) and result.first_past is None
    assert any(r.difference for r in rows(result, "forward"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"optimizer": "adam", "loss": "mse", "batch_size": 3},
        {"preset": "notebook"},
        {"model": "tests.models:Residual", "optimizer": "momentum"},
        {"model": "tests.models:sequential", "batch_size": 2, "optimizer": "sgd"},
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
    drive = Drive(model="tests.models:sequential")
    drew = [row.op for row in compared(drive).rows if row.drew]
    assert drew == ["dropout"]


EDGES: list[Callable[[Tensor], Tensor]] = [
    lambda t: t * (1 + 1.29e-6) + 0.99e-5,
    lambda t: t * (1 + 1.31e-6) + 1.01e-5,
    lambda t: t + 0.999e-5,
    lambda t: torch.where(t == t.max(), t + 1e-3, t),
    lambda t: torch.where(t == t.max(), torch.nan, t),
    lambda t: torch.where(t == t.max(), torch.inf, t),
    lambda t: t.clone(),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("edge", range(len(EDGES)))
def test_the_tolerance_is_torch_testings(edge: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(edge)
    a = torch.randn(50, generator=generator, dtype=torch.float64).abs()
    for odd in (None, torch.nan, torch.inf, -torch.inf):
        if odd is not None:
            a[7] = odd
        b = EDGES[edge](a) if odd is None else a.clone()
        x, y = a.to(dtype), b.to(dtype)
        row = _measured(ParityRow("forward", "x", "x"), x, y)
        try:
            torch.testing.assert_close(y, x, equal_nan=True)
        except AssertionError:
            assert not row.within and row.past >= 1
        else:
            assert row.within and row.past == 0
        assert row.count == 50


def test_whole_numbers_have_no_tolerance() -> None:
    blank = ParityRow("forward", "x", "x")
    a = torch.tensor([3, 4, 5])
    assert _measured(blank, a, a.clone()).within
    row = _measured(blank, a, torch.tensor([3, 4, 6]))
    assert (row.within, row.difference, row.past, row.largest) == (False, 1.0, 1, 5.0)
    assert _measured(blank, torch.zeros(0), torch.zeros(0)).within


def test_a_long_tensor_is_compared_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenet_tui.engine.comparing.CHUNK", 7)
    a = torch.linspace(-1, 2, 50)
    b = a.clone()
    b[[3, 49]] += torch.tensor([0.5, 0.25])
    row = _measured(ParityRow("forward", "x", "x"), a, b)
    assert (row.difference, row.largest, row.past, row.count) == (0.5, 2.0, 2, 50)


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
    drive = Drive(model=f"tests.models:{model}", batch_size=8)
    drive("run 2")
    first = compared(drive).first_past
    assert first is not None and (first.phase, first.name, first.op) == (phase, name, op)
    assert first.past > 0 and first.share > 1


def test_ops_that_were_not_run_there_are_said_to_be_apart() -> None:
    result = compared(Drive(model="tests.models:PlantedShape"))
    apart = {row.op: row.apart for row in result.rows if row.apart}
    assert not apart, "the ops of the reference all ran there too"
    more = compared(Drive(model="tests.models:Branching"))
    assert {(r.op, r.apart) for r in more.rows if r.apart} >= {
        ("gelu", "missing"), ("flip", "shapes"), ("GeluBackward0", "missing"),
    }  # fmt: skip
    assert more.first_past is None or more.first_past.phase != "forward"


@pytest.mark.parametrize(
    ("given", "device", "said"),
    [
        ({}, "cuda:99", "device cuda:99 is not here"),
        ({}, "nonsense", "device 'nonsense' is unknown"),
        ({}, "cpu · int8", "no place to compare with"),
        ({"model": "tests.models:PlantedMemory"}, "", f"{DOUBLE}: out of memory with batch size 1"),
        ({"model": "tests.models:PlantedType"}, "", f"{DOUBLE}: expected"),
    ],
)
def test_what_cannot_be_done_is_a_line(given: dict[str, str], device: str, said: str) -> None:
    drive = Drive(**given)
    result = parity(drive, device)
    assert said in result.error and "\n" not in result.error
    assert result.rows == () and result.choices == (DOUBLE,)
    compared(drive, "cpu")


def test_what_fails_in_the_session_itself_is_not_laid_at_another_device() -> None:
    result = parity(Drive(model="tests.models:Hungry", batch_size=3))
    assert result.error.startswith("out of memory with batch size 3")


def test_an_iteration_that_leans_on_the_one_before_cannot_be_run_elsewhere() -> None:
    drive = Drive()
    drive("finish", "skip forward", "phase")
    result = parity(drive)
    assert "run forward first" in result.error and result.iteration == 2


def test_an_iteration_that_cannot_be_finished_is_compared_as_far_as_it_goes() -> None:
    drive = Drive()
    drive("run 2", "phase", "do backward random", "phase")
    result = compared(drive)
    phases = [row.phase for row in result.rows]
    assert list(dict.fromkeys(phases)) == ["forward", "backward", "loss"]
    drive.tries("finish")
    assert "a second time" in drive.moved.error
    drive("skip zero_grad", "skip backward", "op")
    assert "update" in [row.phase for row in compared(drive).rows]


# As the session has it


WALKS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["run 3", "phase", "set lr 0.5", "phase", "phase", "op", "op"]),
    (
        {"optimizer": "adam"},
        ["run 40", *["phase"] * 2, "skip zero_grad", "phase", "op", "set lr 0.1", "op"],
    ),
    ({}, ["finish", "do forward", "do backward onehot 3"]),
    ({}, ["phase", "do backward random", "do forward", "set optimizer momentum", "phase"]),
    ({}, ["phase", "phase", "phase", "phase", "op", "op", "set lr 0.3", "op"]),
    ({}, ["finish", "set batch-size 5", "set loss mse", "phase"]),
    (
        {"preset": "notebook"},
        ["phase", "do backward random", "do forward", "do backward random", "do forward"],
    ),
    ({"model": "tests.models:sequential"}, ["run 70", "back iteration", "goto 20", "op"]),
]


@pytest.mark.parametrize(("given", "moves"), WALKS)
def test_the_reference_is_the_sessions_own_iteration(
    given: dict[str, str], moves: list[str]
) -> None:
    drive = Drive(**given)
    drive(*moves)
    reference = Reference(drive.session.navigator)
    iteration = max(drive.at[0], 1)
    tape, _ = reference.play()
    while drive.at[0] < iteration or not drive.session.navigator.finished:
        drive("phase")
    session = drive.session.navigator
    assert transcribe.fingerprint(tape, tape.end) == transcribe.fingerprint(
        session.tape, session.tape.end
    )
    assert [len(s.entries) for s in tape.segments] == [
        len(s.entries) for s in session.tape.segments
    ]


PLACES = [*((*walk, DOUBLE) for walk in WALKS), (*WALKS[0], "cpu"), (*WALKS[0], "cuda:99")]


@pytest.mark.parametrize(("given", "moves", "device"), PLACES)
def test_the_session_never_notices(
    given: dict[str, str], moves: list[str], device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, plain = Drive(**given), Drive(**given)
    plain(*moves, "finish", "run 3")
    asked(*moves)
    session = asked.session
    trainer, tape = session.navigator.trainer, session.navigator.tape
    before = keyframe.capture(trainer), session.snapshot(), settings(), asked.at
    kept = dict(asked.store.blobs)
    live = [(p, p.grad, p.data_ptr()) for p in trainer.parameters.values()]
    entries = asked.entries
    with monkeypatch.context() as none:
        for name in ("put", "drop"):
            none.setattr(asked.store, name, forbidden)
        parity(asked, device)
    assert before == (keyframe.capture(trainer), session.snapshot(), settings(), asked.at)
    assert kept == asked.store.blobs and session.navigator.tape is tape
    after = [(p, p.grad, p.data_ptr()) for p in trainer.parameters.values()]
    assert all(
        a is b and x is y and m == n for (a, x, m), (b, y, n) in zip(live, after, strict=True)
    )
    assert all(a is b for a, b in zip(entries, asked.entries, strict=True))
    asked("finish", "run 3")
    assert asked.state == plain.state
    assert not asked.moved.frame.drift


def forbidden(*args: object) -> None:
    raise AssertionError("the session's keyframes are its own")


def settings() -> tuple[bool, ...]:
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.benchmark,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cuda.matmul.allow_tf32,
        torch.is_grad_enabled(),
    )


def test_settings_that_another_device_needs_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def deterministic(device: torch.device) -> None:
        torch.backends.cudnn.benchmark = True
        torch.use_deterministic_algorithms(True, warn_only=True)

    drive = Drive()
    before = settings()
    monkeypatch.setattr("lenet_tui.engine.trainer.deterministic", deterministic)
    compared(drive)
    assert settings() == before


def test_the_answer_is_plain_data() -> None:
    drive = Drive()
    result = compared(drive)
    assert _plain(pickle.dumps(result)) == result
    assert all(type(row.shape) is tuple for row in result.rows)


# On a GPU


@GPU
@pytest.mark.gpu
@pytest.mark.parametrize("batch", [1, 64])
def test_the_cpu_against_a_gpu(batch: int) -> None:
    drive = Drive(batch_size=batch)
    drive("run 3", "phase")
    state, cuda = keyframe.capture(drive.session.navigator.trainer), torch.cuda.get_rng_state_all()
    before = settings()
    result = compared(drive, "")
    assert (result.reference, result.other) == (SAME, "cuda:0 · float32")
    assert result.choices[0] == "cuda:0 · float32" and result.choices[-1] == DOUBLE
    assert any(row.difference for row in result.rows), "it is another device"
    forward = [row for row in result.rows if row.phase in ("forward", "loss")]
    assert len(forward) == 13 and all(row.within and not row.apart for row in forward)
    assert {row.parameter for row in result.rows if row.parameter} == set(
        drive.session.navigator.trainer.parameters
    )
    assert state == keyframe.capture(drive.session.navigator.trainer) and before == settings()
    assert all(map(torch.equal, cuda, torch.cuda.get_rng_state_all()))


@GPU
@pytest.mark.gpu
def test_a_session_on_a_gpu_against_the_cpu() -> None:
    drive = Drive(device="cuda:0", model="tests.models:sequential")
    drive("run 3", "phase")
    state, cuda = keyframe.capture(drive.session.navigator.trainer), torch.cuda.get_rng_state_all()
    result = compared(drive, "cpu")
    assert (result.reference, result.other) == ("cuda:0 · float32", SAME)
    first = result.first_past
    assert first is not None and first.op == "dropout" and first.drew
    assert not any(row.difference for row in compared(drive, "cuda:0").rows)
    assert state == keyframe.capture(drive.session.navigator.trainer)
    assert all(map(torch.equal, cuda, torch.cuda.get_rng_state_all()))
