"""Updates that a script makes itself, without an optimizer: seen when the next iteration begins."""

from __future__ import annotations

import torch
from torch import Tensor

from lenet_tui.around.engine.script_trainer import ScriptTrainer

FEW = 3
"""Parameters that are compared, the smallest ones: an update changes all."""


class ByHand:
    """``backwards``: how many there were since the last update."""

    def __init__(self) -> None:
        self.backwards = 0
        self._known: list[tuple[str, Tensor]] = []

    def look(self, trainer: ScriptTrainer) -> None:
        """Note what the parameters are; these copies are on no tape."""
        trained = [(n, p) for n, p in trainer.parameters.items() if p.requires_grad]
        smallest = sorted(trained, key=lambda each: each[1].numel())[:FEW]
        with torch._C.DisableTorchFunction():
            self._known = [(name, p.detach().clone()) for name, p in smallest]

    def updated(self, trainer: ScriptTrainer) -> bool:
        """Whether parameters have changed since a backward; then that is over."""
        if not self.backwards:
            return False
        live = trainer.parameters
        with torch._C.DisableTorchFunction():
            changed = any(not torch.equal(live[n].detach(), known) for n, known in self._known)
        if changed or not self._known:
            self.look(trainer)
            self.backwards = 0
        return changed
