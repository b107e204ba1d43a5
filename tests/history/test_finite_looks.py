"""A run looks now and then whether all is finite, and stops where looking each time would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from torch import Tensor

from lenet_tui.history.engine import finite_looks
from lenet_tui.training.engine.optimizers import Updater
from lenet_tui.training.engine.trainer import Trainer
from tests.harness.driving import Drive

AFTER = ("finish", "back phase", "continue 40", "back iteration", "continue 3")


def course(options: dict[str, Any], *commands: str) -> list[tuple[Any, ...]]:
    """What a session is and says after each command, and the losses that it has given out."""
    drive, seen = Drive(**options), []
    for command in commands:
        moved = drive.tries(command)
        frame, known = moved.frame, drive.session.snapshot()
        said = (str(moved.stopped), str(moved.error), drive.state, known.end, known.evaluations)
        losses = (frame.loss, frame.end, frame.losses_from, frame.losses.tolist())
        seen.append((command, drive.at, *said, *losses))
    return seen


def silently_broken(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Have the update of an iteration leave an infinity that no output and no loss shows.

    A bias of −∞ before a ReLU gives 0, and no gradient.
    """
    begin, step, now = Trainer.begin, Updater._step, [0]

    def begun(trainer: Trainer, iteration: int) -> None:
        now[0] = iteration
        begin(trainer, iteration)

    def stepped(updater: Updater, names: Sequence[str] | None, copied: bool) -> dict[str, Tensor]:
        made = step(updater, names, copied)
        if now[0] == at and (names is None or "conv1.bias" in names):
            bias = updater._parameters["conv1.bias"]
            for tensor in (bias.data, *(t for n, t in made.items() if n == "conv1.bias")):
                tensor[0] = float("-inf")
        return made

    monkeypatch.setattr(Trainer, "begin", begun)
    monkeypatch.setattr(Updater, "_step", stepped)


@pytest.mark.parametrize(
    "options",
    [
        {"lr": 0.9},
        pytest.param({"lr": 30.0, "optimizer": "adam", "loss": "mse"}, marks=pytest.mark.slow),
        pytest.param(
            {"lr": 0.3, "optimizer": "momentum", "evaluate_every": 40}, marks=pytest.mark.slow
        ),
        {"lr": 1e30},
    ],
    ids=lambda options: str(options["lr"]),
)
def test_a_run_stops_where_looking_each_time_would(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = course(options, "continue 400", *AFTER)
    monkeypatch.setattr(finite_looks, "EACH", 1)
    assert str(late) == str(course(options, "continue 400", *AFTER))


@pytest.mark.parametrize(
    "at", [2, 17, *(pytest.param(n, marks=pytest.mark.slow) for n in (9, 16, 33, 60))]
)
def test_what_no_loss_shows_is_found_in_its_own_iteration(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    silently_broken(monkeypatch, at)
    options = {"evaluate_every": 7}
    late = course(options, "continue 100", *AFTER)
    (iteration, phase, *_), stopped = late[0][1:3]
    assert (iteration, phase) == (at, "update")
    assert "conv1.bias" in stopped
    assert late[0][5][0] == at, "the session ends with that iteration"
    monkeypatch.setattr(finite_looks, "EACH", 1)
    assert str(late) == str(course(options, "continue 100", *AFTER))


def test_a_watchpoint_that_comes_true_later_does_not_hide_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silently_broken(monkeypatch, 19)
    late = course({}, "watch iteration >= 23", "continue 100")
    assert late[-1][1][:2] == (19, "update")
