"""Keyframes: everything an iteration starts from, as bytes that are never unpickled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor, nn

from lenet_tui.protocol import container
from lenet_tui.protocol.container import Malformed
from lenet_tui.protocol.options import Options, check
from lenet_tui.tape.engine.digest import raw
from lenet_tui.training.engine.dataset import DataState
from lenet_tui.training.engine.trainer import Trainer

Count = Annotated[int, range(2**62)]


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor as bytes: its ``dtype`` by torch's name, and the numbers in a row."""

    dtype: str
    shape: tuple[int, ...]
    content: memoryview

    @classmethod
    def of(cls, tensor: Tensor) -> StoredTensor:
        return cls(str(tensor.dtype)[6:], tuple(tensor.shape), memoryview(raw(tensor)))

    def like(self, other: StoredTensor) -> bool:
        """Whether dtype and shape are those of ``other``."""
        return (self.dtype, self.shape) == (other.dtype, other.shape)

    def tensor(self) -> Tensor:
        """The tensor, on the CPU, copied; ``Malformed`` if the bytes are not as many."""
        dtype = getattr(torch, self.dtype, None)
        count = math.prod(self.shape)
        if not isinstance(dtype, torch.dtype) or count * dtype.itemsize != len(self.content):
            raise Malformed("one of its tensors is cut short")
        if not count:
            return torch.empty(self.shape, dtype=dtype)
        return torch.frombuffer(self.content, dtype=dtype).reshape(self.shape).clone()


@dataclass(frozen=True, slots=True)
class StoredParameter:
    """``state``: what the optimizer has for it. ``grad`` may be ``None``, as in torch."""

    value: StoredTensor
    grad: StoredTensor | None
    state: Mapping[str, StoredTensor]


@dataclass(frozen=True, slots=True)
class TrainerState:
    """What the next iterations depend on. ``source`` … ``fixed``: see ``DataState``.

    ``buffers``: by their full names; ``None``: registered without a tensor.
    """

    options: Options
    source: str
    size: Count
    epoch: Count
    offset: Count
    fixed: tuple[StoredTensor, StoredTensor, StoredTensor] | None
    fresh_vector: bool
    loss: float | None
    accumulated: Count
    parameters: Mapping[str, StoredParameter]
    buffers: Mapping[str, StoredTensor | None]
    rng: StoredTensor
    cuda_rng: StoredTensor | None


def capture(trainer: Trainer) -> bytes:
    """The trainer's state: parameters, gradients (``None`` too), buffers, optimizer, RNG, data."""
    of, data = StoredTensor.of, trainer.data
    cuda = trainer.device.type == "cuda"
    state = TrainerState(
        options=trainer.options,
        source=data.source,
        size=data.size,
        epoch=data.epoch,
        offset=data.offset,
        fixed=(of(data.fixed[0]), of(data.fixed[1]), of(data.fixed[2])) if data.fixed else None,
        fresh_vector=trainer.fresh_vector,
        loss=trainer.last_loss,
        accumulated=trainer.accumulated,
        parameters={
            name: StoredParameter(
                of(p),
                None if p.grad is None else of(p.grad),
                {slot: of(value) for slot, value in trainer.updater.state(name).items()},
            )
            for name, p in trainer.parameters.items()
        },
        buffers={
            name: None if buffer is None else of(buffer)
            for name, (_, _, buffer) in buffers(trainer.model).items()
        },
        rng=of(torch.get_rng_state()),
        cuda_rng=of(torch.cuda.get_rng_state(trainer.device)) if cuda else None,
    )
    return b"".join(container.pack(state))


def unpack(blob: bytes) -> TrainerState:
    """The state in a keyframe's bytes; ``Malformed`` if it is none."""
    return container.unpack(TrainerState, bytearray(blob))  # torch reads from writable bytes


def restore(trainer: Trainer, blob: bytes, device: str = "") -> None:
    """Put the trainer back to the state that ``capture`` took, on the device that it was on.

    ``device``: on this one instead. The tensors take the dtype of the trainer's parameters.
    """
    state = unpack(blob)
    options = check(state.options)
    trainer.change(replace(options, device=device) if device else options)
    slots: dict[str, dict[str, Tensor]] = {}
    cast: dict[torch.dtype, torch.dtype] = {}
    with torch.no_grad():
        for name, p in trainer.parameters.items():
            stored = state.parameters[name]
            value = stored.value.tensor()
            cast[value.dtype] = p.dtype
            p.data.copy_(value)
            p.grad = None if stored.grad is None else stored.grad.tensor().to(p)
            tensors = {slot: t.tensor() for slot, t in stored.state.items()}
            slots[name] = {slot: t if slot == "step" else t.to(p) for slot, t in tensors.items()}
        _restore_buffers(trainer, state.buffers, cast)
    trainer.updater.load(slots)
    torch.set_rng_state(state.rng.tensor())
    if state.cuda_rng and trainer.device.type == "cuda":
        torch.cuda.set_rng_state(state.cuda_rng.tensor(), trainer.device)
    trainer.data = DataState(state.source, state.size, state.epoch, state.offset)
    if state.fixed:
        image, vector, target = state.fixed
        trainer.data.fixed = image.tensor(), vector.tensor(), target.tensor()
    trainer.fresh_vector = state.fresh_vector
    trainer.last_loss = state.loss
    trainer.accumulated = state.accumulated
    trainer.forget()


def buffers(model: nn.Module) -> dict[str, tuple[nn.Module, str, Tensor | None]]:
    """The model's buffers by their full names: the module of each, its name there, the tensor."""
    found = {
        f"{path}.{name}" if path else name: (module, name, buffer)
        for path, module in model.named_modules()
        for name, buffer in module._buffers.items()
    }
    return {name: found[name] for name in sorted(found)}  # they may be registered in any order


def _restore_buffers(
    trainer: Trainer,
    stored: Mapping[str, StoredTensor | None],
    cast: Mapping[torch.dtype, torch.dtype],
) -> None:
    """Fill the buffers in place, or as a forward may have done: replace, register or delete."""
    present = buffers(trainer.model)
    for name in present.keys() - stored.keys():
        delattr(*present[name][:2])
    for name, content in stored.items():
        path, _, leaf = name.rpartition(".")
        value = None
        if content is not None:
            value = content.tensor()
            value = value.to(trainer.device, cast.get(value.dtype, value.dtype))
        module, _, buffer = present.get(name) or (trainer.model.get_submodule(path), leaf, None)
        if buffer is not None and value is not None and buffer.shape == value.shape:
            buffer.copy_(value)
        elif name in present:
            setattr(module, leaf, value)
        else:
            module.register_buffer(leaf, value)
