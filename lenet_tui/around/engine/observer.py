"""Observes a script: counts its updates, records the iteration before a stop, and stops it there.

Not recording, it does next to nothing: one call for each update.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from lenet_tui.around.engine import found
from lenet_tui.around.engine.beside import Beside
from lenet_tui.around.engine.by_hand import ByHand
from lenet_tui.around.engine.conditions import Conditions
from lenet_tui.around.engine.first_use import FirstUse
from lenet_tui.around.engine.glance import Glance
from lenet_tui.around.engine.recording import Recording, ScriptTape
from lenet_tui.around.engine.under_way import UnderWay
from lenet_tui.around.stop import Stop
from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, notice
from lenet_tui.training.engine import aside, compiled_calls, observed_calls
from lenet_tui.training.engine.generators import unchanged_generators
from lenet_tui.training.engine.observed_calls import Roots, observed_by
from lenet_tui.watch.engine import evaluate

Stopped = Callable[[Recording], "Stop | None"]
"""Called where the script stops, in its thread; returns the next stop, ``None``: no more."""


class Observer:
    """``count``: the updates so far. ``stop``: the next one; ``None``: the script goes to its end.

    ``tape_mb``: the megabytes of recorded iterations that are kept. ``wanted``: asked after each
    update whether the script is to be stopped as soon as possible. ``say``: a line for a person.
    ``glance`` is told how far the script is.
    """

    def __init__(
        self,
        stop: Stop,
        stopped: Stopped,
        tape_mb: int,
        *,
        wanted: Callable[[], bool] = lambda: False,
        say: Callable[[Notice], None] = lambda notice: None,
        glance: Glance | None = None,
    ) -> None:
        self.count = 0
        self.beside: Beside | None = None
        self.kept: Callable[[], list[list[OpEntry]]] = list
        """The ops of each tape that somebody keeps."""
        self.stop: Stop | None = stop
        self.ends_skipped = False
        """Whether a scaler that leaves out its update ends an iteration too."""
        self._stopped, self._wanted, self._say = stopped, wanted, say
        self._tape_mb = tape_mb
        self._recording: Recording | None = None
        self._writer: ScriptTape | None = None
        self._why: Notice | None = None
        self._thread = 0  # in which something is trained
        self._steps = UnderWay()
        self._glance = glance or Glance()
        self._roots, self._conditions, self._hand = Roots(), Conditions(), ByHand()
        self._observing, self._observed = ExitStack(), False
        self._first = FirstUse(self._module_called, self._leaf_used)
        self._stepped = False  # whether an optimizer has made a step
        self._by_hand: bool | None = None  # whether it has no optimizer; ``None``: not known yet

    def install(self) -> None:
        """Begin to observe; torch has just been imported."""
        observed_calls.install()
        compiled_calls.install()
        register_optimizer_step_pre_hook(self._before)
        register_optimizer_step_post_hook(self._after)
        os.register_at_fork(after_in_child=self._forked)
        if self.stop is not None:
            self._observe()
            if self._soon(self.stop):
                self._see_first()

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        """What goes wrong here ends the observation and not the script."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the script is none the worse for it
            self.broke(error)

    def broke(self, error: Exception) -> None:
        """Observe no longer, as something of this package has failed."""
        self.release()
        why = f"{type(error).__name__}: {error}".partition("\n")[0]
        self._say(notice("around:broke", error=clean(why, 300)))

    def _observe(self) -> None:
        """Have ``called`` be called."""
        if not self._observed:
            self._observed = True
            self._observing.callback(setattr, self, "_observed", False)
            self._observing.enter_context(observed_by(self))

    def release(self) -> None:
        """Observe no longer."""
        self.stop = None
        if self._recording is not None:
            self._recording.recorder.abandon()
        self._observing.close()
        self._first.no_leaves()
        self._glance.close()
        self._recording = self._writer = None
        if self.beside:
            self.beside.goes_on()
        self._steps.used.clear()

    def _forked(self) -> None:
        """A child of the script, such as a worker that loads data, is not observed."""
        if threading.get_ident() == self._thread or not self._thread:
            self.release()

    def failed(self, error: BaseException) -> Recording | None:
        """The script has raised: what was recorded up to there, if anything was."""
        recording, self._recording = self._recording, None
        self.stop = None
        return recording if recording is not None and recording.fail(error) else None

    def ended(self) -> None:
        """The script is over: its last update may be one by hand."""
        trains_on = self._thread in {thread.ident for thread in threading.enumerate()}
        if self.stop is None or (self._elsewhere and trains_on):
            return
        if self._recording is not None:
            self._recording.recorder.ended()
        elif self._by_hand and self._hand.updated(self._writer_for(None).trainer):
            self.count += 1

    @property
    def bare(self) -> bool:
        """Whether there was a backward, and nothing that has parameters."""
        writer = self._writer
        return bool(self._by_hand and writer is not None and not writer.trainer.parameters)

    # What comes before there is an optimizer's step: the first iteration, and updates by hand

    def _soon(self, stop: Stop) -> bool:
        """Whether the iteration that is recorded next may begin with the next call of a module."""
        return stop.nan or stop.watch is not None or self.count + 2 >= stop.at

    def _see_first(self) -> None:
        """See each call of a module, and each op of a leaf."""
        self._first.see()
        self._observing.callback(self._first.no_modules)

    def _leaf_used(self, leaf: Tensor) -> None:
        with self._unbroken():
            if self._recording is not None:
                self._recording.leaf_used(leaf)
            elif not self._stepped and self._first.alone(leaf) and not self._elsewhere:
                self._may_begin(None)

    def _module_called(self, module: nn.Module, args: Any) -> None:
        if self._recording is not None or self._elsewhere or not torch.is_grad_enabled():
            return
        with self._unbroken():
            if any(p.requires_grad for p in module.parameters()) and self._first.ready(module):
                self._first.no_leaves()
                self._may_begin(module)
                if self._recording is not None:
                    self._recording.recorder.enters_first(module, args)

    def called(
        self, kind: str, make: observed_calls.Call, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Implements ``observed_calls.Observer``, while nothing is recorded."""
        if self._elsewhere:
            return make()
        if kind in (observed_calls.ZERO_GRAD, observed_calls.BACKWARD) and not self._stepped:
            given = args[0] if args else None
            with self._unbroken():
                if self._first.ready():
                    self._may_begin(given if isinstance(given, nn.Module) else None)
            if self._recording is not None:
                return self._recording.recorder.called(kind, make, args, kwargs)
        if kind == observed_calls.BACKWARD and self._by_hand is None:
            with self._unbroken():
                self._by_hand = not self._stepped and not found.has_optimizers()
                if self._by_hand:
                    self._hand.look(self._writer_for(None).trainer)
        made = self._roots.called(kind, make, args, kwargs)
        self._hand.backwards += kind == observed_calls.BACKWARD
        return made

    def _may_begin(self, called: nn.Module | None) -> None:
        """Here an iteration may begin: the first, or one after an update by hand."""
        assert self.stop is not None
        if self._by_hand and self._hand.updated(self._writer_for(None, called).present(all=True)):
            self.count += 1
            self._next(None)
        elif not self.count and not self._hand.backwards and (self.stop.at == 1 or self.stop.nan):
            self._begin(called=called)

    def _over(self, module: nn.Module | None, args: Any) -> bool:
        """Whether an update by hand has ended the iteration that is recorded."""
        recording = self._recording
        if recording is None or self._stepped or recording.trainer.has_optimizers:
            return False
        self._by_hand = True
        self._hand.backwards = 0
        self._hand.look(recording.trainer)
        self._updated(None)
        if module is not None and self._recording is not None:
            self._recording.recorder.enters_first(module, args)
        return True

    @property
    def _elsewhere(self) -> bool:
        if self.stop is None or aside.under_way():
            return True
        self._thread = self._thread or threading.get_ident()
        return threading.get_ident() != self._thread

    # Updates

    def _before(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]] | None:
        if self._elsewhere:
            return None
        self._steps.begins(optimizer)
        if self._recording is not None:
            with self._unbroken():
                return self._recording.recorder.before_update(optimizer, args, kwargs)
        return None

    def _after(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._elsewhere:
            return
        with self._unbroken():
            self._is_over(optimizer, args, kwargs)

    def _is_over(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if self._recording is not None:
            self._recording.recorder.after_update(optimizer, args, kwargs)
        if self._steps.ends(optimizer):
            if not self._stepped:
                self._stepped, self._by_hand = True, False
                self._first.no_modules()
                self._first.no_leaves()
                if self.stop is not None and self.stop.watch is None:
                    self._observing.close()
            self._updated(optimizer)

    def _updated(self, optimizer: Optimizer | None) -> None:
        """An update is over: stop if this is where, and record what follows if it is wanted."""
        self.count += 1
        glance = self._glance
        glance.updates = self.count
        if glance.asked:
            glance.passed(self.count, self._roots.root if self._observed else None)
        if self._writer is not None:
            self._writer.progress.iteration = self.count
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.end()
        stop = self.stop
        if why := self._conditions.unknown(stop, recording) if stop and recording else None:
            self._say(why)
        if stop is None or why is not None:
            self.release()
            return
        if recording is not None and self._is_there(stop, recording):
            with unchanged_generators():
                stop = self.stop = self._stopped(recording)
            if stop is None:
                self.release()
                return
            self._conditions.begin()
        del recording  # nor is it to be held while the next one is recorded
        self._next(optimizer)

    def _next(self, optimizer: Optimizer | None) -> None:
        """An iteration begins."""
        stop = self.stop
        if stop is None:
            return
        if stop.watch is not None or self._by_hand:
            self._observe()
        if self._records_next(stop, optimizer):
            self._begin(optimizer)
        elif self._by_hand and self._soon(stop):
            self._see_first()
        elif self._glance.asked and not self._observed:
            self._glance.begin(lambda: not self._elsewhere)

    def _records_next(self, stop: Stop, optimizer: Optimizer | None) -> bool:
        """Whether the iteration that begins now is to be recorded."""
        if self.count + 1 == max(stop.at, self._first.earliest) or stop.nan or self._wanted():
            return True
        if stop.watch is None:
            return False
        trainer = self._writer_for(optimizer).trainer
        if not evaluate.fast(stop.watch, trainer):
            return True
        roots = self._roots.begin_anew()
        self._why = self._conditions.turned(stop.watch, trainer, roots, self.count)
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
            file, seen = found.loop_file(frames), found.look_for(frames, called, self._steps.used)
            writer = self._writer = ScriptTape.of(seen, file, self._tape_mb, self.beside)
        return writer

    def _begin(self, optimizer: Optimizer | None = None, called: nn.Module | None = None) -> None:
        """Record from here on, the iteration that the next update ends."""
        writer, number = self._writer_for(optimizer, called), self.count + 1
        trainer = writer.present(all=False)
        if not trainer.bare:
            self._first.no_leaves()
        if trainer.parameters:
            self._observing.close()
            over = self._over, (lambda: self._updated(None)) if self.ends_skipped else None
            self._recording = writer.begin_recording(number, over, self.kept(), self.broke)
            self._first.innermost()
