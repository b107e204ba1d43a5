"""The engine's report once it has run ``init``."""

from __future__ import annotations

import inspect
from pathlib import Path
from weakref import WeakKeyDictionary

import torch
from torch import nn

from lenet_tui.protocol.frame import Parameter
from lenet_tui.protocol.messages import Ready
from lenet_tui.training.engine import devices
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.training.source_text import without_asides

LONGEST = 100_000
"""Characters of a model's class that are shown."""
_SOURCES: WeakKeyDictionary[type, tuple[str, int]] = WeakKeyDictionary()
"""What has been read: to find a class in its file, Python parses all of it."""


def ready_report(trainer: Trainer) -> Ready:
    """The options as resolved, the device, the versions, the model and its parameters."""
    dtypes = (p.dtype for p in trainer.parameters.values())
    return Ready(
        trainer.options,
        devices.describe(trainer.device),
        str(torch.__version__),  # its own class would make the reader import torch
        torch.get_num_threads(),
        torch.backends.cpu.get_cpu_capability(),
        str(next(dtypes, torch.get_default_dtype()))[6:],
        str(trainer.model),
        _parameters(trainer),
        *(_file_source(trainer) if trainer.options.step else _class_source(trainer.model)),
    )


def _parameters(trainer: Trainer) -> tuple[Parameter, ...]:
    """The model's parameters; one that modules share is one, with all its names."""
    names: dict[int, list[str]] = {}
    modules = {"": trainer.model, **(trainer.objects.modules if trainer.objects else {})}
    for prefix, module in modules.items():
        for name, p in module.named_parameters(prefix=prefix, remove_duplicate=False):
            names.setdefault(id(p), []).append(name)
    grouped = _grouped(trainer)
    return tuple(
        Parameter(
            name,
            tuple(p.shape),
            str(p.dtype)[6:],
            tuple(n for n in names.get(id(p), ()) if n != name),
            p.requires_grad,
            grouped is None or id(p) in grouped,
        )
        for name, p in trainer.parameters.items()
    )


def _grouped(trainer: Trainer) -> set[int] | None:
    """The ``id`` of each parameter in a group of the optimizer; ``None``: no groups, all move."""
    own = trainer.objects.optimizers.values() if trainer.objects else ()
    optimizers = [*own] or [getattr(trainer.updater, "_optimizer", None)]
    if None in optimizers:
        return None
    return {id(p) for o in optimizers for group in o.param_groups for p in group["params"]}


def _file_source(trainer: Trainer) -> tuple[str, int]:
    """The owner's file, whole: its step runs any line of it."""
    try:
        return Path(trainer.file.names["__file__"]).read_text(errors="replace")[:LONGEST], 1
    except (OSError, KeyError, TypeError):
        return "", 0


def _class_source(model: nn.Module) -> tuple[str, int]:
    """The source of the model's class and its first line; empty if there is none."""
    cls = type(model)
    if cls not in _SOURCES:
        try:
            lines, first = inspect.getsourcelines(cls)
        except (OSError, TypeError):
            return "", 0
        _SOURCES[cls] = without_asides("".join(lines))[:LONGEST], first
    return _SOURCES[cls]
