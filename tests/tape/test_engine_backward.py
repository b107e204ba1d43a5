"""The backward on the tape against plain hooks: the order of its nodes, and every gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
from tests.harness.driving import Drive
from tests.harness.models import Residual, sequential
from tests.harness.oracle import Atom, IterationPlan, LeNet, Settings, sha

MODELS = {"LeNet": LeNet, "Residual": Residual, "sequential": sequential}
FORWARD_AND_LOSS: list[Atom] = [("forward", 1), ("loss",)]


def pair(model: str, **given: object) -> tuple[Drive, IterationPlan]:
    """A session and a plain script of the same settings."""
    own = {} if model == "LeNet" else {"model": f"tests.harness.models:{model}"}
    preset = "notebook" if given.get("data") == "random" else "digits"
    make: Callable[[], nn.Module] = MODELS[model]
    return Drive(preset, **given, **own), IterationPlan(Settings(make=make, **given))  # type: ignore[arg-type]


def nodes(drive: Drive) -> list[NodeEntry]:
    return [e for e in drive.entries if isinstance(e, NodeEntry)]


def digests(gradients: Sequence[Tensor | None]) -> list[str | None]:
    return [None if g is None else sha(g) for g in gradients]


def check(drive: Drive, script: IterationPlan) -> None:
    """The same nodes in the same order with the same gradients in and out."""
    entries, ran = nodes(drive), script.ran
    assert [e.op for e in entries] == ran.nodes
    for entry, received, produced in zip(entries, ran.received, ran.produced, strict=True):
        assert digests(entry.received) == digests(received), entry.name
        assert digests(entry.produced) == digests(produced), entry.name
    assert drive.state == script.state()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("batch", [1, 32])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_nodes_and_gradients_are_those_of_plain_hooks(model: str, batch: int, loss: str) -> None:
    if model == "sequential" and batch == 1:
        batch = 2
    drive, script = pair(model, batch_size=batch, loss=loss)
    drive("phase", "phase", "skip zero_grad", "phase")
    script.follow([*FORWARD_AND_LOSS, ("backward", None)])
    check(drive, script)
    if model == "LeNet":
        assert len(script.ran.nodes) == (26 if loss == "mse" else 27)


@pytest.mark.parametrize("model", MODELS)
def test_each_node_in_turn_shows_the_gradients_so_far(model: str) -> None:
    drive, script = pair(model, batch_size=2)
    script.follow([*FORWARD_AND_LOSS, ("backward", None)])
    drive("phase", "phase", "phase")
    for done, node in enumerate(script.ran.nodes, 1):
        drive("op")
        entry = drive.moved.frame.entry
        assert entry
        assert entry.op == node
        assert drive.state == script.state(done)


@pytest.mark.parametrize("vector", ["random", "onehot 3", "1,0,0,-2,0,0,0.5,0,0,1e-3"])
@pytest.mark.parametrize("data", ["random", "digits"])
def test_from_a_vector_on_the_output(vector: str, data: str) -> None:
    drive, script = pair("LeNet", data=data, loss="mse")
    asked = {"random": "random", "onehot 3": 3}.get(vector) or tuple(map(float, vector.split(",")))
    drive("phase", f"do backward {vector}", "do zero_grad")
    drive("back phase", "back phase", f"do backward {vector}")
    script.follow([("forward", 1), ("backward", asked)])
    check(drive, script)
    tape = drive.session.navigator.tape
    assert drive.find("fc3.grad").state == "value"
    assert tape.segments[-1].vector is not None


def test_the_notebooks_vector_comes_first_then_others_are_drawn() -> None:
    drive, script = pair("LeNet", data="random", loss="mse")
    steps: list[Atom] = [("forward", 1), ("backward", "random")] * 3
    drive("phase", "do backward random")
    drive(*["do forward", "do backward random"] * 2)
    script.follow(steps)
    assert drive.state == script.state()


@pytest.mark.parametrize("model", MODELS)
def test_nodes_are_named_after_the_ops_they_come_from(model: str) -> None:
    drive, _ = pair(model, batch_size=2)
    drive("phase", "phase", "phase", "phase")
    ops = {e.node: e for e in drive.entries if isinstance(e, OpEntry) and e.node is not None}
    parameters = dict(drive.session.navigator.trainer.parameters)
    named = 0
    for entry in nodes(drive):
        if entry.op == "AccumulateGrad":
            variable: Tensor = entry.node.variable  # type: ignore[attr-defined]
            assert parameters.pop(entry.name) is variable
        elif entry.node in ops:
            assert (entry.name, entry.module) == (ops[entry.node].name, ops[entry.node].module)
            named += 1
    assert not parameters
    assert named >= len(ops) - 1


@pytest.mark.parametrize("model", MODELS)
def test_activation_gradients_are_those_that_retain_grad_gives(model: str) -> None:
    drive, script = pair(model, batch_size=2)
    drive("phase", "phase", "phase", "phase")
    script.follow([("forward", 1)])
    assert script.output is not None
    script.output.retain_grad()
    script.follow([*FORWARD_AND_LOSS, ("backward", None)])
    assert script.output.grad is not None
    found = drive.find("output.grad").tensor
    assert found is not None
    assert torch.equal(found, script.output.grad)


def test_residual_and_reused_layer_have_their_names() -> None:
    drive, _ = pair("Residual")
    passed = drive("phase").phase
    assert passed
    assert [f"{o.name} {o.op}" for o in passed.ops] == [
        *("stem conv2d", "stem.relu relu", "block conv2d", "block.relu relu", "block#2 conv2d"),
        *("block.add add", "block.relu#2 relu", "pool adaptive_avg_pool2d"),
        *("pool.flatten flatten", "head linear"),
    ]


def test_in_place_ops_keep_what_was_there_before() -> None:
    """``y += x`` and a ReLU in place: what the op before returned stays on the tape."""
    drive, script = pair("Residual")
    drive("phase")
    net = script.net
    assert isinstance(net, Residual) and drive.session.navigator.tape.batch
    x = torch.relu(net.stem(drive.session.navigator.tape.batch.named["input"]))
    y = net.block(torch.relu(net.block(x)))
    assert sha(drive.entries[4].tensor) == sha(y)  # type: ignore[arg-type]
    assert sha(drive.entries[5].tensor) == sha(y + x)  # type: ignore[arg-type]

    drive, script = pair("sequential", batch_size=2)
    drive("phase")
    values = {e.name: e.tensor for e in drive.entries if isinstance(e, OpEntry)}
    assert list(values) == ["0", "1.add", "1", "2", "3", "4", "5", "6"]
    assert values["1"].min() < 0
    assert torch.equal(values["2"], values["1"].clamp(min=0))


def test_the_hooks_do_not_pile_up() -> None:
    drive = Drive()
    calls = []
    for _ in range(3):
        drive("phase", "phase", "phase", "phase", "phase")
        calls.append(len(nodes(drive)))
    assert calls == [27, 27, 27]
