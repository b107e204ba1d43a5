"""Restores random numbers and torch's settings after work beside the session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.training.engine import cuda_generators
from lenet_tui.training.engine.determinism import fills, set_fills
from lenet_tui.training.engine.generators import host_generators, restore_host_generators

Settings = tuple[bool, bool, bool, bool, bool, bool]


def generators(cuda: bool = True) -> list[Tensor]:
    """The states of torch's random number generators: the CPU's, then those of the devices here.

    ``cuda``: those of CUDA too, which is started for it.
    """
    states = [torch.get_rng_state()]
    if cuda and torch.cuda.is_available():
        states += [cuda_generators.get_state(device) for device in _gpus()]
    if torch.backends.mps.is_available():
        states.append(torch.mps.get_rng_state())
    return states


@contextmanager
def preserved_torch_state() -> Iterator[None]:
    """Restore the random number generators and the settings that were in force before.

    Not if a device was lost: then this process does not go on, and the device takes nothing.
    """
    states, before, host = generators(), settings(), host_generators()
    lost = False
    try:
        yield
    except DeviceLost:
        lost = True
        raise
    finally:
        if not lost:
            _restore(states, before)
            restore_host_generators(host)


def restore_generators(states: list[Tensor], cuda: bool = True) -> None:
    """Go on from states that ``generators`` returned."""
    cpu, *others = states
    torch.set_rng_state(cpu)
    if cuda and torch.cuda.is_available():
        on_cuda, others = others[: torch.cuda.device_count()], others[torch.cuda.device_count() :]
        for device, state in zip(_gpus(), on_cuda, strict=True):
            cuda_generators.set_state(state, device)
    for state in others:
        torch.mps.set_rng_state(state)


def _gpus() -> list[torch.device]:
    return [torch.device("cuda", number) for number in range(torch.cuda.device_count())]


def _restore(states: list[Tensor], before: Settings) -> None:
    restore_generators(states)
    if settings() != before:
        set_settings(before)


def settings() -> Settings:
    """What ``determinism.deterministic`` sets."""
    return (
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        torch.backends.cudnn.benchmark,
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        fills(),
    )


def set_settings(before: Settings) -> None:
    """Set what ``settings`` returned."""
    matmul, convolution, benchmark, strict, warn, fill = before
    torch.backends.cuda.matmul.allow_tf32 = matmul
    torch.backends.cudnn.allow_tf32 = convolution
    torch.backends.cudnn.benchmark = benchmark
    torch.use_deterministic_algorithms(strict, warn_only=warn)
    set_fills(fill)
