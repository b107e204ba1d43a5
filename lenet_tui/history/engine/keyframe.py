"""Keyframes: everything that an iteration starts from, as bytes that are never unpickled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from lenet_tui.history.engine.stored import (
    FORMS,
    VIEWS,
    StoredParameter,
    options_written,
    parameters_written,
)
from lenet_tui.protocol import container
from lenet_tui.protocol.blob import Blob, Piece, SharedBlob
from lenet_tui.protocol.container import Forms, Malformed
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.optimizers import STATES
from lenet_tui.protocol.options import NET, OptionError, Options, check
from lenet_tui.text.notice import Notice, Problem, notice
from lenet_tui.training.engine import cuda_generators
from lenet_tui.training.engine.copies import copy_into
from lenet_tui.training.engine.cuda_generators import TORCHS
from lenet_tui.training.engine.dataset import CLASSES, DataState, check_unchanged
from lenet_tui.training.engine.generators import (
    WORDS,
    HostGenerators,
    host_generators,
    restore_host_generators,
)
from lenet_tui.training.engine.images import SIDE
from lenet_tui.training.engine.trainer import Trainer

Like = tuple[torch.dtype, tuple[int, ...]]
"""A dtype and a shape."""


@dataclass(frozen=True, slots=True)
class TrainerState:
    """What the next iterations depend on.

    ``buffers``: by their full names; ``None``: registered without a tensor. ``attributes``: as
    ``PlainState`` writes them, with ``attribute_tensors``.
    """

    options: Options
    data: DataState
    fresh_vector: bool
    loss: float | None
    accumulated: int
    parameters: Mapping[str, StoredParameter]
    buffers: Mapping[str, Tensor | None]
    attributes: str
    attribute_tensors: tuple[Tensor, ...]
    host: HostGenerators
    rng: Tensor
    cuda_rng: Tensor | None


def state_of(trainer: Trainer) -> TrainerState:
    """The trainer's state with its live tensors."""
    cuda = trainer.device.type == "cuda"
    return TrainerState(
        trainer.options,
        trainer.data_state,
        trainer.fresh_vector,
        trainer.last_loss,
        trainer.accumulated,
        {
            name: StoredParameter(p, p.grad, trainer.updater.stored(name))
            for name, p in trainer.parameters.items()
        },
        {name: buffer for name, (_, _, buffer) in buffers(trainer.modules()).items()},
        *trainer.attributes.write(),
        host_generators(),
        torch.get_rng_state(),
        cuda_generators.get_state(trainer.device) if cuda else None,
    )


def capture(trainer: Trainer) -> bytes:
    """The trainer's state: parameters, gradients (``None`` too), buffers, optimizer, RNG, data."""
    return b"".join(capture_pieces(trainer))


def capture_pieces(trainer: Trainer) -> list[Piece]:
    """The same in pieces, some of them of live memory: to be copied at once."""
    state = state_of(trainer)
    written = {
        "options": options_written(state.options),
        "parameters": parameters_written(state.parameters),
    }
    return container.pack(state, FORMS, written)


def unpack(blob: Blob, forms: Forms = FORMS) -> TrainerState:
    """The state in a keyframe's bytes, its tensors on the CPU; ``Malformed`` if it is none."""
    writable = blob.pieces() if isinstance(blob, SharedBlob) else bytearray(blob)  # torch wants it
    return container.unpack(TrainerState, writable, forms)


def restore(trainer: Trainer, blob: Blob, device: str = "") -> None:
    """Put the trainer back to the state that ``capture`` took, on the device that it was on.

    ``device``: on this one instead. The tensors take the dtype of the trainer's parameters.
    """
    state = unpack(blob, VIEWS)
    fixed = state.data.fixed
    if fixed is not None:
        state.data.fixed = fixed[0].clone(), fixed[1].clone(), fixed[2].clone()
    restore_state(trainer, state, device)


def restore_state(
    trainer: Trainer, state: TrainerState, device: str = "", *, shared: bool = False
) -> None:
    """Put the trainer into a state, copied; as ``restore``.

    ``shared``: the gradients need no copy, as nothing will write into them.
    """
    options = check(state.options)
    check_unchanged(options, state.data)
    trainer.attributes.check_reachable(state.attributes)
    at_first = trainer.data_state
    trainer.restore_data(replace(state.data))  # first, as it may be impossible
    written = not state.attribute_tensors and trainer.attributes.says(state.attributes)
    if not written and trainer.built.lacks(state.attributes):
        trainer.restore_data(at_first)
        with suppress(Exception):  # its owner's: where it must not fail it will be said
            trainer.plain_iteration()  # in which the model builds it
        trainer.restore_data(replace(state.data))
    wanted = replace(options, device=device) if device else options
    written = written and wanted == trainer.options
    trainer.change(wanted)
    slots: dict[str, dict[str, Tensor]] = {}
    cast: dict[torch.dtype, torch.dtype] = {}
    with torch.no_grad():
        values: list[tuple[Tensor, Tensor]] = []
        for name, p in trainer.parameters.items():
            stored = state.parameters[name]
            cast[stored.value.dtype] = p.dtype
            values.append((p.data, stored.value))
            p.grad = None if stored.grad is None else stored.grad.to(p, copy=not shared)
            if stored.state:
                slots[name] = {k: t if k == "step" else t.to(p) for k, t in stored.state.items()}
        copy_into(values)
        _restore_buffers(trainer, state.buffers, cast)
    trainer.updater.load(slots)
    if not written:
        trainer.attributes.restore(state.attributes, state.attribute_tensors, trainer.device)
    restore_host_generators(state.host)
    torch.set_rng_state(state.rng)
    if state.cuda_rng is not None and trainer.device.type == "cuda":
        cuda_generators.set_state(state.cuda_rng, trainer.device)
    trainer.fresh_vector = state.fresh_vector
    trainer.last_loss = state.loss
    trainer.accumulated = state.accumulated
    trainer.forget()


