"""What an engine says of itself once it has run ``init``."""

from __future__ import annotations

import torch

from lenet_tui.core.frames import Parameter
from lenet_tui.core.protocol import Ready
from lenet_tui.engine import devices, export
from lenet_tui.engine.trainer import Trainer


def introduced(trainer: Trainer) -> Ready:
    """The options as resolved, the device, the versions, the model and its parameters."""
    return Ready(
        trainer.options,
        devices.describe(trainer.device),
        str(torch.__version__),  # its own class would make the reader import torch
        torch.get_num_threads(),
        torch.backends.cpu.get_cpu_capability(),
        str(next(iter(trainer.parameters.values())).dtype)[6:],
        str(trainer.model),
        tuple(
            Parameter(n, tuple(p.shape), str(p.dtype)[6:]) for n, p in trainer.parameters.items()
        ),
        export.class_source(trainer.model),
    )
