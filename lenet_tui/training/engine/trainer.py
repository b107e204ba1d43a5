"""The live torch state of a session: the model, its gradients, and the phases run on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lenet_tui.protocol.moves import Vector
from lenet_tui.protocol.options import Options, phases_on
from lenet_tui.protocol.phases import Phase
from lenet_tui.protocol.session_api import DeviceLost, MoveRejected
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem, verbatim
from lenet_tui.training.engine import dataset, devices, model
from lenet_tui.training.engine.dataset import DataState
from lenet_tui.training.engine.generators import seed_all
from lenet_tui.training.engine.gradient_phases import GRADIENT_PHASES, Facts
from lenet_tui.training.engine.module_attributes import ModuleAttributes
from lenet_tui.training.engine.optimizers import Aliases, Updater
from lenet_tui.training.engine.outputs import main_output

LOSS = {"cross_entropy": nn.CrossEntropyLoss, "mse": nn.MSELoss}


CUBLAS = "CUBLAS_WORKSPACE_CONFIG"
"""Without it cuBLAS sums in another order from time to time, and torch warns about it."""
NO_MEMORY = ("DefaultCPUAllocator", "out of memory")
"""Parts of torch's messages where it has no exception class: in main memory, on Metal."""


class Trainer:
    """Runs phases on live tensors. ``output`` and ``loss`` are of the last forward and loss.

    ``last_loss``: the last loss computed, as a number. ``accumulated``: backwards since the
    gradients were ``None``.
    """

    def __init__(self, options: Options) -> None:
        self.device = devices.resolve(options.device)
        options = replace(options, device=str(self.device))
        deterministic(self.device)
        seed_all(options.seed)
        self.model = model.build(options.model)
        self.data = DataState()
        if options.data == "random":
            self.data.source, self.data.size = "random", options.batch_size
            self.data.fixed = dataset.draw_fixed(options.batch_size)
        else:
            dataset.check(options)
        first = dataset.upcoming(self.data, options)
        if first is not None:
            model.initialise_lazy(self.model, first[0])
        self.attributes = ModuleAttributes(self.model)
        self.fresh_vector = self.data.fixed is not None
        self._set_options(options)
        self.move(self.device)
        self.updater = Updater(options.optimizer, options.lr, self.parameters)
        self.last_loss: float | None = None
        self.accumulated = 0
        self.forget()

    def _set_options(self, options: Options) -> None:
        self.options = options
        self.criterion = LOSS[options.loss]()
        self._after_backward = [
            run for phase, run in GRADIENT_PHASES.items() if phase.name in phases_on(options)
        ]

    def move(self, device: torch.device) -> None:
        """Put the model on ``device``; the caller makes a new updater for it."""
        self.device = device
        devices.warm_up(device)
        self.model.to(device)
        self.parameters: dict[str, Tensor] = dict(self.model.named_parameters())
        self.names = {id(p): name for name, p in self.parameters.items()}
        self._parameter_list = list(self.parameters.values())
        self.flat = Aliases(self._parameter_list, _flat)

    @property
    def buffers(self) -> dict[str, Tensor]:
        """The model's present buffers: a model may replace them."""
        return dict(self.model.named_buffers())

    def forget(self) -> None:
        """Drop the batch, the output, the loss and their graph."""
        self.batch: tuple[Tensor, Tensor] | None = None
        self.returned: Any = None
        self.output: Tensor | None = None
        self.loss: Tensor | None = None

    def change(self, options: Options) -> None:
        """Set new options (other than the seed) for the next op that reads them."""
        dataset.check(options)
        if options.device != self.options.device:
            self._change_device(devices.resolve(options.device))
        if options.optimizer != self.options.optimizer:
            self.updater = Updater(options.optimizer, options.lr, self.parameters)
        self.updater.set_lr(options.lr)
        self._set_options(options)

    def _change_device(self, device: torch.device) -> None:
        """Move the model and its optimizer's state."""
        states = {name: self.updater.state(name) for name in self.parameters}
        deterministic(device)
        self.move(device)
        self.updater = Updater(self.options.optimizer, self.options.lr, self.parameters)
        self.updater.load(
            {n: {k: v if k == "step" else v.to(device) for k, v in s.items()}
             for n, s in states.items()}
        )  # fmt: skip

    def fetch(self) -> None:
        """Take the iteration's batch from the data, to the device."""
        image, target = dataset.next_batch(self.data, self.options)
        self.batch = image.to(self.device), target.to(self.device)

    def forward(self, run: Callable[..., Any] | None = None) -> None:
        """``output = model(input)``; ``run(model, input)`` calls it where it is recorded."""
        if self.batch is None:
            self.fetch()
        assert self.batch is not None
        image = self.batch[0]
        self.returned = run(self.model, image) if run else self.model(image)
        self.output = main_output(self.returned)

    def target(self) -> Tensor:
        """The batch's target as the loss takes it: for MSE on classes, one-hot (N, classes)."""
        if self.batch is None or self.output is None:
            raise MoveRejected("training:no-output")
        target = self.batch[1]
        if self.options.loss == "mse" and not target.is_floating_point():
            return F.one_hot(target, self.output.shape[-1]).to(self.output.dtype)
        if self.options.loss == "cross_entropy" and target.is_floating_point():
            raise MoveRejected("training:labels-needed")
        return target

    def compute_loss(self, target: Tensor) -> None:
        """``loss = criterion(output, target)``."""
        self.loss = self.criterion(self.output, target)

    def note_loss(self) -> float:
        """The loss as a number; waits for the device."""
        assert self.loss is not None
        self.last_loss = float(self.loss.item())
        return self.last_loss

    def root(self, vector: Vector | None) -> Tensor:
        """The tensor a backward starts from: the loss, or with a vector the output."""
        start = self.output if vector else self.loss
        if start is None:
            raise MoveRejected("training:no-output") if vector else MoveRejected("training:no-loss")
        return start

    def make_vector(self, vector: Vector) -> Tensor:
        """The vector on the output (N, classes) that a backward starts from.

        ``random`` is the notebook's first draw once, then drawn from the CPU generator.
        """
        output = self.root(vector)
        classes = output.shape[-1]
        if vector.kind == "random":
            if self.fresh_vector and self.data.fixed and self.data.fixed[1].shape == output.shape:
                self.fresh_vector = False
                return self.data.fixed[1].to(self.device)
            return torch.randn(output.shape).to(self.device)
        row = torch.zeros(classes)
        if vector.kind == "onehot":
            if vector.onehot >= classes:
                raise MoveRejected("protocol:onehot-outside", k=vector.onehot, last=classes - 1)
            row[vector.onehot] = 1
        elif len(vector.values) != classes:
            raise MoveRejected("protocol:vector-length", count=len(vector.values), size=classes)
        else:
            row = torch.tensor(vector.values, dtype=output.dtype)
        return row.expand(output.shape).contiguous().to(self.device)

    def change_gradients(self, phase: Phase) -> Facts:
        """Run a phase that changes gradients; returns the numbers it computed."""
        self._own_gradients()
        return GRADIENT_PHASES[phase](self._parameter_list, self.options)

    def _own_gradients(self) -> None:
        """Copy each gradient: torch writes in place, and the tape holds the tensors from before."""
        for p in self._parameter_list:
            if p.grad is not None:
                p.grad = p.grad.clone()

    def backward(self, root: Tensor, vector: Tensor | None) -> None:
        """``loss.backward()``, or ``output.backward(vector)``."""
        self._own_gradients()
        root.backward(vector)  # type: ignore[no-untyped-call]
        self.accumulated += 1

    def plain_iteration(self) -> Tensor:
        """Run a whole iteration as a plain loop; returns the loss, without waiting for it."""
        self.fetch()
        assert self.batch is not None
        self.returned = self.model(self.batch[0])
        self.output = main_output(self.returned)
        self.loss = self.criterion(self.output, self.target())
        for p in self._parameter_list:  # as model.zero_grad() does
            p.grad = None
        self.loss.backward()
        self.accumulated = 1
        for change in self._after_backward:
            change(self._parameter_list, self.options)
        self.updater.step()
        return self.loss

    def synchronise(self) -> None:
        """Wait for the device, so that a time is the time it took."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()


def _flat(parameters: Sequence[Tensor]) -> list[npt.NDArray[np.float32]]:
    """A flat view of each parameter's live numbers; empty if NumPy cannot see them."""
    plain = all(
        p.device.type == "cpu" and p.is_contiguous() and p.dtype != torch.bfloat16
        for p in parameters
    )
    return [p.detach().view(-1).numpy() for p in parameters] if plain else []


