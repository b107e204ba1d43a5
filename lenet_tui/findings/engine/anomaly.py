"""Meanwhile autograd's anomaly mode raises nothing: the check says more of a NaN than it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def no_anomaly() -> Iterator[None]:
    """Let a backward that makes a NaN go on, also where the step turns anomaly mode on itself."""
    on, checks = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
    original = torch.set_anomaly_enabled

    def unchecked(enabled: bool, check_nan: bool = True) -> None:
        original(enabled, False)

    original(False, False)
    torch.set_anomaly_enabled = unchecked
    try:
        yield
    finally:
        torch.set_anomaly_enabled = original
        original(on, checks)
