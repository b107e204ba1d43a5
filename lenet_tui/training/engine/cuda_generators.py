"""What is drawn from on a GPU: torch's generator there, and cuDNN's own between a RNN's layers.

cuDNN draws the dropout of ``nn.LSTM`` and its like from a buffer that torch holds once for each
GPU. torch seeds the buffer from its generator when it is first used, and again at the first use
after its generator was set (ATen/native/cudnn/RNN.cpp, ``get_dropout_state``). So even a generator
that is set to the state that it has changes the numbers that follow, unless the buffer is kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

OP = "_cudnn_rnn"
TORCHS = 16
"""Bytes of the state of torch's generator: its seed and its place."""
_seen: list[bool] = []
"""Not empty as soon as a model has drawn so, or may: other models need not be asked."""


def watch(modules: Iterable[nn.Module]) -> None:
    """Note whether one of these modules may draw dropout inside of cuDNN."""
    if not _seen and any(isinstance(m, nn.RNNBase) and m.dropout > 0 for m in modules):
        _seen.append(True)


def get_state(device: torch.device) -> Tensor:
    """The state of a GPU's generators, uint8 (N,) on the CPU; cuDNN's follows where it has one."""
    state = torch.cuda.get_rng_state(device)
    if not _seen:
        return state
    buffer = _buffer(device)
    if buffer is None:
        return state
    if not torch.equal(torch.cuda.get_rng_state(device), state):
        # It was seeded just now: it would have been at the next use, which must find that so.
        torch.cuda.set_rng_state(state, device)
        return state
    return torch.cat([state, buffer.cpu()])


def set_state(state: Tensor, device: torch.device) -> None:
    """Go on from what ``get_state`` returned, on this GPU or on another one."""
    torchs, cudnns = state[:TORCHS], state[TORCHS:]
    buffer = _buffer(device) if len(cudnns) else None
    if buffer is None or buffer.numel() != len(cudnns):
        torch.cuda.set_rng_state(torchs, device)
        return
    buffer.copy_(cudnns)
    # Unlike ``set_state``, this does not have torch seed the buffer again.
    set_to = torch.Generator(device)
    set_to.set_state(torchs)
    number = torch.cuda.current_device() if device.index is None else device.index
    torch.cuda.default_generators[number].graphsafe_set_state(set_to)


class _Found(Exception):
    """Ends a call before its kernel runs."""


class _Seek(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Finds the buffer that torch hands to cuDNN."""

    found: Tensor | None = None

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func.overloadpacket.__name__ == OP:
            self.found = args[-1]  # dropout_state
            raise _Found
        return func(*args, **(kwargs or {}))


def _buffer(device: torch.device) -> Tensor | None:
    """The buffer itself, seeded if it has to be; ``None`` where torch does without cuDNN."""
    seek = _Seek()  # type: ignore[no-untyped-call]
    with torch.no_grad(), seek, contextlib.suppress(_Found):
        one = torch.zeros(1, 1, 1, device=device)
        state, weights = torch.zeros(2, 1, 1, device=device), [torch.zeros(1, 1, device=device)] * 4
        torch._VF.rnn_tanh(one, state, weights, False, 2, 0.5, True, False, False)
    found: Tensor | None = seek.found
    return found
