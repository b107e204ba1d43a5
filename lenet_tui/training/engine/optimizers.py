"""The update of the parameters: by hand as in the notebook, or by ``torch.optim``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.protocol.session_api import MoveRejected

T = TypeVar("T")


class Aliases(Generic[T]):
    """``make(parameters)``, called again where a model has put other data into a parameter.

    The cached value holds the old data, so that nothing else can be allocated at its address.
    """

    def __init__(self, parameters: Sequence[Tensor], make: Callable[[Sequence[Tensor]], T]) -> None:
        self._parameters = parameters
        self._make = make
        self._addresses: list[int] = []
        self._value: T

    def __call__(self) -> T:
        addresses = [p.data_ptr() for p in self._parameters]
        if not self._addresses or addresses != self._addresses:
            self._addresses, self._value = addresses, self._make(self._parameters)
        return self._value


class Updater:
    """Updates parameters, all at once or one at a time, with equal bits."""

    def __init__(self, kind: str, lr: float, parameters: dict[str, Tensor]) -> None:
        self.kind = kind
        self._parameters = parameters
        self._values = Aliases(list(parameters.values()), lambda all_: [p.data for p in all_])
        self.lr = lr
        row = OPTIMIZERS[kind]
        self._optimizer: torch.optim.Optimizer | None = None
        if row.made_by and parameters:  # torch makes none for a model without parameters
            make = getattr(torch.optim, row.made_by)
            self._optimizer = make(list(parameters.values()), lr=lr, **row.arguments)

    def set_lr(self, lr: float) -> None:
        """Set the learning rate of the next step."""
        self.lr = lr
        if self._optimizer:
            self._optimizer.param_groups[0]["lr"] = lr

    def step(self, names: Sequence[str] | None = None) -> None:
        """Update the parameters of these names, or all: those of them that have a gradient.

        Raises ``MoveRejected`` (nothing changed) where the manual update finds no gradient at all.
        """
        chosen = None if names is None else [self._parameters[name] for name in names]
        if self._optimizer:
            self._step_optimizer(self._optimizer, chosen)
            return
        if self._parameters and all(p.grad is None for p in self._parameters.values()):
            raise MoveRejected("training:no-gradient", name=next(iter(self._parameters)))
        parameters = list(self._parameters.values()) if chosen is None else chosen
        values = self._values() if chosen is None else [p.data for p in chosen]
        pairs = [(v, p.grad) for v, p in zip(values, parameters, strict=True) if p.grad is not None]
        if pairs:
            # As ``p.data.sub_(p.grad * lr)`` does for each: the same products and differences.
            scaled = torch._foreach_mul([grad for _, grad in pairs], self.lr)
            torch._foreach_sub_([value for value, _ in pairs], scaled)

    def _step_optimizer(
        self, optimizer: torch.optim.Optimizer, chosen: list[Tensor] | None
    ) -> None:
        group = optimizer.param_groups[0]
        all_parameters = group["params"]
        group["params"] = all_parameters if chosen is None else chosen
        try:
            optimizer.step()
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
