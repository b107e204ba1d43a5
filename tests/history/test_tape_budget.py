"""A tape within a budget: what it has let go of is run again, and all is as with the whole tape."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import Tensor, nn

from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain
from lenet_tui.export.engine.answers import export
from lenet_tui.export.request import Export
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.messages import DoMove, Moved, Remark, Subscription
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.request import Rejected
from lenet_tui.protocol.views import ViewRequest
from lenet_tui.tape.engine.budget import TapeBudget
from tests.harness.driving import Drive

FILES = Path(__file__).parent.parent / "training" / "files"
LINES = (
    *("op", "phase", "back op", "back phase") * 3,
    *("finish", "back iteration", "goto 2", "run 3", "do forward", "do backward", "skip zero_grad"),
)
OWN = tuple(line for line in LINES if not line.startswith(("do", "skip")))
LENET = ("conv1", "conv1.grad", "fc1.relu", "fc1.relu.grad", "loss.grad", "output", "conv1.weight")
CELLS = ("conv1[0,0,3,3]", "fc1[0,5]", "conv1.weight.grad[0,0,2,3]", "conv2.relu.grad[0,1,2,2]")


class Small:
    """A session whose tape holds so many bytes; ``None``: any."""

    def __init__(self, limit: int | None, **options: Any) -> None:
        self.drive = Drive(**options)
        if limit is not None:
            self.session._budget.limit = limit
        self.number = 0

    @property
    def session(self) -> Session:
        return self.drive.session

    @property
    def budget(self) -> TapeBudget:
        return self.session._budget

    def __call__(self, line: str) -> Moved:
        self.number += 1
        moved = self.session.do(DoMove(self.number, parse_move(line), parameters=True))
        assert self.budget.limit == float("inf") or self.within, line
        return moved

    @property
    def within(self) -> bool:
        """Whether no more is held than allowed, but for what is looked at."""
        return self.budget.bytes <= self.budget.limit or bool(self.budget._pinned)

    def look(self, names: tuple[str, ...]) -> list[Any]:
        """All that a screen shows, with these tensors on it."""
        views = tuple(ViewRequest(n, n, "numbers", rows=3, cols=3) for n in names)
        frame = self.session.subscribe(Subscription(views, graph=True))
        numbers = [
            (v.state, v.shape, v.made, None if v.values is None else v.values.tobytes())
            for v in frame.views
        ]
        losses = np.nan_to_num(frame.losses).tobytes()
        return [
            frame.position, frame.rows, frame.entry, frame.graph,
            frame.loss, frame.digest, frame.divergence, frame.segments and len(frame.segments),
            frame.outputs, frame.output_shape, numbers, losses, frame.failure,
        ]  # fmt: skip

    def ask(self, cell: str) -> Any:
        try:
            return explain(Explain(cell), self.session)
        except Rejected as error:
            return error.notice


def walk(
    limit: int, lines: tuple[str, ...], names: tuple[str, ...], length: int = 40, **options: Any
) -> int:
    """A random walk with a small tape and with a whole one, one after the other.

    Returns how often an iteration was run again.
    """
    shown: list[list[Any]] = []
    again = 0
    for allowed in (limit, None):
        luck = random.Random(5)
        small, seen = Small(allowed, **options), []
        for _ in range(length):
            moved = small(luck.choice(lines))
            looked = luck.sample(names, 2) if luck.random() < 0.5 else []
            seen.append((moved.error, moved.parameters, small.look(tuple(looked))))
            if luck.random() < 0.3 and not options.get("model"):
                seen.append(small.ask(luck.choice(CELLS)))
        shown.append(seen)
        again = max(again, small.session.navigator.recomputed)
    for number, (one, other) in enumerate(zip(*shown, strict=True)):
        assert one == other, number
    return again


@pytest.mark.parametrize(
    ("length", "least"), [(20, 2), pytest.param(80, 10, marks=pytest.mark.slow)]
)
def test_with_a_small_tape_all_is_as_with_a_whole_one(length: int, least: int) -> None:
    assert walk(60_000, LINES, LENET, length, batch_size=4) > least


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["tagger", *(pytest.param(f, marks=pytest.mark.slow) for f in ("gan", "vae", "resnet"))]
)
def test_with_a_small_tape_an_owners_step_is_as_with_a_whole_one(file: str) -> None:
    whole = Drive("", model=str(FILES / f"{file}.py"))
    whole("finish")
    names = [e.name for e in whole.session.navigator.recorder.expected]
    picked = (*names[:2], f"{names[0]}.grad", names[len(names) // 2], names[-1])
    assert walk(3_000, OWN, picked, preset="", model=str(FILES / f"{file}.py"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        *("tests.harness.models:Clipped", "tests.harness.models:Residual"),
        *("tests.tape.test_nested_backward:Checkpointed", "tests.tape.test_in_place:Reshaped"),
        "tests.harness.deep_models:DeepGpt",
    ],
)
def test_with_a_small_tape_a_model_is_as_with_a_whole_one(model: str) -> None:
    whole = Drive(model=model)
    whole("finish")
    names = [e.name for e in whole.session.navigator.recorder.expected]
    picked = (names[0], names[-1], f"{names[-1]}.grad", f"{names[len(names) // 2]}.grad")
    assert walk(1, LINES, picked, model=model, batch_size=2)


def test_what_is_kept_and_what_is_run_again_is_said() -> None:
    small = Small(None, batch_size=24, tape_mb=1)
    for _ in range(4):
        moved = small("phase")
    frame = moved.frame
    assert 0 < frame.tape_bytes <= 2**20
    assert frame.tape_dropped
    assert not frame.recomputed
    remarks = [r.notice for r in small.drive.hooks.sent if isinstance(r, Remark)]
    assert [r.key for r in remarks if "tape" in r.key] == ["history:tape-over-budget"]
    view = ViewRequest("v", "conv1")
    assert small.session.subscribe(Subscription((view,))).recomputed
    again = small.session.navigator.recomputed
    small("back op")
    assert small.session.navigator.recomputed == again, "what is looked at stays"
    assert not small("finish").frame.tape_bytes > 2**20
    assert not small("phase").frame.recomputed
    assert small.within


def test_something_that_comes_out_otherwise_when_it_is_run_again_is_said() -> None:
    small = Small(20_000, batch_size=4)
    for _ in range(4):
        small("phase")
    assert small.budget._digests
    first = min(small.budget._digests)
    small.budget._digests[first] = False, ("0" * 64,)
    frame = small.session.subscribe(Subscription((ViewRequest("v", "conv1"),)))
    assert frame.divergence is not None
    assert frame.divergence.key == "history:not-reproduced"


def test_a_transcript_and_an_export_do_not_mind_the_budget() -> None:
    scripts = []
    transcripts = []
    for limit in (20_000, None):
        small = Small(limit, batch_size=4)
        ops = []
        for number in range(5):
            command = DoMove(number, parse_move("phase"), parameters=True, ops=True)
            ops.append(small.session.do(command).phase.ops)  # type: ignore[union-attr]
        for line in ("back phase", "back phase", "back phase"):
            small(line)
        for number in range(5, 7):  # passes what is recorded already, and was cut
            command = DoMove(number, parse_move("phase"), parameters=True, ops=True)
            ops.append(small.session.do(command).phase.ops)  # type: ignore[union-attr]
        small("back op")
        scripts.append(export(Export(), small.session))
        transcripts.append(ops)
    assert scripts[0] == scripts[1]
    assert transcripts[0] == transcripts[1]


def test_a_watchpoint_holds_where_it_would() -> None:
    stops = []
    for limit in (20_000, None):
        small = Small(limit, batch_size=4)
        small("watch norm(conv1.grad) > 0")
        small("watch mean(fc1.relu) > 0.05")
        at = [small(line).frame for line in ("continue 3", "continue 3", "reverse-continue")]
        stops.append([(f.position, f.watches) for f in at])
    assert stops[0] == stops[1]


class Late(nn.Module):
    """Fails after its layers, in the second forward."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(1024, 400), nn.Tanh(), nn.ReLU())
        self.head = nn.Linear(400, 10)
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        x = self.layers(x)
        return self.head(x if self.calls < 2 else x[:, :3])  # type: ignore[no-any-return]


def test_a_failed_forward_is_seen_op_by_op_within_the_budget() -> None:
    shown = []
    for limit in (5_000, None):
        small = Small(limit, model="tests.history.test_tape_budget:Late", batch_size=4)
        seen = []
        for line in ("finish", "op", "op", "op", "op", "op", "back op", "op"):
            moved = small.session.do(DoMove(0, parse_move(line), parameters=True))
            seen.append((str(moved.error), small.look(("layers.1", "layers.2", "layers.3"))))
        shown.append(seen)
        assert small.session.navigator.failure
    assert shown[0] == shown[1]
