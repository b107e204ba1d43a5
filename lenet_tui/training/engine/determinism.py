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
        choose_deterministic()


def choose_deterministic() -> None:
    """Have a GPU choose algorithms that give equal bits; the precision stays as it is."""
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    # torch would fill all new memory with NaN first: as many kernels again, and no number differs.
    set_fills(False)


def fills() -> bool:
    """Whether torch fills new memory where it is to be deterministic."""
    return bool(torch.utils.deterministic.fill_uninitialized_memory)  # type: ignore[attr-defined]


def set_fills(wanted: bool) -> None:
    """Set what ``fills`` says."""
    torch.utils.deterministic.fill_uninitialized_memory = wanted  # type: ignore[attr-defined]
