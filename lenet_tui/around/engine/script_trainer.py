"""What a script trains, in the place of a session's trainer: live, and never run from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from lenet_tui.around.engine.found import Found
from lenet_tui.protocol.options import OWN, Options
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.dataset import DataState
from lenet_tui.training.engine.named_losses import NamedLosses
from lenet_tui.training.engine.named_modules import NamedModules
from lenet_tui.training.engine.optimizers import Aliases, Updater, flat_numbers
from lenet_tui.training.engine.step_objects import StepObjects
from lenet_tui.training.engine.together import Together
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.training.engine.training_file import TrainingFile


class ScriptObjects(StepObjects):
    """The optimizers of a script, and its modules beside the model."""

    def __init__(self, modules: dict[str, nn.Module], optimizers: dict[str, Optimizer]) -> None:
        self.modules, self.optimizers = modules, optimizers
        self.others: dict[str, object] = {}


class ScriptTrainer(Trainer):
    """``file``: the one whose lines are shown. Whatever would run something is rejected."""

    def __init__(self, found: Found, file: str, title: str, tape_mb: int) -> None:
        trained, others = dict(found.trained), dict(found.others)
        if len(trained) == 1:
            [name] = trained
            self.model, self._prefixes = trained[name], {name: ""}
        else:
            self.model = Together(trained)
            self._prefixes = {name: f"{name}." for name in trained}
        self._walk = NamedModules(self.model)
        self._wrappers = found.wrappers
        self.objects = ScriptObjects(others, found.optimizers)
        self.parameters = dict(self.model.named_parameters())
        for name, module in others.items():
            self.parameters |= module.named_parameters(prefix=name)
        self.parameters |= found.loose
        self.bare = not (trained or others or found.optimizers)
        """Whether it is tensors alone, which the script itself changes."""
        self.names = {id(p): name for name, p in self.parameters.items()}
        self._parameter_list = list(self.parameters.values())
        self.flat = Aliases(self._parameter_list, flat_numbers)
        self.device = next((p.device for p in self._parameter_list), torch.device("cpu"))
        self._on_cpu = self.device.type == "cpu"
        first = next(iter(found.optimizers.values()), None)
        lr = float(first.param_groups[0]["lr"]) if first is not None else 0.0
        self.file = TrainingFile(title, "", {"__file__": file})
        self.options = Options(
            preset=OWN, device=str(self.device), data=OWN, loss=OWN, lr=lr, optimizer=OWN,
            threads=torch.get_num_threads(), model=file or title, step=True, tape_mb=tape_mb,
        )  # fmt: skip
        self.updater = Updater(OWN if first else "manual", lr, self.parameters, first)
        self.criterion = None
        self.data = DataState()
        self.own_data = None
        self.fresh_vector = False
        self.named_losses = NamedLosses(self.file)
        self.last_loss: float | None = None
        self.says_loss = False
        self.accumulated = 0
        self.forget()

    @property
    def has_optimizers(self) -> bool:
        """Whether the script has optimizers, or makes its updates itself."""
        return self.objects is not None and bool(self.objects.optimizers)

    def knows(self, optimizer: Optimizer) -> bool:
        """Whether it has every tensor of the optimizer."""
        return all(id(p) in self.names for g in optimizer.param_groups for p in g["params"])

    def takes_over(self, tensors: Mapping[str, Tensor], all: bool = True) -> bool:
        """Take other tensors that the script now has by the names of these; whether there are any.

        ``all``: only where no tensor with a gradient has stayed the same: then this is an update.
        """
        others = {n: t for n, t in tensors.items() if self._other(n, t)}
        stays = (n for n, p in self.parameters.items() if p.grad is not None and n not in others)
        if not others or (all and next(stays, None) is not None):
            return False
        for name, tensor in others.items():
            self.names.pop(id(self.parameters[name]), None)
            self.parameters[name], self.names[id(tensor)] = tensor, name
        self._parameter_list = list(self.parameters.values())
        self.flat = Aliases(self._parameter_list, flat_numbers)
        return True

    def _other(self, name: str, tensor: Tensor) -> bool:
        known = self.parameters.get(name)
        new = known is not None and id(tensor) not in self.names
        return known is not None and new and known.shape == tensor.shape

    def modules(self) -> Iterator[tuple[str, nn.Module]]:
        yield from super().modules()
        for name, wrapper in self._wrappers:
            yield self._prefixes.get(name, name).removesuffix("."), wrapper

    def begin(self, iteration: int) -> None:
        self._iteration = iteration

    def upcoming(self) -> Batch | None:
        return None

    def fetch(self) -> None:
        raise MoveRejected("around:not-run")

    def change(self, options: Options) -> None:
        raise MoveRejected("around:not-run")


def title_of(path: str) -> str:
    """A file's name, as it is shown."""
    return Path(path).name