def buffers(
    modules: Iterable[tuple[str, nn.Module]],
) -> dict[str, tuple[nn.Module, str, Tensor | None]]:
    """All buffers by their full names: the module of each, its name there, the tensor."""
    found = {
        f"{path}.{name}" if path else name: (module, name, buffer)
        for path, module in modules
        if module._buffers
        for name, buffer in module._buffers.items()
    }
    return {name: found[name] for name in sorted(found)}  # they may be registered in any order


def _restore_buffers(
    trainer: Trainer,
    stored: Mapping[str, Tensor | None],
    cast: Mapping[torch.dtype, torch.dtype],
) -> None:
    """Fill the buffers in place, or as a forward may have done: replace, register or delete."""
    present = buffers(trainer.modules())
    modules: dict[str, nn.Module] = {}
    alike: list[tuple[Tensor, Tensor]] = []
    for name in present.keys() - stored.keys():
        delattr(*present[name][:2])
    for name, value in stored.items():
        path, _, leaf = name.rpartition(".")
        if name not in present and not modules:
            modules = dict(trainer.modules())
        module, _, buffer = present.get(name) or (modules[path], leaf, None)
        dtype = value if value is None else cast.get(value.dtype, value.dtype)
        if value is not None and buffer is not None and _like(buffer) == (dtype, value.shape):
            alike.append((buffer, value if value.dtype == dtype else value.to(dtype)))
            continue
        new = value if value is None else value.to(trainer.device, dtype, copy=True)
        if buffer is not None and new is not None and buffer.shape == new.shape:
            buffer.copy_(new)
        elif name in present:
            setattr(module, leaf, new)
        else:
            module.register_buffer(leaf, new)
    copy_into(alike)


def check_fits(trainer: Trainer, blob: Blob) -> None:
    """Raise ``OptionError``, one line, unless ``restore`` can restore all of it.

    Names, shapes and dtypes must be those of the trainer's own parameters and buffers.
    """
    try:
        state = unpack(blob)
    except Malformed:
        raise OptionError("history:unreadable") from None
    check_unchanged(state.options, state.data)
    data, own = state.data, unpack(capture(trainer))
    try:
        check(state.options)
        if state.options.model != own.options.model:
            raise Problem("history:other-model")
        for number in (data.size, data.epoch, data.offset, state.accumulated):
            if number not in range(2**62):
                raise Problem("history:no-place-in-data")
        for text in data.changes:
            parse_move(text)
        trainer.attributes.check(state.attributes, state.attribute_tensors)
        for name, tensor, wanted in _pairs(state, own, _changing_buffers(trainer, state, own)):
            if _like(tensor) != wanted:
                raise Problem("history:unfit-tensor", name=name)
    except Problem as error:
        raise OptionError("history:does-not-fit", error=error.notice) from None


def _like(tensor: Tensor | None) -> Like | None:
    return None if tensor is None else (tensor.dtype, tuple(tensor.shape))


def _changing_buffers(trainer: Trainer, state: TrainerState, own: TrainerState) -> frozenset[str]:
    """Buffers that a forward of one's own may register, replace by others, or delete.

    Those that a module of torch has from the beginning are none, nor is any of the net's.
    """
    if trainer.options.model == NET:
        return frozenset()
    modules = dict(trainer.modules())
    paths = {name: name.rpartition(".")[0] for name in {*state.buffers, *own.buffers}}
    return frozenset(
        name
        for name, path in paths.items()
        if path in modules
        and not (name in own.buffers and type(modules[path]).__module__.startswith("torch."))
    )


def _pairs(
    state: TrainerState, own: TrainerState, changing: frozenset[str]
) -> Iterator[tuple[str | Notice, Tensor | None, Like | None]]:
    """Yields each stored tensor's name, the tensor, and the dtype and shape that it must have.

    ``changing``: the buffers that may have any, and need not be there.
    """
    fixed = [set(buffers) - changing for buffers in (state.buffers, own.buffers)]
    if set(state.parameters) != set(own.parameters) or fixed[0] != fixed[1]:
        raise Problem("history:other-names")
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
        yield name, buffer, _like(buffer if name in changing else own.buffers[name])
    for tensor in (state.host.python, state.host.numpy):
        yield notice("history:generator"), tensor, (torch.int32, (WORDS,))
    yield notice("history:generator"), state.rng, _like(own.rng)
    if own.cuda_rng is not None and state.cuda_rng is not None:
        yield notice("history:gpu-generator"), state.cuda_rng[:TORCHS], _like(own.cuda_rng[:TORCHS])
    if state.data.fixed is not None:
        size = state.data.size
        shapes = (size, 1, SIDE, SIDE), (size, CLASSES), (1, CLASSES)
        for tensor, shape in zip(state.data.fixed, shapes, strict=True):
            yield notice("history:random-data"), tensor, (torch.float32, shape)
