"""What lies on the tape stays as it was: through in-place ops, views of parameters, tuples."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.tape.engine import early_copies, holders, in_place
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.in_place import Made
from lenet_tui.tape.engine.module_paths import module_paths
from tests.harness.driving import Drive

HERE = "tests.tape.test_in_place"
ITERATION = ("phase", "phase", "phase", "phase", "phase")


class Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)


class Reshaped(Head):
    """Views of a parameter, which the update writes into."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1) @ self.head.weight.flatten(1).t() + self.head.bias


class Pieces(Head):
    """A part of a tuple of results is written later."""

    def forward(self, x: Tensor) -> Tensor:
        largest, _ = torch.topk(self.head(x.flatten(1)), 10, 1)
        return largest.mul_(2)


class Reused(Head):
    """An in-place op reads another tensor, which keeps its own name."""

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(x.flatten(1))
        z = y * 2
        z += y
        return z


def entries(drive: Drive, op: str) -> list[OpEntry]:
    tape = drive.session.navigator.tape
    return [e for s in tape.segments for e in s.entries if isinstance(e, OpEntry) and e.op == op]


def test_a_view_of_a_parameter_is_what_it_was_in_the_forward() -> None:
    drive = Drive(model=f"{HERE}:Reshaped")
    drive(*ITERATION)
    before = drive.session.navigator.tape.base.values["head.weight"]
    (flat,) = entries(drive, "flatten")[1:] or entries(drive, "flatten")
    assert torch.equal(flat.tensor, before)
    (product,) = entries(drive, "matmul")
    assert torch.equal(product.args[1], before.t())


def test_a_part_of_a_tuple_is_what_it_was_before_it_was_written() -> None:
    drive = Drive(model=f"{HERE}:Pieces")
    drive(*ITERATION)
    (largest,) = entries(drive, "topk")
    (head,) = entries(drive, "linear")
    assert torch.equal(largest.tensor, head.tensor.sort(1, descending=True).values)


def test_what_an_in_place_op_only_reads_keeps_its_name_and_its_gradient() -> None:
    drive = Drive(model=f"{HERE}:Reused")
    drive(*ITERATION)
    for cell in ("head.grad[0,3]", "head[0,3]"):
        found = explain(Explain(cell), drive.session)
        assert isinstance(found, Explanation) and found.checked, cell


class Deep(nn.Module):
    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU(inplace=True))
            for _ in range(blocks)
        )

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


@pytest.mark.parametrize("blocks", [20, 80])
def test_an_in_place_op_looks_only_at_what_shares_its_memory(
    blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work grows with the number of ops, not with its square."""
    looked = 0

    def counting(value: object, written: set[int], made: Made) -> object:
        nonlocal looked
        looked += 1
        return in_place.copied(value, written, made)

    monkeypatch.setattr(holders, "copied", counting)
    model = Deep(blocks)
    ForwardRecorder(module_paths(model), lambda done, name: None).run(model, torch.randn(4, 8))
    assert looked < 12 * blocks * 4


class Counted(Head):
    """Batch norm whose mean NumPy moves first, which torch does not count as a write."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(10)
        self.moved = 0.0

    def forward(self, x: Tensor) -> Tensor:
        assert self.norm.running_mean is not None
        self.norm.running_mean.numpy()[0] = self.moved = self.moved + 1
        return self.norm(self.head(x.flatten(1)))  # type: ignore[no-any-return]


def test_a_buffer_that_numpy_wrote_is_what_it_was_just_before_the_op() -> None:
    drive = Drive(model=f"{HERE}:Counted", batch_size=4)
    for number in range(1, 4):
        drive("finish")
        [norm] = entries(drive, "batch_norm")
        given = [t for t in norm.args if isinstance(t, Tensor) and t.shape == (10,)]
        assert float(given[0][0]) == number


class Given(nn.Module):
    """A mean that batch norm moves is given to an op before it: as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(10)

    def forward(self, x: Tensor) -> Tensor:
        assert self.norm.running_mean is not None
        self.before(self.norm(x), self.norm.running_mean)
        return self.norm(x)  # type: ignore[no-any-return]

    def before(self, y: Tensor, mean: Tensor) -> None:
        torch.mul(mean, 2)


class Listed(Given):
    """In a list, in the midst of others."""

    def before(self, y: Tensor, mean: Tensor) -> None:
        torch.mul(torch.stack([y[0], mean])[1], 2)


class Viewed(Given):
    """By a view of it that is no op's."""

    def before(self, y: Tensor, mean: Tensor) -> None:
        with torch._C.DisableTorchFunction():
            self.view = mean.view(2, 5)
        torch.mul(self.view, 2)


class Foreign(Given):
    """By another tensor of the same memory, which is NumPy's."""

    def __init__(self) -> None:
        super().__init__()
        self.norm.running_mean = torch.from_numpy(numbers := np.ones(10, np.float32))
        self.beside = torch.from_numpy(numbers)

    def before(self, y: Tensor, mean: Tensor) -> None:
        torch.mul(self.beside, 2)


@pytest.mark.parametrize("kind", [Given, Listed, Viewed, Foreign])
def test_what_ops_were_given_is_copied_when_a_later_op_writes_it(kind: type[Given]) -> None:
    model = kind()
    recorder = ForwardRecorder(module_paths(model), lambda done, name: None)
    recorder.run(model, torch.randn(4, 10))
    first, second = (op for op in recorder.entries if op.op == "batch_norm")
    [mul] = (op for op in recorder.entries if op.op == "mul")
    assert torch.equal(mul.args[0] * 2, mul.tensor)
    assert torch.equal(mul.args[0].flatten(), second.args[1])
    assert not torch.equal(first.args[1], second.args[1])
    for op in (op for op in recorder.entries if op.op == "stack"):
        assert torch.equal(torch.stack(op.args[0]), op.tensor)


def test_who_else_has_a_tensors_memory_is_known() -> None:
    alone = torch.zeros(3)
    assert in_place.place_of(alone) == (alone.data_ptr(), True)
    view = alone[1:]
    assert in_place.place_of(alone) == in_place.place_of(view) == (alone.data_ptr(), False)
    del view
    assert in_place.place_of(alone)[1]
    foreign = torch.from_numpy(np.zeros(3))
    assert in_place.place_of(foreign) == (foreign.data_ptr(), False)
    for nowhere in torch.zeros(2).to_sparse(), torch.zeros(0):
        assert in_place.place_of(nowhere) == (0, False)


class Normed(Head):
    """Batch norm with a buffer that is written once more, past what torch counts."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(10)

    def forward(self, x: Tensor) -> Tensor:
        assert self.norm.running_mean is not None
        self.norm.running_mean.data.add_(1)
        return self.norm(self.head(x.flatten(1)))  # type: ignore[no-any-return]


def test_what_is_copied_early_is_what_is_copied_just_before_the_op(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[list[list[Tensor]]] = []
    for devices in (("cpu",), ()):
        monkeypatch.setattr(early_copies, "UNCOUNTED", devices)
        drive = Drive(model=f"{HERE}:Normed", batch_size=4)
        drive("finish", "finish", "back iteration", "finish", "finish")
        ops = [e for e in drive.entries if isinstance(e, OpEntry)]
        found.append([[t for t in (*op.args, op.tensor) if isinstance(t, Tensor)] for op in ops])
    for just, early in zip(*found, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(just, early, strict=True))
