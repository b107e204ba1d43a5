"""Device parity runs the session's own iteration, and the session never notices."""

from __future__ import annotations

import pytest
import torch

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.history import Borrowed
from lenet_tui.parity.engine.float64_trainer import Float64Trainer
from lenet_tui.parity.engine.parity import Reference
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.tape.engine import digests
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import verbatim
from lenet_tui.training.engine.trainer import Trainer
from tests.harness.driving import Drive
from tests.harness.parity import DOUBLE, SAME, compared, parity

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
    ({"model": "tests.harness.models:sequential"}, ["run 70", "back iteration", "goto 20", "op"]),
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
    assert digests.state_sha256(tape, tape.end) == digests.state_sha256(
        session.tape, session.tape.end
    )
    assert [len(s.entries) for s in tape.segments] == [
        len(s.entries) for s in session.tape.segments
    ]


PLACES = [*((*walk, DOUBLE) for walk in WALKS), (*WALKS[0], "cpu"), (*WALKS[0], "cuda:99")]


@pytest.mark.slow
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
    assert not asked.moved.frame.divergence


def test_a_history_that_is_lent_stays_as_it_is() -> None:
    drive = Drive()
    drive("run 40", "phase")
    own = drive.session.history
    lent = Borrowed(own)
    before = own.snapshot(), own.nearest(33)
    assert own.wants(32) and not lent.wants(32)
    lent.reached(99, Cursor(0))
    lent.settle(41)
    assert (lent.end, lent.nearest(33)) == ((99, 0, float("inf")), before[1])
    assert (own.snapshot(), own.nearest(33)) == before


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
    monkeypatch.setattr("lenet_tui.training.engine.trainer.deterministic", deterministic)
    compared(drive)
    assert settings() == before


def test_a_device_that_is_lost_meanwhile_ends_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    drive = Drive(model="tests.harness.models:PlantedMemory")

    def lost(trainer: Trainer, error: Exception) -> Exception:
        return DeviceLost(verbatim("gone")) if isinstance(trainer, Float64Trainer) else error

    monkeypatch.setattr("lenet_tui.training.engine.rejecting.rejection", lost)
    with pytest.raises(DeviceLost, match="gone"):
        compared(drive)


# On a GPU


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


@pytest.mark.gpu
def test_a_session_on_a_gpu_against_the_cpu() -> None:
    drive = Drive(device="cuda:0", model="tests.harness.models:sequential")
    drive("run 3", "phase")
    state, cuda = keyframe.capture(drive.session.navigator.trainer), torch.cuda.get_rng_state_all()
    result = compared(drive, "cpu")
    assert (result.reference, result.other) == ("cuda:0 · float32", SAME)
    first = result.first_past
    assert first is not None and first.op == "dropout" and first.drew
    assert not any(row.difference for row in compared(drive, "cuda:0").rows)
    assert state == keyframe.capture(drive.session.navigator.trainer)
    assert all(map(torch.equal, cuda, torch.cuda.get_rng_state_all()))
