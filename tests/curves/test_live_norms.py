"""What a run's frames say in the training view is what a recorded iteration says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.messages import FrameUpdate, Subscription
from tests.harness.driving import Drive

PARTLY_FROZEN = """
import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(1024, 12), nn.Tanh(), nn.Linear(12, 10))
model[1].weight.requires_grad_(False)
"""


def watched(*, tape: bool, preset: str = "digits", **options: Any) -> dict[int, Frame]:
    """The frames of a run before its last iterations, which are recorded in any case, by number."""
    drive = Drive(preset, **options)
    drive.session.subscribe_next(Subscription(norms=True, tape=tape))
    drive("run 3")
    drive.hooks.watching = True
    drive("continue 30")
    frames = [report.frame for report in drive.hooks.sent if isinstance(report, FrameUpdate)]
    return {frame.position.iteration: frame for frame in frames if frame.position.iteration < 31}


def recorded(iterations: list[int], preset: str = "digits", **options: Any) -> list[Frame]:
    drive = Drive(preset, **options)
    drive.session.subscribe_next(Subscription(norms=True))
    return [drive.frame(f"goto {iteration}") for iteration in iterations]


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 8},
        {"optimizer": "adam", "schedule": "step:10:0.5"},
        {"optimizer": "adamw", "weight_decay": 0.1, "clip": 0.5, "batch_size": 8},
    ],
    ids=lambda given: given.get("optimizer", "manual"),
)
def test_norms_measured_live_are_those_of_a_tape(options: dict[str, Any]) -> None:
    live = watched(tape=False, **options)
    assert len(live) > 1 and all(frame.entry is None for frame in live.values())
    for frame, taped in zip(live.values(), recorded(list(live), **options), strict=True):
        assert replace(frame.position, index=0) == replace(taped.position, index=0)
        assert frame.norms == taped.norms and frame.norms is not None
        assert (frame.loss, frame.right, frame.lr) == (taped.loss, taped.right, taped.lr)
        assert frame.options == taped.options


def test_what_is_frozen_is_no_part_of_the_update(tmp_path: Path) -> None:
    path = tmp_path / "frozen.py"
    path.write_text(PARTLY_FROZEN)
    options = {"model": str(path), "data": "digits"}
    live = watched(tape=False, **options)
    for frame, taped in zip(live.values(), recorded(list(live), **options), strict=True):
        assert frame.norms == taped.norms and frame.norms is not None
    drive = Drive(**options)
    drive.session.subscribe_next(Subscription(norms=True))
    before = {n: p.detach().clone() for n, p in drive.session.navigator.trainer.parameters.items()}
    norms = drive.frame("finish").norms
    moved = [
        (before[n], p)
        for n, p in drive.session.navigator.trainer.parameters.items()
        if p.requires_grad
    ]
    old = sum(float(b.double().square().sum()) for b, _ in moved) ** 0.5
    new = sum(float((p.detach() - b).double().square().sum()) for b, p in moved) ** 0.5
    assert norms is not None and norms.ratio == pytest.approx(new / old, rel=1e-9)


def test_times_that_were_not_taken_are_none() -> None:
    frames = watched(tape=False)
    assert all(s.seconds is None for f in frames.values() for s in f.segments)
    assert all(s.seconds for f in watched(tape=True).values() for s in f.segments)


def test_a_run_that_somebody_watches_for_a_condition_is_recorded() -> None:
    drive = Drive()
    drive("watch loss < 0")
    drive.session.subscribe_next(Subscription(norms=True, tape=False))
    drive.hooks.watching = True
    drive("continue 20")
    frames = [report.frame for report in drive.hooks.sent if isinstance(report, FrameUpdate)]
    assert frames and all(frame.entry is not None for frame in frames)
