"""What a checkpoint of a person's own holds; odd and hostile ones too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from lenet_tui.training.engine.checkpoint_file import held
from lenet_tui.training.request import HeldPart

WEIGHTS = {"w": torch.zeros(2)}


def rows(path: Path, content: Any) -> dict[str, HeldPart]:
    """The parts that are found in a file of this content, by name."""
    torch.save(content, path / "c.pt")
    return {part.name: part for part in held(str(path / "c.pt")).parts}


def optimizer(state: Any, *groups: Any) -> dict[str, Any]:
    return {"model": WEIGHTS, "optimizer": {"state": state, "param_groups": list(groups)}}


def test_what_torch_saves_is_said_in_numbers(tmp_path: Path) -> None:
    model = nn.Linear(3, 2)
    adam = torch.optim.Adam(model.parameters(), lr=0.005)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 10)
    model(torch.ones(1, 3)).sum().backward()
    adam.step()
    cosine.step()
    content = {"optimizer": adam.state_dict(), "scheduler": cosine.state_dict()}
    found = rows(tmp_path, {"model": model.state_dict(), **content})
    of_adam = dict(found["optimizer"].facts)
    assert (of_adam["parameters"], of_adam["states"], of_adam["step"]) == (2, 2, 1)
    assert of_adam["keeps"] == "exp_avg, exp_avg_sq"
    assert dict(found["scheduler"].facts)["last_epoch"] == 1


@pytest.mark.parametrize(
    ("step", "said"),
    [("abc", "abc"), (float("nan"), "nan"), (torch.tensor(7.0), 7), (torch.zeros(3), "Tensor")],
)
def test_a_step_that_is_no_count_is_said_as_it_stands(tmp_path: Path, step: Any, said: Any) -> None:
    found = rows(tmp_path, optimizer({0: {"step": step}}, {"params": [0], "lr": None}))
    facts = dict(found["optimizer"].facts)
    assert (facts["step"], facts["lr"]) == (said, "None")


@pytest.mark.parametrize(
    "content",
    [
        optimizer([], {"params": [0]}),
        optimizer({}, {"params": 5}),
        optimizer({}, {"params": [0]}, 5),
        {"model": WEIGHTS, "optimizer": {"state": {}, "param_groups": 3}},
    ],
)
def test_what_only_looks_like_an_optimizer_is_called_none(tmp_path: Path, content: Any) -> None:
    assert "optimizer" not in {part.kind for part in rows(tmp_path, content).values()}


@pytest.mark.parametrize(
    "part",
    [
        {"last_epoch": "x", "_last_lr": 5},
        {"last_epoch": 3, "_last_lr": ["a", torch.zeros(2)]},
        {"scale": "x", "_growth_tracker": None},
        {"scale": torch.zeros(2, 2), "_growth_tracker": [1]},
    ],
)
def test_odd_states_are_rows_as_others(tmp_path: Path, part: Any) -> None:
    found = rows(tmp_path, {"model": WEIGHTS, "part": part})
    assert found["part"].kind in {"scheduler", "scaler"}
    assert all(isinstance(value, (str, int)) for _, value in found["part"].facts)
