"""Quick digests of large states: what changes a bit changes them, and what does not is not read."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import parse_move
from lenet_tui.tape.engine import bit_sums, state_digest
from lenet_tui.tape.engine.bit_sums import SMALL, quick_digest
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.tape.engine.state_digest import StateDigests
from lenet_tui.training.engine.same_bits import same_bits
from tests.harness.driving import Drive

DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.complex64, torch.uint8, torch.bool]
SIZES = [1, 7, SMALL // 4, SMALL // 4 + 1, 5 * SMALL + 3]


def made(size: int, dtype: torch.dtype) -> Tensor:
    return torch.randint(0, 2, (size,)).to(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", SIZES)
def test_every_bit_and_its_place_counts(dtype: torch.dtype, size: int) -> None:
    luck = random.Random(size)
    tensor = made(size, dtype)
    first = quick_digest(tensor)
    assert quick_digest(tensor.clone()) == first == quick_digest(tensor)
    assert quick_digest(torch.cat([tensor[:1], tensor])[1:]) == first  # at an odd address
    assert quick_digest(tensor.reshape(1, size)) != first
    for _ in range(20):
        other = tensor.clone()
        place = luck.randrange(size)
        other[place] = ~other[place] if dtype == torch.bool else other[place] + 1
        assert quick_digest(other) != first
        one, two = luck.randrange(size), luck.randrange(size)
        swapped = tensor.clone()
        swapped[one], swapped[two] = tensor[two].clone(), tensor[one].clone()
        assert (quick_digest(swapped) != first) == bool(tensor[one] != tensor[two])


def test_zeros_of_either_sign_and_written_tensors_differ() -> None:
    tensor = torch.zeros(2 * SMALL)
    first = quick_digest(tensor)
    tensor[3] = -0.0
    assert quick_digest(tensor) != first
    tensor[3] = 0.0
    assert quick_digest(tensor) == first
    with torch.inference_mode():
        inside = torch.zeros(2 * SMALL)
        assert quick_digest(inside) == first
        inside.add_(1)
        assert quick_digest(inside) != first


def test_a_small_tensor_has_the_digest_of_its_reduced_bytes_however_it_is_read() -> None:
    whole = torch.randn(6, 4)
    for tensor in (whole, whole.t(), whole[0, 0], whole[:0], whole[1:, 1:], whole.to_sparse()):
        assert quick_digest(tensor) == bit_sums._hashed(
            tensor, bit_sums._reduced(tensor).numpy().data
        )


class Wide(nn.Module):
    """More parameters than are hashed whole, and one that is frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Linear(1024, 300)
        self.frozen = nn.Linear(300, 300).requires_grad_(False)
        self.head = nn.Linear(300, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.frozen(self.wide(x.flatten(1))))  # type: ignore[no-any-return]


def wide() -> Drive:
    return Drive(model=f"{__name__}:Wide", optimizer="adam")


def test_a_walk_gives_the_digests_of_its_states_whatever_came_before() -> None:
    drive, luck = wide(), random.Random(1)
    drive("run 2")
    for _ in range(60):
        line = luck.choice(["op"] * 4 + ["back op"] * 3 + ["phase", "back phase", "finish"])
        digest = drive(line).frame.digest
        navigator = drive.session.navigator
        assert len(digest) == 32
        assert digest == StateDigests().at(navigator.tape, navigator.cursor), line
        fresh = copy.copy(navigator.tape)
        assert digest == StateDigests().at(fresh, navigator.cursor)


def test_an_op_reads_only_what_it_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    drive = wide()
    drive("run 1", "phase", "phase", "phase", "phase")
    read: list[int] = []

    def count(name: str) -> None:
        reads = getattr(bit_sums, name)

        def counting(tensor: Tensor) -> Any:
            read.append(tensor.numel())
            return reads(tensor)

        monkeypatch.setattr(bit_sums, name, counting)

    count("_reduced")
    count("_hashed_at_once")
    monkeypatch.setattr(state_digest, "state_digest", lambda state: pytest.fail("hashed whole"))
    for number, line in enumerate(("op", "op", "back op", "op", "back op", "op", "op")):
        drive.session.do(DoMove(100 + number, parse_move(line)))
    assert sorted(read) == [300, 1024 * 300]  # wide.weight, wide.bias; frozen.weight stayed


def test_a_state_that_a_replay_does_not_give_again_is_said() -> None:
    drive = wide()
    drive("run 3")
    drive("goto 1", "goto 3")
    assert drive.moved.frame.divergence is None
    drive.again()
    assert drive.session.history.divergence is None
    blob = bytearray(drive.store.blobs[0])
    blob[-100_000] ^= 1
    drive.store.blobs[0] = bytes(blob)
    drive.again()
    assert drive.session.history.divergence is not None


def test_only_what_an_update_changed_is_copied() -> None:
    drive = wide()
    drive("run 3", "finish", "op", "phase", "phase", "phase", "phase", "phase")
    tape = drive.session.navigator.tape
    for entry in tape.segments[-1].entries:
        assert isinstance(entry, UpdateEntry)
        before, last = tape.base.updates[entry.name], entry
        assert last.before is before.after
        if entry.name.startswith("frozen"):
            assert last.after is last.before and not last.state
        else:
            assert all(last.state[key] is before.state_after[key] for key in last.state)
            for key, now in last.state_after.items():
                assert not torch.equal(now, last.state[key])
    drive("set optimizer momentum", "finish", "set optimizer adam", "finish")
    for entry in drive.session.navigator.tape.segments[-1].entries:
        assert isinstance(entry, UpdateEntry)
        assert not entry.state  # a new optimizer begins without one


def test_a_frozen_parameter_that_is_written_to_is_copied() -> None:
    drive = wide()
    drive("run 2")
    with torch.no_grad():
        drive.session.navigator.trainer.parameters["frozen.weight"].data[0, 0] = -0.0
    drive("finish")
    entry = drive.session.navigator.tape.segments[-1].entries[2]
    assert isinstance(entry, UpdateEntry) and entry.name == "frozen.weight"
    assert entry.after[0, 0] == 0 and not same_bits(entry.before, entry.after)
    assert not same_bits(torch.zeros(2), -torch.zeros(2))
    assert same_bits(torch.full((2,), torch.nan), torch.full((2,), torch.nan))
