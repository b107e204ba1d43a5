"""History: to any iteration and back, within a budget, and a difference is never hidden."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from lenet_tui.history.engine import answers
from lenet_tui.history.engine.history import MEGABYTE, History
from lenet_tui.history.keyframe_policy import FIRST_SPACING, LATEST
from lenet_tui.history.request import StoreKeyframe
from lenet_tui.protocol.messages import FrameUpdate, Subscription
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.training.engine import devices
from lenet_tui.training.engine.trainer import Trainer
from tests.harness.driving import Drive
from tests.harness.oracle_loops import classes


@pytest.mark.slow
@pytest.mark.parametrize(
    "optimizer, megabytes, length",
    [
        ("adam", 3, 110),
        pytest.param("adam", 3, 330, marks=pytest.mark.slow),
        pytest.param("manual", 2, 330, marks=pytest.mark.slow),
        pytest.param("manual", 256, 330, marks=pytest.mark.slow),
    ],
)
def test_to_any_iteration_within_the_budget(optimizer: str, megabytes: int, length: int) -> None:
    plain = list(classes(2, length, 1, optimizer))
    drive = Drive(seed=2, optimizer=optimizer, history_mb=megabytes)
    luck = random.Random(megabytes)
    ends = [length, 1, length - 1, length]
    for iteration in [luck.randrange(1, length) for _ in range(12)] + ends:
        frame = drive(f"goto {iteration}").frame
        assert drive.at == (iteration, "update", None, 60)
        assert drive.state == plain[iteration - 1].state
        assert frame.loss == plain[iteration - 1].loss
        assert not frame.divergence
        kept = sum(map(len, drive.store.blobs.values()))
        assert kept <= frame.history_bytes <= megabytes * MEGABYTE
        assert frame.end == max(frame.end, iteration)
    index = drive.session.history.index
    assert set(drive.store.blobs) == set(index.sizes)
    index.sizes.pop(index.halfway, None)
    even = sorted(index.sizes)[:-LATEST]
    assert all(b - a == index.spacing for a, b in pairwise(even))
    assert max(index.sizes) == max(n for n in range(length + 1) if n % FIRST_SPACING == 0)
    whole = [*range(0, length + 1, FIRST_SPACING)]
    assert (sorted(index.sizes) == whole) == (megabytes == 256)


def alter(drive: Drive, iteration: int) -> None:
    """Change one bit of the first weight in a keyframe."""
    blob = bytearray(drive.store.blobs[iteration])
    blob[8 + int.from_bytes(blob[:8], "little")] ^= 1
    drive.store.blobs[iteration] = bytes(blob)


def test_an_altered_keyframe_is_told_where_one_has_been_before() -> None:
    drive = Drive()
    drive("run 200", "goto 40", "goto 200", "goto 40")
    assert not drive.moved.frame.divergence
    drive("goto 200")
    alter(drive, 32)
    drive.session.history.near = None
    assert "iteration 40 did not come out the same" in str(drive("goto 40").frame.divergence)


def test_an_altered_keyframe_is_told_where_the_next_does_not_come_out_again() -> None:
    drive = Drive()
    drive("run 200")
    alter(drive, 32)
    assert not drive("goto 40").frame.divergence
    assert "iteration 64 did not come out the same" in str(drive("run 30").frame.divergence)


@pytest.mark.slow
def test_another_future_is_no_difference() -> None:
    drive = Drive(optimizer="sgd")
    drive("run 3", "phase", "phase", "phase", "phase", "back op", "phase", "back phase")
    assert not drive("do update", "back op", "op").frame.divergence
    drive("back iteration", "set lr 0.1", "finish", "set lr 0.5", "finish", "back iteration")
    assert not drive("set lr 0.7", "finish").frame.divergence
    drive("goto 100", "goto 50", "set batch-size 3")
    for move in ("goto 70", "goto 100", "goto 66", "goto 130"):
        assert not drive(move).frame.divergence


@pytest.mark.parametrize(
    "same",
    ["device cpu", "device auto", "lr 0.01", "data digits", "batch-size 1", "optimizer manual",
     "loss cross_entropy", "clip 0"],
)  # fmt: skip
def test_an_option_that_has_the_value_already_drops_nothing(same: str) -> None:
    drive = Drive()
    drive("run 3", "set lr 0.5", "run 2", "set lr 0.01", "finish", "goto 2", "op")
    end, plans = drive.session.history.end, dict(drive.session.history.plans)
    assert drive(f"set {same}").frame.ahead
    assert (drive.session.history.end, drive.session.history.plans) == (end, plans)
    assert drive("goto 4").frame.options.lr == 0.5
    assert drive("set lr 0.5").frame.ahead
    assert not drive("set lr 0.25").frame.ahead


def test_options_belong_to_the_place_where_they_were_set() -> None:
    drive = Drive()
    drive("run 2", "op", "op", "set lr 0.5", "op", "set loss mse", "finish", "finish")
    expected = drive.state

    def now() -> tuple[float, str]:
        options = drive.moved.frame.options
        return options.lr, options.loss

    drive("goto 2")
    assert now() == (0.01, "cross_entropy")
    drive("op")
    assert now() == (0.01, "cross_entropy")
    drive("op")
    assert now() == (0.5, "cross_entropy")
    drive("phase")
    assert now() == (0.5, "mse")
    drive("back op", *["back op"] * 9)
    assert drive.at == (3, "forward", 2, 2)
    assert now() == (0.5, "cross_entropy")
    drive("back op")
    assert now() == (0.01, "cross_entropy")
    drive("goto 4")
    assert drive.state == expected
    drive("goto 2", "set optimizer adam")
    assert drive.moved.frame.end == 2
    assert not drive.moved.frame.ahead


def test_what_torch_refuses_changes_nothing() -> None:
    drive = Drive(model="tests.harness.models:Failing", lr=0.003)
    error = str(drive.tries("run 500").error)
    assert error == "ValueError: the weights (models.py:81)"
    assert drive.at == (0, "init", None, 0)
    assert drive.moved.frame.end == 0
    while not drive.tries("finish").error:
        pass
    last = drive.at
    state = drive.state
    assert last[0] > 2
    assert drive.moved.frame.end == last[0]
    for move in ("phase", "finish", "run 3", "continue 9", f"goto {last[0] + 5}"):
        assert str(drive.tries(move).error) == "ValueError: the weights (models.py:81)"
        assert drive.at == last
        assert drive.state == state
    drive("back op", "set lr 0", "op", "back iteration", "set lr 0.0001", "run 5")
    assert drive.at[0] == last[0] + 4


def test_out_of_memory_says_what_to_change() -> None:
    """By an allocation that really fails; what was made before it does not stay."""
    drive = Drive(model="tests.harness.models:Hungry", batch_size=2)
    drive("run 2", "set batch-size 4")
    error = str(drive.tries("finish").error)
    assert "out of memory with batch size 4" in error
    assert "smaller" in error and "\n" not in error
    assert drive.at[0] == 2
    drive("set batch-size 1", "finish")


def test_a_device_that_answers_no_longer_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything asked of it would fail: only another process can go on."""
    drive = Drive(model="tests.harness.models:Failing", lr=0.003)
    monkeypatch.setattr(devices, "probe", lambda name: "CUDA error: device-side assert triggered")
    with pytest.raises(DeviceLost, match="cpu does not answer any longer: the weights"):
        drive.tries("run 500")


