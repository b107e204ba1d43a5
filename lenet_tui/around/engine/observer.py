"""Observes a script: counts its updates, records the iteration before a stop, and stops it there.

Not recording, it does next to nothing: one call for each update.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as nn_module
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from lenet_tui.around.engine import found
from lenet_tui.around.engine.conditions import Conditions
from lenet_tui.around.engine.recording import Recording, ScriptTape
from lenet_tui.around.stop import Stop
from lenet_tui.text.notice import Notice
from lenet_tui.training.engine import compiled_calls, observed_calls
from lenet_tui.training.engine.observed_calls import Roots, observed_by
from lenet_tui.watch.engine import evaluate

Stopped = Callable[[Recording], "Stop | None"]
"""Called where the script stops, in its thread; returns the next stop, ``None``: no more."""


class Observer:
    """``count``: the updates so far. ``stop``: the next one; ``None``: the script goes to its end.

    ``tape_mb``: the megabytes of recorded iterations that are kept. ``wanted``: asked after each
    update whether the script is to be stopped as soon as possible.
    """

    def __init__(
        self,
        stop: Stop,
        stopped: Stopped,
        tape_mb: int,
        wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.count = 0
        self.stop: Stop | None = stop
        self._stopped = stopped
        self._wanted = wanted
        self._tape_mb = tape_mb
        self._recording: Recording | None = None
        self._writer: ScriptTape | None = None
        self._why: Notice | None = None
        self._thread = threading.get_ident()
        self._under_way: list[Optimizer] = []
        self._roots = Roots()
        self._conditions = Conditions()
        self._observing = ExitStack()

    def install(self) -> None:
        """Begin to observe; torch has just been imported."""
        observed_calls.install()
        compiled_calls.install()
        register_optimizer_step_pre_hook(self._before)
        register_optimizer_step_post_hook(self._after)
        os.register_at_fork(after_in_child=self._forked)
        if self.stop is None:
            return
        if self.stop.at == 1 or self.stop.nan:
            first = nn_module.register_module_forward_pre_hook(self._first_call)
            self._observing.callback(first.remove)
            self._observing.enter_context(observed_by(self))
        elif self.stop.watch is not None:
            self._observing.enter_context(observed_by(self._roots))

    def release(self) -> None:
        """Observe no longer."""
        self.stop = None
        self._observing.close()
        if self._recording is not None:
            self._recording.recorder.abandon()
        self._recording = self._writer = None

    def _forked(self) -> None:
        """A child of the script, such as a worker that loads data, is not observed."""
        if threading.get_ident() == self._thread:
            self.release()

    def failed(self, error: BaseException) -> Recording | None:
        """The script has raised: what was recorded up to there, if anything was."""
        recording, self._recording = self._recording, None
        self.stop = None
        return recording if recording is not None and recording.fail(error) else None

    # The first iteration begins with the first call of what is trained.

    def _first_call(self, module: nn.Module, args: Any) -> None:
        trains = any(p.requires_grad for p in module.parameters())
        if not trains or not torch.is_grad_enabled() or self._elsewhere:
            return
        self._begin(called=module)
        if self._recording is not None:
            self._recording.recorder.enters_first(module, args)

    def called(
        self, kind: str, make: observed_calls.Call, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Before the first call of a module gradients are cleared, or a backward runs."""
        wanted = kind in (observed_calls.ZERO_GRAD, observed_calls.BACKWARD)
        if not wanted or self._elsewhere or self._recording is not None:
            return make()
        self._begin(called=args[0] if args and isinstance(args[0], nn.Module) else None)
        recording = self._recording
        return make() if recording is None else recording.recorder.called(kind, make, args, kwargs)

    @property
    def _elsewhere(self) -> bool:
        return self.stop is None or threading.get_ident() != self._thread

    # Updates

    def _before(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]] | None:
        if self._elsewhere:
            return None
        self._forget(optimizer)  # it may have raised before
        self._under_way.append(optimizer)
        if self._recording is not None:
            return self._recording.recorder.before_update(optimizer, args, kwargs)
        return None

    def _after(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._elsewhere:
            return
        if self._recording is not None:
            self._recording.recorder.after_update(optimizer, args, kwargs)
        self._forget(optimizer)
        if not self._under_way:  # no part of another one's step
            self._updated(optimizer)

    def _forget(self, optimizer: Optimizer) -> None:
        """An optimizer's step is not under way, and none that it called."""
        for place, each in enumerate(self._under_way):
            if each is optimizer:
                del self._under_way[place:]
                return

    def _updated(self, optimizer: Optimizer) -> None:
        """An update is over: stop if this is where, and record what follows if it is wanted."""
        self.count += 1
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.end()
        stop = self.stop
        if stop is None or (recording is None and self.count + 1 < stop.at and not self._wanted()):
            return
        if recording is not None and self._is_there(stop, recording):
            stop = self.stop = self._stopped(recording)
            if stop is None:
                self.release()
                return
            self._observing.close()
            self._conditions.begin()
            if stop.watch is not None:
                self._observing.enter_context(observed_by(self._roots))
        if self._records_next(stop, optimizer):
            self._begin(optimizer)

    def _records_next(self, stop: Stop, optimizer: Optimizer) -> bool:
        """Whether the iteration that begins now is to be recorded."""
        if self.count + 1 == stop.at or stop.nan or self._wanted():
            return True
        if stop.watch is None:
            return False
        trainer = self._writer_for(optimizer).trainer
        if not evaluate.fast(stop.watch, trainer):
            return True
        root, self._roots.root = self._roots.root, None
        self._why = self._conditions.turned(stop.watch, trainer, root, self.count)
        return self._why is not None

    def _is_there(self, stop: Stop, recording: Recording) -> bool:
        """Whether the iteration that has just been recorded is the one to stop after."""
        recording.why, self._why = self._why, None
        if stop.nan:
            return Conditions.not_finite(recording) or self._wanted()
        if stop.watch is not None and not evaluate.fast(stop.watch, recording.trainer):
            return self._conditions.on_tape(stop.watch, recording) or self._wanted()
        return True

    def _writer_for(
        self, optimizer: Optimizer | None, called: nn.Module | None = None
    ) -> ScriptTape:
        """The writer for all that is trained now."""
        writer = self._writer
        if writer is None or (optimizer is not None and not writer.trainer.knows(optimizer)):
            frames = found.own_frames()
            file = found.loop_file(frames)
            writer = self._writer = ScriptTape.of(
                found.look_for(frames, called), file, self._tape_mb
            )
        return writer

    def _begin(self, optimizer: Optimizer | None = None, called: nn.Module | None = None) -> None:
        """Record from here on, the iteration that the next update ends."""
        if self.stop is not None and self.stop.watch is None:
            self._observing.close()
        writer = self._writer_for(optimizer, called)
        if writer.trainer.parameters:
            self._recording = writer.begin_recording(self.count + 1)
