"""Sets torch up to give equal bits each time."""

from __future__ import annotations

import os

import torch

CUBLAS = "CUBLAS_WORKSPACE_CONFIG"
"""Without it cuBLAS sums in another order from time to time, and torch warns about it."""


def deterministic(device: torch.device) -> None:
    """Set torch up to give equal bits each time, on the CPU and on a GPU."""
    if device.type == "cuda":
        os.environ.setdefault(CUBLAS, ":4096:8")
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)
