"""The tensors that a step trains which has no module: they stand in the place of its model."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn


class BareTensors(nn.Module):
    """Holds tensors as they are, by their names: parameters made of them would be others."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._parameters.update(tensors)  # type: ignore[arg-type]
