"""A program run as its text says, by torch alone."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Script:
    """A program executed from its text; ``step`` runs an iteration and gives its loss."""

    def __init__(self, text: str) -> None:
        self.names: dict[str, Any] = {"__name__": "program"}
        exec(compile(text, "program.py", "exec"), self.names)
        self.model: Any = self.names["model"]
        self.batches = self.names["data"]()
        self._generator = torch.get_rng_state()

    def batch(self) -> Any:
        return next(self.batches)

    def step(self, batch: Any = None) -> float:
        torch.set_rng_state(self._generator)
        made = self.names["step"](self.batch() if batch is None else batch)
        loss = float(made.detach())
        self._generator = torch.get_rng_state()
        return loss

    def steps(self, count: int = 10) -> list[float]:
        return [self.step() for _ in range(count)]

    @property
    def values(self) -> dict[str, Tensor]:
        return {n: p.detach().clone() for n, p in self.model.named_parameters()}

    def grad(self, name: str) -> Tensor:
        found: Tensor | None = self.model.get_parameter(name).grad
        assert found is not None
        return found.clone()
