"""Whether the bytes of a keyframe fit a session: found out before anything is replaced."""

from __future__ import annotations

from collections.abc import Iterator

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.keyframe import StoredTensor, TrainerState
from lenet_tui.protocol.container import Malformed
from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.options import check as check_options
from lenet_tui.training.engine.dataset import CLASSES, SIDE
from lenet_tui.training.engine.trainer import Trainer

SLOTS = ("momentum_buffer", "exp_avg", "exp_avg_sq", "step")
"""The tensors that our optimizers keep for a parameter."""

Pair = tuple[str, StoredTensor | None, StoredTensor | None]


def check(trainer: Trainer, blob: bytes) -> None:
    """Raise ``OptionError``, one line, unless ``keyframe.restore`` can put all of it back.

    Names, shapes and dtypes must be those of the trainer's own parameters and buffers.
    """
    try:
        state, own = keyframe.unpack(blob), keyframe.unpack(keyframe.capture(trainer))
        check_options(state.options)
        if state.options.model != own.options.model:
            raise Malformed("its model is another one")
        for name, stored, wanted in _pairs(state, own):
            if stored is None or wanted is None or not stored.like(wanted):
                raise Malformed(f"{name} is missing, unknown or of another shape")
            stored.tensor()
    except ValueError as error:
        raise OptionError(f"the saved session does not fit this one: {error}") from None


def _pairs(state: TrainerState, own: TrainerState) -> Iterator[Pair]:
    """The name of each tensor, as it is stored, and one of the shape that it must have."""
    if (set(state.parameters), set(state.buffers)) != (set(own.parameters), set(own.buffers)):
        raise Malformed("its parameters or buffers have other names")
    for name, stored in state.parameters.items():
        value = own.parameters[name].value
        yield name, stored.value, value
        if stored.grad is not None:
            yield f"{name}.grad", stored.grad, value
        for slot, tensor in stored.state.items():
            wanted = _shaped() if slot == "step" else value
            yield f"a tensor of the optimizer for {name}", tensor, wanted if slot in SLOTS else None
    for name, buffer in state.buffers.items():
        if buffer is not own.buffers[name]:  # not both ``None``
            yield name, buffer, own.buffers[name]
    yield "the generator's state", state.rng, own.rng
    if state.cuda_rng is not None:
        yield "the GPU generator's state", state.cuda_rng, own.cuda_rng or state.cuda_rng
    if state.fixed is not None:
        shapes = (state.size, 1, SIDE, SIDE), (state.size, CLASSES), (1, CLASSES)
        for tensor, shape in zip(state.fixed, shapes, strict=True):
            yield "the random data", tensor, _shaped(*shape)


def _shaped(*shape: int) -> StoredTensor:
    return StoredTensor("float32", shape, memoryview(b""))
