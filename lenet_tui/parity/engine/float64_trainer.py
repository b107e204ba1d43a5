"""A trainer in double precision: the same ops on the same numbers, with 29 more bits each."""

from __future__ import annotations

import torch
from torch import Tensor

from lenet_tui.protocol.moves import Vector
from lenet_tui.training.engine.trainer import Trainer


class Float64Trainer(Trainer):
    """What is drawn, for the parameters and the data too, is drawn in float32 and then widened."""

    def move(self, device: torch.device) -> None:
        self.model.to(torch.float64)
        super().move(device)

    def fetch(self) -> None:
        super().fetch()
        assert self.batch is not None
        self.batch = self.batch.map(_wide)

    def make_vector(self, vector: Vector) -> Tensor:
        return super().make_vector(vector).to(torch.float64)


def _wide(tensor: Tensor) -> Tensor:
    return tensor.to(torch.float64) if tensor.is_floating_point() else tensor
