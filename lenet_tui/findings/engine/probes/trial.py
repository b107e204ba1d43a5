"""Tries something on live torch from one state, as often as wanted, and undoes it to the bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor

from lenet_tui.findings.engine.probes.survivable import Survivable
from lenet_tui.history.engine.held_state import held_state, put_back
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.copies import copy_into
from lenet_tui.training.engine.observed_calls import (
    BACKWARD,
    Roots,
    observed_by,
    roots,
    unobserved,
)
from lenet_tui.training.engine.rejecting import rejecting
from lenet_tui.training.engine.trainer import Trainer


class Trial:
    """``with Trial(trainer) as trial``: inside, the trainer stands at the start of an iteration.

    ``batch``: the one that this iteration takes. Each of the methods begins in that same state, the
    generators' too, so that dropout has the same mask, and calls ``begins`` then. Afterwards the
    whole keyframe of the trainer is as it was; its output, loss and graph are forgotten, so it must
    be at a boundary. ``before``: that state where the caller holds it already, who goes back to it
    himself.
    """

    batch: Batch

    def __init__(self, trainer: Trainer, before: TrainerState | None = None) -> None:
        self.trainer = trainer
        self.begins: Callable[[], None] = lambda: None
        self._given, self._start = before, before
        self._entered = ExitStack()
        self.root: float | None = None
        """Of the last iteration: what its last backward started from."""

    def __enter__(self) -> Trial:
        trainer = self.trainer
        if self._given is None:
            self._before = held_state(trainer)
        self._flags = [(p, p.requires_grad) for p in trainer.parameters.values()]
        self._says_loss = trainer.says_loss
        self._at_start = False
        if trainer.device.type != "cpu":
            self._entered.enter_context(Survivable())
        try:
            with rejecting(trainer):
                trainer.fetch()
            assert trainer.batch is not None
            self.batch = trainer.batch.copy()
            if self._given is None:
                self._start = held_state(trainer)
            self._at_start = True
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._entered.close()
        if isinstance(error, DeviceLost):  # this process does not go on
            return
        self.trainer.pinned = None
        if self._given is None:
            self._to(self._before)
        self.trainer.says_loss = self._says_loss

    def _to(self, state: TrainerState) -> None:
        put_back(self.trainer, state)
        for p, trained in self._flags:
            if p.requires_grad != trained:
                p.requires_grad_(trained)

    def begin(self, batch: Batch | None = None) -> None:
        """Go to the start; the iterations from here take this batch, or else their own."""
        if not self._at_start:
            assert self._start is not None
            self._to(self._start)
            if self._given is not None:  # its batch is still to be taken
                self.trainer.pinned = None
                with rejecting(self.trainer):
                    self.trainer.fetch()
        self._at_start = False
        self.begins()
        self.trainer.pinned = self.batch if batch is None else batch

    def iterate(self) -> int:
        """Run a whole iteration from where the trainer is; returns how many backwards it had.

        ``trainer.last_loss`` is its loss then.
        """
        trainer, seen = self.trainer, _Backwards()
        with rejecting(trainer):
            if not trainer.options.step:
                trainer.plain_iteration()
                trainer.note_loss()
                self.root = trainer.last_loss
                return 1
            step = trainer.prepared_step()
            with observed_by(seen):
                returned = step()
            trainer.note_result(returned, seen.root)
        self.root = _number(seen.root)
        return seen.count

    def loss(
        self, values: Mapping[str, Tensor] | None = None, batch: Batch | None = None
    ) -> float | None:
        """The loss of the first forward from the start, with these values of the parameters.

        In a step of one's own it is the one that the step returns; ``None``: it has none.
        """
        self._put(values, batch)
        trainer = self.trainer
        if trainer.options.step:
            trainer.last_loss = None
            self.iterate()
            return trainer.last_loss
        with rejecting(trainer), unobserved():
            trainer.forward()
            trainer.compute_loss(trainer.target())
            trainer.note_loss()
        return trainer.last_loss

    def first_root(self, values: Mapping[str, Tensor]) -> float | None:
        """What the first backward would start from, with these values: a step ends there."""
        if not self.trainer.options.step:
            return self.loss(values)
        self._put(values, None)
        try:
            with rejecting(self.trainer), observed_by(_Backwards(stop=True)):
                self.trainer.prepared_step()()
        except _AtBackward as reached:
            return reached.root
        return None

    def _put(self, values: Mapping[str, Tensor] | None, batch: Batch | None) -> None:
        self.begin(batch)
        live = self.trainer.parameters
        with torch.no_grad():
            copy_into((live[name].data, value) for name, value in (values or {}).items())

    def losses(
        self,
        steps: int,
        batch: Batch | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[list[float], int]:
        """The losses before each of so many steps on one batch, and the backwards of each step.

        There are fewer if ``stopped`` says so, or the loss is not finite. The trainer has the last
        one, or none before the first.
        """
        self.begin(batch)
        self.trainer.last_loss = None
        found: list[float] = []
        backwards = 0
        for _ in range(steps):
            if stopped():
                break
            self.trainer.last_loss = None
            backwards = self.iterate()
            if self.trainer.last_loss is None:
                break
            found.append(self.trainer.last_loss)
            if not abs(found[-1]) < float("inf"):
                break
        return found, backwards

    def values(self) -> dict[str, Tensor]:
        """The present values of the parameters, copied."""
        return {name: p.detach().clone() for name, p in self.trainer.parameters.items()}


class _AtBackward(BaseException):
    """Ends a step where its first backward begins. ``root``: what that starts from."""

    def __init__(self, root: float | None) -> None:
        self.root = root


class _Backwards(Roots):
    """Counts the backwards; ``stop``: or ends the step at the first one."""

    def __init__(self, stop: bool = False) -> None:
        super().__init__()
        self.count = 0
        self._stop = stop

    def called(
        self, kind: str, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if kind == BACKWARD and self._stop:
            root = self.unscaled(next(iter(roots(args, kwargs)), None))
            raise _AtBackward(_number(root))
        self.count += kind == BACKWARD
        return super().called(kind, make, args, kwargs)


def _number(root: Tensor | None) -> float | None:
    return None if root is None or root.numel() != 1 else float(root.detach())
