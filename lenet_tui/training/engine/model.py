"""The notebook's ``Net``. No other file of the package knows its layers' names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter


class Net(nn.Module):
    """The LeNet of the PyTorch chapter "Neural Networks": (N, 1, 32, 32) → (N, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)  # type: ignore[no-any-return]

    def num_flat_features(self, x: Tensor) -> int:
        """How many elements one sample of ``x`` (N, …) has."""
        features = 1
        for size in x.size()[1:]:
            features *= size
        return features


def initialise_lazy(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Give lazy layers their parameters, by a forward in which nothing else is drawn or counted."""
    if any(isinstance(p, UninitializedParameter) for p in module.parameters()):
        modes = [(part, part.training) for part in module.modules()]
        module.eval()
        with torch.no_grad():
            module(*args, **kwargs)
        for part, mode in modes:
            part.training = mode
