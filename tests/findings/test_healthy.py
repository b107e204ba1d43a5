"""No healthy program is accused: neither of an error nor of a warning."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lenet_tui.findings.engine.check import check
from lenet_tui.findings.request import ITERATIONS
from lenet_tui.history.engine.keyframe import capture
from lenet_tui.protocol.options import resolve
from lenet_tui.training.engine.trainer import Trainer

FOLDER = Path(__file__).parent / "healthy"
PROGRAMS = sorted(file.stem for file in FOLDER.glob("*.py") if file.stem != "__init__")


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(p, marks=pytest.mark.slow) if number % 3 or p == "compiled" else p
        for number, p in enumerate(PROGRAMS)
    ],
)
def test_a_healthy_program_is_not_accused(program: str) -> None:
    options = resolve("own", model=str(FOLDER / f"{program}.py"), device="cpu")
    torch.set_num_threads(options.threads)
    found = check(Trainer(options), ITERATIONS)
    assert [f for f in found.findings if f.fails] == []


@pytest.mark.parametrize("preset", ["digits", "notebook"])
def test_the_app_s_own_presets_are_not_accused(preset: str) -> None:
    found = check(Trainer(resolve(preset, device="cpu")), ITERATIONS)
    assert [f for f in found.findings if f.fails] == []


def test_a_module_without_numbers_is_no_state() -> None:
    options = resolve("own", model=str(FOLDER / "several_at_once.py"))  # the device is chosen
    trainer = Trainer(options)
    assert trainer.device.type != "meta" and "base" not in trainer.objects.modules  # type: ignore[union-attr]
    assert not any(p.is_meta for p in trainer.parameters.values())
    assert capture(trainer)