@pytest.mark.parametrize(
    "before, refused",
    [
        ((), "do loss"),
        ((), "do backward"),
        ((), "do backward random"),
        ((), "do update"),
        (("phase",), "do backward"),
        (("phase", "phase", "phase", "phase"), "do backward"),
        (("phase", "op"), "skip update"),
        (("phase", "phase", "op"), "do forward"),
        (("phase", "phase", "op"), "skip zero_grad"),
        (("phase",), "do backward onehot 10"),
        (("phase",), "do backward 1,2,3"),
        ((), "set data random"),
        ((), "set data /no/such/file.npz"),
        ((), "set device cuda:77"),
        ((), "set device teapot"),
        ((), "unwatch 1"),
    ],
)
def test_refused_in_one_line_and_nothing_has_changed(before: tuple[str, ...], refused: str) -> None:
    drive = Drive()
    drive("run 1", "back iteration", *before)
    at, state, options = drive.at, drive.state, drive.moved.frame.options
    ahead = drive.moved.frame.ahead
    moved = drive.tries(refused)
    assert moved.error and "\n" not in str(moved.error)
    assert (drive.at, drive.state, moved.frame.options) == (at, state, options)
    assert moved.frame.ahead == ahead
    drive("finish")


def test_gradients_accumulate_where_zero_grad_is_skipped() -> None:
    drive = Drive()
    drive("finish")
    assert drive.moved.frame.accumulated == 1
    drive("phase", "phase", "skip zero_grad", "phase")
    assert drive.moved.frame.accumulated == 2
    drive("phase", "phase", "phase", "skip zero_grad", "op")
    assert drive.moved.frame.accumulated == 3
    assert drive("goto 1").frame.accumulated == 1
    assert drive("goto 2").frame.accumulated == 2
    assert drive("do zero_grad").frame.accumulated == 0


