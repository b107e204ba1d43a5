"""Whether an iteration that is only run leaves finite numbers."""

from __future__ import annotations

import math

from torch import Tensor

from lenet_tui.findings.engine.numbers.elements import finite
from lenet_tui.findings.engine.numbers.many import Alike, all_finite
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.training.engine.trainer import Trainer


class StaysFinite:
    """To be asked after each iteration of a check. ``start``: the state that it began in."""

    def __init__(self, trainer: Trainer, start: TrainerState) -> None:
        self._trainer, self._start = trainer, start
        self._alike: Alike | None = None

    def lost(self) -> bool:
        """Whether parameters are no finite numbers any more, so that all follows from that."""
        return not self._finite(list(self._trainer.parameters.values()))

    def _finite(self, live: list[Tensor]) -> bool:
        if self._alike is None:
            self._alike = Alike(live)
        return self._alike.finite(live)

    def __call__(self) -> bool:
        """Whether the loss is finite, and so are gradients, parameters and buffers that were."""
        trainer = self._trainer
        if not math.isfinite(trainer.last_loss or 0.0):
            return False
        live = list(trainer.parameters.values())
        if not self._finite(live):
            return False
        assert self._alike is not None
        if not self._alike.finite([p.grad for p in live]):
            return False
        buffers = trainer.buffers
        if all_finite(buffers.values()):
            return True
        began = self._start.buffers
        return all(finite(t) or not finite(began.get(n)) for n, t in buffers.items())
