"""A trainer's whole state, held in memory as copies: taken and put back without any bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.history.engine.stored import StoredParameter
from lenet_tui.training.engine.copies import clones
from lenet_tui.training.engine.trainer import Trainer

LITTLE = 2**26
"""Bytes that fit beside any step."""
SHARE = 8
"""Copies stay on a GPU as long as this many of them would be free there."""


def held_state(trainer: Trainer) -> TrainerState:
    """What ``keyframe.capture`` would write, copied on the device; for this trainer alone."""
    live = keyframe.state_of(trainer)
    return _mapped(replace(live, data=replace(live.data)), _copies)


def put_back(trainer: Trainer, state: TrainerState) -> None:
    """Put the trainer into a state that ``held_state`` took, which can be put back again."""
    tensors = tuple(_copies(state.attribute_tensors))
    keyframe.restore_state(trainer, replace(state, attribute_tensors=tensors))


def _mapped(
    state: TrainerState, change: Callable[[Sequence[Tensor]], Sequence[Tensor]]
) -> TrainerState:
    """The state with other tensors in the place of the parameters', buffers' and attributes'."""
    live = list(state.attribute_tensors)
    live += [b for b in state.buffers.values() if b is not None]
    for p in state.parameters.values():
        live += [p.value, *([] if p.grad is None else [p.grad]), *p.state.values()]
    made = iter(change(live))
    return replace(
        state,
        attribute_tensors=tuple([next(made) for _ in state.attribute_tensors]),
        buffers={name: b if b is None else next(made) for name, b in state.buffers.items()},
        parameters={
            name: StoredParameter(
                next(made), None if p.grad is None else next(made), {k: next(made) for k in p.state}
            )
            for name, p in state.parameters.items()
        },
    )


def _copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    with torch.no_grad():
        if not _fits(tensors):
            return [t.detach().to("cpu", copy=True) for t in tensors]
        return clones(tensors)


def _fits(tensors: Sequence[Tensor]) -> bool:
    """Whether copies leave most of a GPU's memory to the step itself."""
    on_gpu = [t for t in tensors if t.is_cuda]
    needed = sum(t.numel() * t.element_size() for t in on_gpu)
    if needed < LITTLE:
        return True
    free, _ = torch.cuda.mem_get_info(on_gpu[0].device)
    return needed * SHARE < free
