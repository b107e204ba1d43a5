"""Which optimizers a script uses, and whose steps are under way: one may call another's."""

from __future__ import annotations

from torch.optim import Optimizer


class UnderWay:
    """``used``: every optimizer that has made a step."""

    def __init__(self) -> None:
        self.used: list[Optimizer] = []
        self._steps: list[Optimizer] = []

    def begins(self, optimizer: Optimizer) -> None:
        """A step begins; the same optimizer's last one may have raised."""
        self._forget(optimizer)
        if all(optimizer is not each for each in self.used):
            self.used.append(optimizer)
        self._steps.append(optimizer)

    def ends(self, optimizer: Optimizer) -> bool:
        """A step is over; whether it was no part of another one's."""
        self._forget(optimizer)
        return not self._steps

    def _forget(self, optimizer: Optimizer) -> None:
        """The step is not under way, and none that it called."""
        for place, each in enumerate(self._steps):
            if each is optimizer:
                del self._steps[place:]
                return
