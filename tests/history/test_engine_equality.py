"""The engine against plain loops: the same to the bit, however one goes through it."""

from __future__ import annotations

import pytest
import torch

from lenet_tui.tape.engine.entries import GradientEntry, NodeEntry, OpEntry, UpdateEntry
from lenet_tui.tape.engine.tape import Tape
from lenet_tui.watch.engine.finiteness import all_finite
from tests.harness.driving import Drive
from tests.harness.oracle import sha
from tests.harness.oracle_loops import Iteration, classes, notebook

FORWARD = [
    *("conv1 conv2d", "conv1.relu relu", "conv1.max_pool2d max_pool2d"),
    *("conv2 conv2d", "conv2.relu relu", "conv2.max_pool2d max_pool2d", "conv2.view view"),
    *("fc1 linear", "fc1.relu relu", "fc2 linear", "fc2.relu relu", "fc3 linear"),
]


def forward_digests(drive: Drive) -> list[str]:
    """Of the first forward on the tape."""
    forward = drive.session.navigator.tape.segments[0]
    return [sha(e.tensor) for e in forward.entries if isinstance(e, OpEntry)]


def check(drive: Drive, plain: Iteration) -> None:
    assert drive.state == plain.state
    assert drive.moved.frame.loss == plain.loss
    assert forward_digests(drive) == plain.activations


@pytest.mark.parametrize("seed", [0, 7, 123])
def test_the_notebook_by_phases(seed: int) -> None:
    drive = Drive("notebook", seed=seed)
    for plain in notebook(seed, 3):
        drive(*["phase"] * 5)
        check(drive, plain)


def test_the_notebook_op_by_op() -> None:
    drive = Drive("notebook", seed=7)
    for plain in notebook(7, 2):
        drive(*["op"] * (12 + 1 + 10 + 26 + 10))
        assert drive.at[2:] == (None, 59)
        check(drive, plain)


def test_the_notebook_flat_out() -> None:
    drive = Drive("notebook", seed=5)
    *_, last = notebook(5, 70)
    drive("run 70")
    check(drive, last)


@pytest.mark.parametrize(
    ("optimizer", "batch"),
    [
        *(("manual", 1), ("adam", 4)),
        *(
            pytest.param(optimizer, batch, marks=pytest.mark.slow)
            for optimizer, batch in (
                *(
                    ("manual", 4),
                    ("sgd", 4),
                    ("rmsprop", 4),
                    ("sgd", 1),
                    ("momentum", 4),
                    ("adam", 1),
                    ("adamw", 4),
                ),
                *(("rmsprop", 1), ("momentum", 1), ("adamw", 1)),
            )
        ),
    ],
)
def test_digits_flat_out_by_phases_and_by_ops(optimizer: str, batch: int) -> None:
    plain = list(classes(3, 40, batch, optimizer))
    drive = Drive(seed=3, batch_size=batch, optimizer=optimizer)
    drive(*["phase"] * 10)
    check(drive, plain[1])
    drive(*["op"] * (12 + 1 + 10 + 27 + 10))
    check(drive, plain[2])
    drive("run 37")
    check(drive, plain[39])
    drive("goto 20")
    check(drive, plain[19])


def test_flat_out_where_a_model_puts_other_data_into_a_parameter() -> None:
    drive = Drive(model="tests.harness.models:Clipped")
    drive(*["phase"] * 30)
    by_phases, loss = drive.state, drive.moved.frame.loss
    drive = Drive(model="tests.harness.models:Clipped")
    drive("run 6")
    assert (drive.state, drive.moved.frame.loss) == (by_phases, loss)
    trainer = drive.session.navigator.trainer
    assert all_finite(trainer)
    bias = trainer.parameters["head.bias"]
    bias.data = torch.full_like(bias, torch.nan)
    assert not all_finite(trainer)


@pytest.mark.slow
def test_over_the_end_of_an_epoch() -> None:
    """1,437 training images in batches of 200: the eighth has 37, the ninth starts anew."""
    plain = list(classes(1, 9, 200))
    drive = Drive(seed=1, batch_size=200)
    drive("run 8")
    assert drive.session.navigator.tape.batch
    assert drive.session.navigator.tape.batch.named["input"].shape == (37, 1, 32, 32)
    check(drive, plain[7])
    drive("finish")
    check(drive, plain[8])


def test_the_names_of_the_ops() -> None:
    drive = Drive()
    ops = drive("phase").phase
    assert ops
    assert [f"{o.name} {o.op}" for o in ops.ops] == FORWARD
    assert [o.module for o in ops.ops if o.op in ("conv2d", "linear")] == [
        *("conv1", "conv2", "fc1", "fc2", "fc3")
    ]
    loss = drive("phase").phase
    assert loss
    assert [(o.name, o.op) for o in loss.ops] == [("loss", "cross_entropy")]


@pytest.mark.parametrize("preset", ["notebook", "digits"])
def test_the_loss_is_one_op_whatever_the_target(preset: str) -> None:
    passed = Drive(preset, loss="mse")("phase", "phase").phase
    assert passed
    assert [(o.name, o.op) for o in passed.ops] == [("loss", "mse_loss")]


def test_what_is_on_the_tape_stays() -> None:
    """Later updates, backwards and forwards change nothing that was recorded."""
    drive = Drive("notebook", optimizer="momentum")
    drive("run 3", "phase", "phase", "phase", "phase", "phase")
    tape = drive.session.navigator.tape
    before = everything(drive, tape)
    drive("do forward", "do loss", "do backward", "do update")
    assert drive.session.navigator.tape is tape
    drive("finish", "finish", "set optimizer adam", "finish", "do zero_grad")
    assert everything(drive, tape) == before
    assert len(before) > 150


@pytest.mark.parametrize("model", ["Residual", "sequential"])
def test_what_is_on_the_tape_stays_where_ops_are_in_place(model: str) -> None:
    drive = Drive(model=f"tests.harness.models:{model}", batch_size=3)
    drive("finish")
    tape = drive.session.navigator.tape
    before = everything(drive, tape)
    drive("do forward", "do loss", "do backward", "finish", "finish")
    assert everything(drive, tape) == before


def everything(drive: Drive, tape: Tape) -> list[str]:
    """The digests of all tensors on the tape of an iteration, other than the model's own."""
    found: list[object] = [*tape.base.values.values(), *tape.base.grads.values()]
    for segment in tape.segments[:5]:
        for entry in segment.entries:
            if isinstance(entry, OpEntry):
                found += [entry.tensor, *entry.args]
            elif isinstance(entry, NodeEntry):
                found += [*entry.produced, *entry.received, entry.grad]
            elif isinstance(entry, UpdateEntry):
                found += [entry.before, entry.grad, entry.after]
                found += [*entry.state.values(), *entry.state_after.values()]
            elif isinstance(entry, GradientEntry):
                found += [entry.before, entry.after]
    trainer = drive.session.navigator.trainer
    own = {id(t) for t in (*trainer.parameters.values(), *trainer.buffers.values())}
    return [sha(t) for t in found if isinstance(t, torch.Tensor) and id(t) not in own]
