"""Several modules in the place of one model."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn


class Together(nn.ModuleDict):
    """Holds modules by the names of their variables, also those that ``ModuleDict`` refuses, as
    ``keys`` and ``values`` of an attention: it has methods of these names.
    """

    def __init__(self, modules: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self._modules.update(modules)

    def _get_name(self) -> str:
        return nn.ModuleDict.__name__
