"""What is recorded, and undone, launches no kernel of ours for each layer: only a few at all."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.history.engine import near
from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import Back, Forward
from lenet_tui.tape.engine import bit_sums, early_copies
from lenet_tui.tape.engine.entries import NodeEntry, OpEntry
from tests.harness.driving import Drive
from tests.harness.launches import launches

HERE = "tests.tape.test_launches"
FEW = 25
"""Kernels that are launched beside the model's own, however many layers it has."""


class Blocks(nn.Module):
    def __init__(self, blocks: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.AvgPool2d(8), nn.Conv2d(1, 4, 1)]
        for _ in range(blocks):
            layers += [nn.Conv2d(4, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()]
        self.blocks = nn.Sequential(*layers, nn.Flatten(), nn.Linear(64, 10))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)  # type: ignore[no-any-return]


class Three(Blocks):
    def __init__(self) -> None:
        super().__init__(3)


class Nine(Blocks):
    def __init__(self) -> None:
        super().__init__(9)


class InPlace(Blocks):
    """Each ReLU writes what the layer before it returned."""

    def __init__(self) -> None:
        super().__init__(9)
        for module in self.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = True


def plain(drive: Drive) -> None:
    """One iteration as in a script, on the session's own model."""
    trainer = drive.session.navigator.trainer
    assert trainer.batch is not None and trainer.criterion is not None
    loss = trainer.criterion(trainer.model(*trainer.batch.args), trainer.batch.target)
    trainer.model.zero_grad()
    loss.backward()
    for p in trainer.parameters.values():
        assert p.grad is not None
        p.data.sub_(p.grad.data * 0.01)


def extra(drive: Drive, move: Forward | Back) -> int:
    """Kernels that a move launches beside those of a plain iteration."""
    found = launches(lambda: drive.session.do(DoMove(1, move)))
    usual = launches(lambda: plain(drive))
    return sum((found - usual).values())


@pytest.mark.parametrize(("model", "more"), [("Three", 0), ("Nine", 0), ("InPlace", 9)])
def test_an_iteration_recorded_and_undone_launches_few_kernels_beside_its_own(
    model: str, more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``more``: where each of nine ops overwrites what is on the tape."""
    monkeypatch.setattr(near, "TAPE_SHARE", 2**40)  # an iteration back is run again
    monkeypatch.setattr(early_copies, "UNCOUNTED", ())  # as on a GPU
    drive = Drive(model=f"{HERE}:{model}", batch_size=4)
    drive("finish", "finish", "finish")
    for _ in range(2):
        assert extra(drive, Forward("iteration")) <= FEW + more
        drive("finish", "finish")
        assert extra(drive, Back("iteration")) <= FEW + more


def test_buffers_on_the_tape_are_those_before_the_op() -> None:
    drive = Drive(model=f"{HERE}:Three", batch_size=4)
    twin = Drive(model=f"{HERE}:Three", batch_size=4)
    for _ in range(3):
        before = {n: b.clone() for n, b in twin.session.navigator.trainer.buffers.items()}
        twin("run 1")
        after = twin.session.navigator.trainer.buffers
        drive("finish")
        ops = drive.session.navigator.tape.segments[0].ops
        norms = [op for op in ops if op.op == "batch_norm"]
        counts = [op for op in ops if op.op == "add"]
        assert len(norms) == len(counts) == 3
        for n, (norm, count) in enumerate(zip(norms, counts, strict=True)):
            stem = f"blocks.{3 + 3 * n}"
            assert torch.equal(norm.args[1], before[f"{stem}.running_mean"])
            assert torch.equal(norm.args[2], before[f"{stem}.running_var"])
            assert torch.equal(count.args[0], before[f"{stem}.num_batches_tracked"])
            assert torch.equal(count.tensor, after[f"{stem}.num_batches_tracked"])


class ByData(nn.Module):
    """Its buffer is written past torch's count, then by an op of the same module."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)
        self.register_buffer("seen", torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        assert isinstance(self.seen, Tensor)
        self.seen.data.mul_(2)
        self.seen.add_(1)
        return self.head(x.flatten(1))  # type: ignore[no-any-return]


def test_a_buffer_that_is_written_twice_is_before_each_what_it_was() -> None:
    drive = Drive(model=f"{HERE}:ByData")
    seen = 0.0
    for _ in range(4):
        drive("finish")
        ops = drive.session.navigator.tape.segments[0].ops
        double, add = [op for op in ops if op.op in ("mul", "add")]
        for op, before, after in ((double, seen, 2 * seen), (add, 2 * seen, 2 * seen + 1)):
            assert op.args[0].tolist() == [before] * 3, op.op
            assert op.tensor.tolist() == [after] * 3, op.op
        seen = 2 * seen + 1


HALVING = """
import torch
from torch import nn

class Halving(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad.mul_(0.5)
        return super().step()

def model():
    return nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))

def optimizer(parameters):
    return Halving(parameters, lr=0.1)
"""


def test_what_a_node_produced_stays_as_an_optimizer_of_ones_own_writes_gradients(
    tmp_path: Path,
) -> None:
    file = tmp_path / "halving.py"
    file.write_text(HALVING)
    drive = Drive(model=str(file))
    drive("phase", "phase", "phase", "phase")
    nodes = [e for e in drive.entries if isinstance(e, NodeEntry)]
    before = [[t.clone() for t in e.produced if t is not None] for e in nodes]
    drive("phase")
    for entry, known in zip(nodes, before, strict=True):
        for tensor, was in zip([t for t in entry.produced if t is not None], known, strict=True):
            assert torch.equal(tensor, was), entry.op


def test_contents_of_many_tensors_at_once_are_those_of_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shapes = [(), (0,), (5, 7), (131, 127), (131, 127), (513, 65), (65, 513), (400, 400)]
    tensors: list[Tensor] = []
    for dtype in (torch.float32, torch.bfloat16, torch.float64, torch.bool, torch.complex64):
        for shape in shapes:
            made = torch.randn(shape).to(dtype)
            tensors += [made, made.clone(), made.t() if made.dim() == 2 else made]
    tensors += [torch.randn(300, 300).to_sparse(), torch.randn(99_999)[1:]]
    tensors.append(torch.randn(300, 300, dtype=torch.complex64).conj())
    each = [bit_sums._reduced(t).numpy().tobytes() for t in tensors]
    for together in (2**26, 2**19, 2**10):
        monkeypatch.setattr(bit_sums, "TOGETHER", together)
        assert [bytes(c) for c in bit_sums.contents_at_once(tensors)] == each, together
    monkeypatch.setattr(bit_sums, "TOGETHER", 2**26)
    alike = [torch.randn(200, 100) for _ in range(40)] + [torch.randn(9) for _ in range(40)]
    assert sum(launches(lambda: bit_sums.contents_at_once(alike)).values()) < 10


def test_an_op_in_place_returns_the_memory_that_it_wrote() -> None:
    """What it returned is on the tape as it is, unless something writes there again."""
    drive = Drive(model=f"{HERE}:InPlace", batch_size=4)
    drive("finish")
    ops = drive.session.navigator.tape.segments[0].ops
    for norm, relu in pairwise(ops):
        if relu.op == "relu":
            assert isinstance(norm, OpEntry) and norm.op == "batch_norm"
            assert torch.equal(relu.args[0], norm.tensor) and bool((norm.tensor < 0).any())
            assert torch.equal(relu.tensor, norm.tensor.clamp(min=0))
            assert relu.args[0] is norm.output
