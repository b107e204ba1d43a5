"""Python's garbage collector while iterations are recorded."""

from __future__ import annotations

import gc
import weakref
from typing import ClassVar

import torch
from torch import Tensor, nn

from lenet_tui.tape.engine.collection import collection_as_usual
from tests.harness.driving import Drive

HERE = "tests.tape.test_collection"


class Circles(nn.Module):
    """Leaves circles of objects behind in each forward, a tensor in one of them."""

    seen: ClassVar[list[weakref.ref[Tensor]]] = []

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))
        self.small = nn.Sequential(*[nn.Linear(10, 10) for _ in range(60)])

    def forward(self, x: Tensor) -> Tensor:
        lost = torch.zeros(3)
        for _ in range(300):
            circle: list[object] = [lost]
            circle.append(circle)
        Circles.seen.append(weakref.ref(lost))
        return self.small(self.layers(x))  # type: ignore[no-any-return]


def test_the_tape_is_not_collected_over_and_over() -> None:
    of_the_tests, usual = gc.get_threshold(), (700, 10, 10)
    gc.set_threshold(*usual)
    drive = Drive(model=f"{HERE}:Circles")
    collected: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            collected.append(drive.session.navigator.iteration)

    gc.collect()
    gc.callbacks.append(note)
    try:
        drive("phase", "phase", "phase", "phase", "phase")
        assert len(collected) <= 4, "the tape of one iteration is looked through at every phase"
        Circles.seen.clear()
        drive(*["finish"] * 6)
        alive = [ref for ref in Circles.seen[:3] if ref() is not None]
        assert not alive, "what a model leaves behind has to go while iterations are recorded"
        collection_as_usual()
        assert gc.get_threshold() == usual
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*of_the_tests)
