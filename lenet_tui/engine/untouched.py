"""Work beside the session: torch's random numbers and settings are put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


def generators() -> list[Tensor]:
    """The states of torch's random number generators: the CPU's, then those of the devices here."""
    states = [torch.get_rng_state()]
    if torch.cuda.is_available():
        states += torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        states.append(torch.mps.get_rng_state())
    return states


@contextmanager
def untouched() -> Iterator[None]:
    """Whatever is seeded, drawn or set inside, torch goes on as if it had not been."""
    states, settings = generators(), _settings()
    try:
        yield
    finally:
        cpu, *others = states
        torch.set_rng_state(cpu)
        if torch.cuda.is_available():
            cuda, others = others[: torch.cuda.device_count()], others[torch.cuda.device_count() :]
            torch.cuda.set_rng_state_all(cuda)
        for state in others:
            torch.mps.set_rng_state(state)
        if _settings() != settings:
            _set(*settings)


def _settings() -> tuple[bool, bool, bool, bool, bool]:
    """What ``trainer.deterministic`` sets."""
    return (
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cudnn.benchmark,
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )


def _set(matmul: bool, convolution: bool, benchmark: bool, strict: bool, warn: bool) -> None:
    torch.backends.cuda.matmul.allow_tf32 = matmul
    torch.backends.cudnn.allow_tf32 = convolution
    torch.backends.cudnn.benchmark = benchmark
    torch.use_deterministic_algorithms(strict, warn_only=warn)