def deterministic(device: torch.device) -> None:
    """Set torch up to give equal bits each time, on the CPU and on a GPU."""
    if device.type == "cuda":
        os.environ.setdefault(CUBLAS, ":4096:8")
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)


def rejection(trainer: Trainer, error: Exception) -> Exception:
    """The exception to raise for one that torch or the model raised, with its first line.

    It is ``MoveRejected``, or ``DeviceLost`` if the device no longer answers, as after an
    assertion in a kernel: then all further work of this process on it fails.
    """
    reason = str(error).partition("\n")[0] or type(error).__name__
    if isinstance(error, torch.OutOfMemoryError) or any(text in reason for text in NO_MEMORY):
        return MoveRejected("training:out-of-memory", size=trainer.options.batch_size)
    if devices.probe(str(trainer.device)):
        return DeviceLost("training:lost", device=str(trainer.device), why=clean(reason, 500))
    return MoveRejected(verbatim(reason))


class rejecting:
    """Turn any exception that torch raises inside into the one that ``rejection`` gives.

    A class, as a generator under ``contextmanager`` that raises anew would make a circle of the
    exception, its frames and contextlib's: what the failed op had allocated would stay until the
    garbage collector runs, on Python 3.12 and later.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, Problem):
            raise rejection(self._trainer, error) from error
