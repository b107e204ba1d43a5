"""The types of what a script gives, for the package's own functions, which import no torch."""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.amp import GradScaler
from torch.nn import Module
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

Loss = Callable[..., Tensor]
"""``(output, target)`` → the loss; or a closure of an optimizer, without arguments."""
TrainStep = Callable[[Any], Any]
"""``(batch)`` → the loss, or nothing."""
Scheduler = LRScheduler | ReduceLROnPlateau

__all__ = ["GradScaler", "Loss", "Module", "Optimizer", "Scheduler", "TrainStep"]
