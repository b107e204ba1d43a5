"""Training files on a GPU: run by ``pytest -m gpu`` where there is one, skipped elsewhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

import pytest
import torch

from lenet_tui.training.engine.determinism import deterministic
from tests.harness.driving import Drive
from tests.harness.plain_loop import FILES, states

pytestmark = pytest.mark.gpu
GPU = "cuda:0"
MAKES_ON_THE_CPU = "gan"
"""Its step makes tensors where its owner has no GPU in mind."""
NAMES = sorted({file.stem for file in FILES.glob("[a-z]*.py")} - {MAKES_ON_THE_CPU})
MANY = 20


@pytest.fixture(autouse=True)
def _equal_bits() -> Iterator[None]:
    deterministic(torch.device(GPU))
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("name", NAMES)
def test_a_walk_ends_in_the_plain_loops_bits(name: str) -> None:
    plain = list(islice(states(name, device=GPU), MANY))
    drive, draw = Drive("", model=str(FILES / f"{name}.py"), device=GPU), random.Random(name)
    forward = ["op", "op", "phase", "finish", "run 3"]
    path: list[str] = []
    for _ in range(60):
        last = drive.at[0]
        back = ["back op", "back phase", "back iteration", f"goto {draw.randint(0, last)}"]
        move = draw.choice(forward if last < 3 else [*forward, *back] if last < MANY - 4 else back)
        path.append(move)
        drive(move)
        assert not drive.moved.frame.divergence, path
        if draw.random() < 0.05:
            drive.again()
        if drive.moved.frame.boundary and drive.at[0]:
            assert drive.state == plain[drive.at[0] - 1][0], path


def test_a_step_that_knows_of_no_gpu_stays_on_the_cpu() -> None:
    drive = Drive("", model=str(FILES / f"{MAKES_ON_THE_CPU}.py"), device="auto")
    drive("run 2")
    assert drive.moved.frame.options.device == "cpu"
