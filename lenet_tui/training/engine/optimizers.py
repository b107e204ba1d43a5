"""The update of the parameters: by hand as in the notebook, or by ``torch.optim``."""

from __future__ import annotations

import torch
from torch import Tensor

from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.training.engine.aliases import Aliases


class Updater:
    """Updates parameters, all at once or one at a time, with equal bits."""

    def __init__(self, kind: str, lr: float, parameters: dict[str, Tensor]) -> None:
        self.kind = kind
        self._parameters = parameters
        self._values = Aliases(list(parameters.values()), lambda all_: [p.data for p in all_])
        self._lr = lr
        row = OPTIMIZERS[kind]
        self._optimizer: torch.optim.Optimizer | None = None
        if row.made_by:
            make = getattr(torch.optim, row.made_by)
            self._optimizer = make(list(parameters.values()), lr=lr, **row.arguments)

    @property
    def lr(self) -> float:
        return self._lr

    @lr.setter
    def lr(self, value: float) -> None:
        self._lr = value
        if self._optimizer:
            self._optimizer.param_groups[0]["lr"] = value

    def step(self) -> None:
        """Update every parameter.

        Raises ``MoveRejected`` (nothing changed) where the manual update needs a gradient.
        """
        if self._optimizer:
            self._optimizer.step()
            return
        grads = [self._gradient(name) for name in self._parameters]
        # As ``step_one`` does for each, in two calls: the same products and differences.
        torch._foreach_sub_(self._values(), torch._foreach_mul(grads, self._lr))

    def step_one(self, name: str) -> None:
        """Update one parameter."""
        p = self._parameters[name]
        if self._optimizer is None:
            p.data.sub_(self._gradient(name).data * self._lr)
            return
        group = self._optimizer.param_groups[0]
        all_parameters = group["params"]
        group["params"] = [p]
        try:
            self._optimizer.step()
        finally:
            group["params"] = all_parameters

    def state(self, name: str) -> dict[str, Tensor]:
        """The optimizer's own tensors for a parameter, live (empty before its first step)."""
        if self._optimizer is None:
            return {}
        state = self._optimizer.state.get(self._parameters[name], {})
        return {key: value for key, value in state.items() if isinstance(value, Tensor)}

    def load(self, states: dict[str, dict[str, Tensor]]) -> None:
        """Restore what ``state`` returned, copied."""
        if self._optimizer is None:
            return
        self._optimizer.state.clear()
        for name, state in states.items():
            if state:
                p = self._parameters[name]
                self._optimizer.state[p] = {k: v.clone() for k, v in state.items()}

    def _gradient(self, name: str) -> Tensor:
        grad = self._parameters[name].grad
        if grad is None:
            raise MoveRejected("training:no-gradient", name=name)
        return grad