def test_another_seed_starts_at_init() -> None:
    drive = Drive()
    drive("run 70", "set lr 0.1", "set seed 5")
    assert drive.at == (0, "init", None, 0)
    assert drive.moved.frame.options.lr == 0.1
    assert set(drive.store.blobs) == {0}
    drive("finish")
    assert drive.state == next(classes(5, 1, 1, lr=0.1)).state
    drive.again()
    drive("back iteration", "finish")
    assert drive.state == next(classes(5, 1, 1, lr=0.1)).state


def test_paused_where_an_iteration_ends() -> None:
    drive = Drive()
    drive.hooks.patience = 20
    assert str(drive("continue").stopped) == "paused"
    assert drive.at == (21, "update", None, 60)
    assert drive.state == list(classes(0, 21, 1))[-1].state
    drive.hooks.patience = 10**9
    drive("do zero_grad", "do forward")
    drive.hooks.patience = 0
    assert str(drive("continue").stopped) == "paused"
    assert drive.at == (21, "forward", None, 82)


@pytest.mark.parametrize("tape", [True, False])
def test_a_run_that_is_paused_far_from_a_keyframe_runs_nothing_again(
    tape: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = Drive()
    drive("run 3")
    begun: list[int] = []
    begin = Trainer.begin

    def noted(trainer: Trainer, iteration: int) -> None:
        begun.append(iteration)
        begin(trainer, iteration)

    monkeypatch.setattr(Trainer, "begin", noted)
    drive.session.subscribe(Subscription(tape=tape))
    drive.hooks.patience = 60
    with monkeypatch.context() as far:
        far.setattr(History, "wants", lambda history, iteration: False)
        drive("run 500")
    at = drive.session.navigator.iteration
    assert begun == [*range(4, at + 1)] and 60 < at < 70
    assert drive.session.frame().entry is not None, "where it pauses it is recorded"
    assert answers.store(StoreKeyframe(), drive.session) and at in drive.store.blobs
    assert begun == [*range(4, at + 1)]
    assert drive.state == list(classes(0, at, 1))[-1].state


@pytest.mark.parametrize("there", [True, False])
def test_a_keyframe_that_is_asked_for_after_an_option_was_set_is_no_divergence(
    there: bool,
) -> None:
    for option in ("lr 0.5", "optimizer adam", "batch-size 3", "loss mse"):
        plain, drive = Drive(), Drive()
        for each in (plain, drive):
            each("run 3")
            if there:
                assert answers.store(StoreKeyframe(), each.session)
            each(f"set {option}")
        assert answers.store(StoreKeyframe(), drive.session) is there
        for move in ("back iteration", "finish", "goto 1", "goto 6"):
            moved = drive(move)
            assert not moved.frame.divergence, (option, move)
        plain("goto 6")
        assert drive.state == plain.state, option
        drive.again()
        for move in ("goto 3", "goto 1", "goto 3", "goto 7"):
            assert not drive(move).frame.divergence, (option, move)


def test_frames_are_sent_when_wanted_and_every_loss_is_said_once() -> None:
    plain = [i.loss for i in classes(0, 53, 1)]
    ends = []
    for taped in (True, False):
        drive = Drive()
        drive.session.subscribe_next(Subscription(tape=taped))
        drive("run 3")
        drive.hooks.watching = True
        drive("continue 50")
        on_the_way = [r.frame for r in drive.hooks.sent if isinstance(r, FrameUpdate)]
        frames = [*on_the_way, drive.moved.frame]
        assert all(f.running for f in frames[:-1])
        assert not frames[-1].running
        assert frames[-1].entry is not None, "the end is recorded in any case"
        assert all(f.loss == plain[f.position.iteration - 1] for f in frames)
        assert all(f.position.phase == "update" for f in frames)
        assert (on_the_way[0].entry is not None) is taped
        losses: dict[int, float] = {}
        for frame in frames:
            for place, loss in enumerate(frame.losses):
                assert losses.setdefault(frame.losses_from + place, loss) == loss
        assert [losses[i] for i in range(4, 54)] == plain[3:]
        assert sum(len(f.losses) for f in frames) <= 52
        assert frames[-1].losses.dtype == np.float64
        ends.append((frames[-1].digest, drive.state, drive("back iteration").frame.digest))
    assert ends[0] == ends[1]


def test_a_rejected_move_amid_an_update_leaves_nothing_half_done_for_a_goto() -> None:
    drive = Drive()
    finished = drive("goto 4").frame.digest
    drive("back op")
    assert drive.tries("do loss").error
    moved = drive("goto 4")
    assert (moved.frame.digest, moved.frame.divergence) == (finished, None)
