"""A step back to a small tape that is still there: it is read, and gives what a replay gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.history.engine.near import TAPES, spare
from lenet_tui.tape.engine.digest import digest
from tests.harness.driving import Drive
from tests.history.test_near import counted, shown


class Averaging(nn.Module):
    """Keeps an average in a plain attribute, which each forward writes and then reads."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(1024, 10)
        self.average = torch.zeros(10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(x.flatten(1))
        self.average.mul_(0.5).add_(x.detach().mean(0))
        return x - self.average


class Shifted(nn.Module):
    """Reads a buffer that it does not write."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(1024, 10)
        self.register_buffer("shift", torch.ones(10))

    def forward(self, x: Tensor) -> Any:
        return self.linear(x.flatten(1)) - self.shift


def model(kind: type[nn.Module]) -> str:
    return f"{__name__}:{kind.__name__}"


def numbers(drive: Drive) -> list[Any]:
    """A digest of every tensor that the ops and nodes of the tape hold."""
    found = []
    for segment in drive.session.navigator.tape.segments:
        for entry in segment.entries:
            several = [*entry.tensors(), *entry.operands()]
            plain = [t for t in several if t is not None and not isinstance(t, nn.Parameter)]
            found.append((entry.name, entry.op, [digest(t) for t in plain]))
    return found


def test_the_last_iterations_are_read_and_those_before_run() -> None:
    with pytest.MonkeyPatch.context() as patch:
        drive = Drive(batch_size=2)
        seen, held = {}, {}
        for number in range(1, 7):
            drive("finish")
            seen[number], held[number] = shown(drive)[:2], numbers(drive)
        ran = counted(patch)
        for number in range(5, 0, -1):
            drive("back iteration")
            assert (shown(drive)[:2], numbers(drive)) == (seen[number], held[number])
            assert len(ran) == max(0, 6 - TAPES - number + 1), number
        assert not drive.moved.frame.divergence
        for number in range(2, 7):
            drive("finish")
            assert (shown(drive)[:2], numbers(drive)) == (seen[number], held[number])
        assert not drive.moved.frame.divergence


def test_what_is_done_after_it_begins_where_it_ended() -> None:
    walks = []
    for kept in (True, False):
        drive = Drive(batch_size=2, schedule="step:1:0.5")
        drive("finish", "finish", "finish")
        if not kept:
            drive.session.history.near = None
        drive("back iteration")
        walks.append([shown(drive)])
        for line in ("do forward", "do loss", "do backward", "do update", "phase", "finish"):
            drive(line)
            walks[-1].append(shown(drive)[:2])
        drive.tries("do backward")  # torch's own refusal, as the graph has been freed
        walks[-1].append((drive.moved.error, shown(drive)[:2]))
    assert walks[0] == walks[1]


def test_a_second_backward_is_refused_as_it_would_have_been() -> None:
    drive = Drive(batch_size=2)
    drive("finish", "finish")
    drive.tries("do backward")
    said = str(drive.moved.error)
    assert said != "None"
    drive("back iteration")
    drive.tries("do backward")
    assert str(drive.moved.error) == said


def test_a_tape_into_which_something_has_written_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drive = Drive(model=model(Averaging), batch_size=2)
    drive("finish", "finish")
    seen = numbers(drive)
    drive("finish")
    ran = counted(monkeypatch)
    drive("back iteration")
    assert ran == ["forward"] and numbers(drive) == seen


def test_a_buffer_that_is_only_read_leaves_the_tape_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drive = Drive(model=model(Shifted), batch_size=2)
    drive("finish", "finish")
    seen = numbers(drive)
    ran = counted(monkeypatch)
    for _ in range(3):  # each restores the buffer, which counts as written
        drive("finish", "back iteration")
        assert numbers(drive) == seen
    assert ran == ["forward"] * 3


def test_no_tape_is_kept_that_takes_much_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = Drive(history_mb=256, batch_size=2), Drive(history_mb=1, batch_size=2)
    for drive in (small, large):
        drive(*["finish"] * 4)
        near = drive.session.history.near
        assert near is not None
        kept = [state.kept for n in range(5) if (state := near.at(n)) is not None]
        tapes = [tape for tape in kept if tape]
        assert len(tapes) == (TAPES if drive is small else 0)
        assert drive.session.history.bytes >= sum(tape.bytes for tape in tapes[:-1])


def test_a_gpus_spare_memory_is_beside_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lenet_tui.history.engine.near.spare", lambda device: 2**30)
    drive = Drive(batch_size=64, history_mb=1)
    for _ in range(4):
        drive("finish")
    history = drive.session.history
    near = history.near
    assert near is not None
    tapes = [state.kept for n in (2, 3, 4) if (state := near.at(n)) and state.kept]
    assert len(tapes) == TAPES
    assert all(tape.bytes > history.index.budget for tape in tapes)
    assert near.bytes < history.index.budget
    ran = counted(monkeypatch)
    drive("back iteration")
    assert not ran


def test_there_is_nothing_to_spare_on_a_cpu() -> None:
    assert spare(torch.device("cpu")) == 0


@pytest.mark.gpu
def test_a_gpu_reads_what_it_has_room_for() -> None:
    with pytest.MonkeyPatch.context() as patch:
        drive = Drive(batch_size=64, history_mb=1, device="cuda:0")
        for _ in range(4):
            drive("finish")
        before = numbers(drive)
        drive("back iteration")
        drive("finish")
        assert numbers(drive) == before
        ran = counted(patch)
        drive("back iteration")
        assert not ran
        assert not drive.moved.frame.divergence
