"""Whether the bytes of a keyframe fit a session: found out before anything is replaced."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.protocol.container import Malformed
from lenet_tui.protocol.optimizers import STATES
from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.options import check as check_options
from lenet_tui.text.notice import Notice, Problem, notice
from lenet_tui.training.engine.dataset import CLASSES, SIDE
from lenet_tui.training.engine.trainer import Trainer

Like = tuple[torch.dtype, tuple[int, ...]]
"""A dtype and a shape."""


class Unfit(Problem):
    """A part of a keyframe that the session has no place for."""


def check(trainer: Trainer, blob: bytes) -> None:
    """Raise ``OptionError``, one line, unless ``keyframe.restore`` can put all of it back.

    Names, shapes and dtypes must be those of the trainer's own parameters and buffers.
    """
    try:
        state = keyframe.unpack(blob)
    except Malformed:
        raise OptionError("history:unreadable") from None
    data, own = state.data, keyframe.unpack(keyframe.capture(trainer))
    try:
        check_options(state.options)
        if state.options.model != own.options.model:
            raise Unfit("history:other-model")
        for number in (data.size, data.epoch, data.offset, state.accumulated):
            if number not in range(2**62):
                raise Unfit("history:no-place-in-data")
        for name, tensor, wanted in _pairs(state, own):
            if _like(tensor) != wanted:
                raise Unfit("history:unfit-tensor", name=name)
    except Problem as error:
        raise OptionError("history:does-not-fit", error=error.notice) from None


def _like(tensor: Tensor | None) -> Like | None:
    return None if tensor is None else (tensor.dtype, tuple(tensor.shape))


def _pairs(
    state: TrainerState, own: TrainerState
) -> Iterator[tuple[str | Notice, Tensor | None, Like | None]]:
    """The name of each tensor, as it is stored, and the dtype and shape that it must have."""
    if (set(state.parameters), set(state.buffers)) != (set(own.parameters), set(own.buffers)):
        raise Unfit("history:other-names")
    for name, stored in state.parameters.items():
        like = _like(own.parameters[name].value)
        yield name, stored.value, like
        if stored.grad is not None:
            yield f"{name}.grad", stored.grad, like
        for slot, tensor in stored.state.items():
            own_slot = (torch.float32, ()) if slot == "step" else like
            state_of = notice("history:state-of", name=name)
            yield state_of, tensor, own_slot if slot in STATES else None
    for name, buffer in state.buffers.items():
        yield name, buffer, _like(own.buffers[name])
    yield notice("history:generator"), state.rng, _like(own.rng)
    if own.cuda_rng is not None and state.cuda_rng is not None:
        yield notice("history:gpu-generator"), state.cuda_rng, _like(own.cuda_rng)
    if state.data.fixed is not None:
        size = state.data.size
        shapes = (size, 1, SIDE, SIDE), (size, CLASSES), (1, CLASSES)
        for tensor, shape in zip(state.data.fixed, shapes, strict=True):
            yield notice("history:random-data"), tensor, (torch.float32, shape)
