"""A forward on trial, to know the ops that the next one will do."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from lenet_tui.protocol.options import OWN
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.module_paths import Paths, module_paths
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine.batch import Batch, of_pair
from lenet_tui.training.engine.compiled_calls import has_compiled
from lenet_tui.training.engine.generators import unchanged_generators
from lenet_tui.training.engine.images import SIDE
from lenet_tui.training.engine.trainer import Trainer


def dry_run(trainer: Trainer) -> ForwardRecorder:
    """A trial of the model on the next batch.

    There is none for a file of one's own: what its code counts or draws aside would then differ
    from its owner's loop.
    """
    if trainer.options.preset == OWN:
        return _nothing()
    try:
        batch = trainer.upcoming() or _notebook(trainer.device)
    except Problem:
        return _nothing()
    return trial(trainer.model, *batch.args, **batch.kwargs)


def trial(model: nn.Module, *args: Any, **kwargs: Any) -> ForwardRecorder:
    """A recorded forward of a copy of the model; random numbers are not drawn.

    A model that cannot be copied or run gives no entries: its ops are shown as they are run. So are
    those of one that was compiled, as its copy would be compiled too.
    """
    if has_compiled(model):
        return _nothing()
    try:
        twin = copy.deepcopy(model)
        recorder = ForwardRecorder(module_paths(twin), lambda done, name: None)
        with unchanged_generators(), torch.no_grad():
            recorder.run(twin, *args, **kwargs)
    except Exception:  # noqa: BLE001 - whatever the model raises, the trial was ours
        return _nothing()
    own = dict(zip(map(id, twin.parameters()), model.parameters(), strict=True))
    for entry in recorder.entries:
        entry.args = tuple(_own(a, own) for a in entry.args)
        entry.kwargs = {name: _own(a, own) for name, a in entry.kwargs.items()}
    return recorder


def _own(given: Any, own: dict[int, nn.Parameter]) -> Any:
    """What a copy was given, with the model's own parameters in place of the copy's."""
    if isinstance(given, (tuple, list)) and any(id(a) in own for a in given):
        return [own.get(id(a), a) for a in given]
    return own.get(id(given), given)


def _nothing() -> ForwardRecorder:
    return ForwardRecorder(Paths(), lambda done, name: None)


def _notebook(device: torch.device) -> Batch:
    """A batch of the notebook's shape, where the next one is still to be drawn."""
    image = torch.zeros(1, 1, SIDE, SIDE, device=device)
    return of_pair(image, image)
