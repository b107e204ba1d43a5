"""The losses of a script's step that has several: each by its name, where it was recorded."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from lenet_tui.around.engine.script_session import ScriptSession
from lenet_tui.protocol.loss_series import Losses
from tests.around.test_script_session import Look, Loop, go


class TwoLosses(Loop):
    """A loop whose step has two losses."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[float, float]] = []

    def run(self, count: int) -> None:
        torch.manual_seed(0)
        net = nn.Linear(3, 2)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for _ in range(count):
            optimizer.zero_grad()
            near, far = net(torch.randn(4, 3)).square().mean(), net(torch.randn(4, 3)).abs().mean()
            near.backward()
            far.backward()
            optimizer.step()
            self.kept.append((near.item(), far.item()))


def test_each_loss_of_a_recorded_iteration_has_its_name() -> None:
    losses, loop = Losses(), TwoLosses()

    def looks(session: ScriptSession) -> None:
        losses.take(session.frame())
        for line in ("finish", "finish", "run 3", "back iteration"):
            losses.take(go(session, line).frame)

    Look(looks).run(loop, 9)
    for place, name in enumerate(("near", "far")):
        values = losses.named[name].values
        for n in (3, 4, 5, 8):
            assert values[n] == loop.kept[n - 1][place], (name, n)
        assert np.isnan(values[6:8]).all(), "nobody recorded these"
