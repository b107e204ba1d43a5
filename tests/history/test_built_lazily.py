"""What a model builds in its first forward comes and goes with the attribute that notes it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from tests.harness.driving import Drive

HERE = "tests.history.test_built_lazily"


class Table:
    """Something that no keyframe can hold."""

    def __init__(self) -> None:
        self.rows = torch.linspace(0, 1, 10)


class Hooking(nn.Module):
    """It installs a hook once, and makes an object once."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1024, 10)
        self.caught: list[Tensor] = []

    def _catch(self, module: nn.Module, args: Any, output: Tensor) -> None:
        self.caught.append(output)

    def forward(self, x: Tensor) -> Tensor:
        if not getattr(self, "installed", False):
            self.head.register_forward_hook(self._catch)
            self.table = Table()
            self.installed = True
        self.caught.clear()
        out: Tensor = self.head(x.flatten(1))
        (caught,) = self.caught  # one hook, not none and not two
        self.caught.clear()
        return out + caught * self.table.rows


def test_a_hook_is_there_once_whichever_way_one_goes() -> None:
    driven = Drive(model=f"{HERE}:Hooking")
    states = {0: driven("back phase") and driven.state}
    for number in range(1, 5):
        driven("finish")
        states[number] = driven.state
    driven("goto 0", "op", "op", "back phase", "finish")
    assert driven.state == states[1]
    driven("goto 4", "back iteration")
    assert driven.state == states[3]
    driven.again()
    driven("finish")
    assert driven.state == states[4]
    driven("goto 0")
    driven.again()
    driven("goto 2")
    assert driven.state == states[2]
    assert not driven.session.history.divergence
