"""The last boundaries: a step back from them runs one iteration, and gives what others give."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from lenet_tui.history.engine.near import FEWEST, MOST
from lenet_tui.protocol.messages import Remark, Subscription
from lenet_tui.tape.engine.digest import digest
from lenet_tui.training.engine.trainer import Trainer
from tests.harness.driving import Drive
from tests.harness.few import few

SOMETIMES = (
    *("finish", "phase", "back iteration") * 4,
    *("op", "back op", "back phase", "back iteration") * 2,
    *("skip zero_grad", "do forward", "do backward", "do update", "set lr 0.02", "set loss mse"),
    *("set clip 1", "set optimizer momentum", "set optimizer adam", "run 7", "goto 3"),
)
OWN = (
    *("finish", "phase", "back iteration") * 4,
    *("op", "back op", "back phase", "back iteration") * 2,
    *("set lr 0.02", "run 7", "goto 3"),
)
FILES = Path(__file__).parent.parent / "training" / "files"
MODELS = (
    "lenet_tui.training.engine.model:Net",
    "tests.harness.models:sequential",
    "tests.harness.models:Clipped",
    "tests.history.test_keyframes:Changing",
)


def shown(drive: Drive) -> Any:
    """All that a frame shows of a state, but for the memory it takes and the clock."""
    frame = drive.moved.frame
    names = list(drive.session.navigator.trainer.parameters)
    aspects = [drive.find(f"{n}{a}") for n in names for a in ("", ".grad", ".update")]
    seen = [(a.state, a.made, None if a.tensor is None else digest(a.tensor)) for a in aspects]
    return (
        drive.at, drive.state, drive.moved.error, frame.loss, frame.accumulated, frame.outputs,
        frame.output_shape, frame.rows, frame.options, frame.end, frame.ahead, seen,
        frame.divergence, frame.graph,
    )  # fmt: skip


@pytest.mark.parametrize("model", few(MODELS))
@pytest.mark.parametrize(
    ("seed", "length"), [(1, 35), *(pytest.param(s, 70, marks=pytest.mark.slow) for s in (1, 2))]
)
def test_with_near_states_all_is_as_without(model: str, seed: int, length: int) -> None:
    walk({"model": model, "batch_size": 2, "optimizer": "adam"}, SOMETIMES, seed, length)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("file", ["tagger", "gan", "experts", "regression"])
def test_with_near_states_an_owners_step_is_as_without(file: str, seed: int) -> None:
    walk({"preset": "", "model": str(FILES / f"{file}.py")}, OWN, seed)


@pytest.mark.slow
def test_a_keyframe_that_is_passed_again_is_the_same_whatever_was_drawn_since() -> None:
    drive = Drive("", model=str(FILES / "gan.py"))
    for line in ("run 70", "goto 20", "goto 33", "goto 70"):
        assert not drive(line).frame.divergence, line


def walk(options: dict[str, Any], often: tuple[str, ...], seed: int, length: int = 70) -> None:
    luck = random.Random(seed)
    lines = [luck.choice(often) for _ in range(length)]
    walks: list[list[Any]] = []  # one after the other, as they draw from the same generators
    for near in (True, False):
        drive = Drive(**options)
        drive.session.subscribe_next(Subscription(graph=True))
        if not near:
            drive.session.history.near = None
        walks.append([])
        for line in lines:
            drive.tries(line)
            walks[-1].append(shown(drive))
    for number, (one, other) in enumerate(zip(*walks, strict=True)):
        assert one == other, (number, lines[: number + 1])


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each forward and each iteration without a tape."""
    ran: list[str] = []

    def noting(name: str) -> None:
        true = getattr(Trainer, name)

        def call(self: Trainer, *args: Any) -> Any:
            ran.append(name)
            return true(self, *args)

        monkeypatch.setattr(Trainer, name, call)

    noting("forward")
    noting("plain_iteration")
    return ran


@pytest.mark.parametrize("walk", few([["run 130"], ["finish"] * 5, ["run 40", "finish", "phase"]]))
def test_a_step_back_runs_one_iteration(walk: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    drive = Drive(history_mb=1, optimizer="adam")
    drive(*walk)
    ran = counted(monkeypatch)
    drive("back iteration")
    assert ran == ["forward"]
    drive("finish", "back iteration")
    assert ran == ["forward"] * 3


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [1, 256])
def test_a_walk_far_back_does_not_begin_anew_each_time(
    megabytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = Drive(history_mb=megabytes, optimizer="adam")
    wanted = {n: drive(f"goto {n}").frame.digest for n in range(12, 31)}
    drive("goto 60", "goto 30")
    ran = counted(monkeypatch)
    for number in range(29, 11, -1):
        assert drive("back iteration").frame.digest == wanted[number]
        assert drive.at[0] == number and not drive.moved.frame.divergence
    assert len(ran) < 18 * 9


@pytest.mark.slow
def test_a_small_budget_is_said_once_and_keeps_the_first_and_the_last() -> None:
    drive = Drive(history_mb=1, optimizer="adam")
    drive("run 31")
    assert not drive.hooks.sent
    drive("run 300", "finish")
    said = [str(r.notice) for r in drive.hooks.sent if isinstance(r, Remark)]
    assert len(said) == 1 and "only the first and the last" in said[0]
    assert set(drive.store.blobs) == {0, 320}
    drive("goto 300", "goto 332")
    assert not drive.moved.frame.divergence


@pytest.mark.slow
def test_near_states_share_the_budget() -> None:
    roomy, tight = Drive(history_mb=64), Drive(history_mb=1, optimizer="adam")
    kept = []
    for drive in (roomy, tight):
        drive(*["finish"] * 12)
        near = drive.session.history.near
        assert near is not None
        kept.append(sum(near.at(n) is not None for n in range(13)))
    assert kept == [MOST, FEWEST]
