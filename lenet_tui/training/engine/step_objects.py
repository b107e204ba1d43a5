"""What a step of one's own works with: the modules, optimizers, schedulers and counters it finds.

They are the state of a session: a keyframe holds them, so that the step can be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count, islice
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from lenet_tui.training.engine import cuda_generators
from lenet_tui.training.engine.optimizers import follow, optimizer_places
from lenet_tui.training.engine.step_held import cells_of, held_by
from lenet_tui.training.engine.training_file import TrainingFile

DEEPEST = 3
"""How far inside lists, dictionaries and objects is looked."""
MOST = 2_000
"""Values of one list or dictionary that are looked at."""


class StepObjects:
    """``modules``: those that are no part of the model, by name. ``optimizers``, by name.

    ``others``: schedulers, scalers and objects of classes that the file defines, by name.
    """

    def __init__(self, file: TrainingFile, model: nn.Module, step: bool) -> None:
        self._step = step
        self.modules: dict[str, nn.Module] = {}
        self.optimizers: dict[str, Optimizer] = {}
        self.others: dict[str, object] = {}
        self._file = file
        self._seen: set[int] = {id(part) for part in model.modules()}
        for name, value in {**held_by(file.step), **file.state}.items():
            self._look(name, value, 0)
        cuda_generators.watch(part for m in self.modules.values() for part in m.modules())
        for optimizer in () if file.live else self.optimizers.values():
            follow(optimizer)  # the model may have been moved since the file made them
        if not step:  # what the app's own order trains is the model alone
            self.modules, self.optimizers = {}, {}

    def _look(self, name: str, value: Any, depth: int) -> None:
        """Note the object, or what it holds."""
        if id(value) in self._seen or depth > DEEPEST or isinstance(value, (type, Tensor)):
            return
        if isinstance(value, nn.Module):
            if any(p.is_meta for p in value.parameters()):
                return  # it has no numbers: ``functional_call`` is given them
            inside = {id(part) for part in value.modules()}
            if inside & self._seen and not inside <= self._seen:
                return  # it holds the model, whose parameters are known by their own names
            self._seen |= inside
            self.modules[name] = value
        elif isinstance(value, Optimizer):
            self._seen.add(id(value))
            self.optimizers[name] = value
        elif isinstance(value, (LRScheduler, torch.amp.GradScaler)):
            self._seen.add(id(value))
            self.others[name] = value
            for key, part in vars(value).items():
                if key != "optimizer":
                    self._look(f"{name}.{key}", part, depth + 1)
        elif isinstance(value, (list, tuple, dict)):
            self._seen.add(id(value))
            keys = list(value) if isinstance(value, dict) else []
            plain = all(isinstance(key, (str, int)) for key in keys)
            parts = list(value.values()) if isinstance(value, dict) else value
            named = zip(keys if keys and plain else count(), parts, strict=False)
            for key, part in list(islice(named, MOST)):
                self._look(f"{name}.{key}", part, depth + 1)
        elif self._file.owns(value) and hasattr(value, "__dict__"):
            self._seen.add(id(value))
            self.others[name] = value
            for key, part in list(vars(value).items()):
                self._look(f"{name}.{key}", part, depth + 1)

    def places(
        self, wanted: Callable[[nn.Module], bool] = lambda module: True
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yields the dictionaries of the plain values among the state, of modules ``wanted``."""
        yield "file", _Written(self._file)
        yield "closure", _Enclosed(self._file.step)
        for name, module in self.modules.items():
            for path, part in module.named_modules(prefix=name):
                if wanted(part):
                    yield path, vars(part)
        for name, optimizer in self.optimizers.items():
            yield from optimizer_places(name, optimizer)
        for name, value in self.others.items():
            yield f"object {name}", vars(value)
        for name, value in self._file.state.items():
            if isinstance(value, type) and self._file.owns(value):
                yield f"class {name}", _OfClass(value)


class _Written(dict[str, Any]):
    """The state among a file's names; what is set or deleted here is so there."""

    def __init__(self, file: TrainingFile) -> None:
        super().__init__(file.state)
        self._names = file.names

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._names[name] = value

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        del self._names[name]


class _Enclosed(dict[str, Any]):
    """What a function's closure holds; what is set here is so there."""

    def __init__(self, step: Callable[..., Any] | None) -> None:
        self._cells = cells_of(step)
        held = {}
        for name, cell in self._cells.items():
            with suppress(ValueError):  # not filled yet
                held[name] = cell.cell_contents
        super().__init__(held)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._cells[name].cell_contents = value

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        del self._cells[name].cell_contents


class _OfClass(dict[str, Any]):
    """The plain attributes of a class; what is set or deleted here is so there."""

    def __init__(self, owner: type) -> None:
        attributes = vars(owner).items()
        super().__init__(
            (n, v) for n, v in attributes if not n.startswith("__") and not callable(v)
        )
        self._owner = owner

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        setattr(self._owner, name, value)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        delattr(self._owner, name)
