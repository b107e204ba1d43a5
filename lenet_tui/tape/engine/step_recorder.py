"""Records a step of one's own as it runs, and finds its phases in what it does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from types import FrameType
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.loss import _Loss
from torch.optim import Optimizer

from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.phases import BACKWARD, FORWARD, LOSS, OTHER, UPDATE, Phase
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.entries import Entry, OpEntry
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.in_place import storage, written_by
from lenet_tui.tape.engine.module_paths import Paths
from lenet_tui.tape.engine.quiet import Meanwhile, Quiet
from lenet_tui.tape.engine.step_phases import StepPhases, TimedSegments, run_backward, unfinished
from lenet_tui.tape.engine.step_state import StepState
from lenet_tui.tape.engine.tape import UNKNOWN, TapeSegment
from lenet_tui.training.engine import compiled_calls, global_hooks, observed_calls
from lenet_tui.training.engine.compiled_calls import CompiledCall
from lenet_tui.training.engine.observed_calls import Roots
from lenet_tui.training.engine.outputs import main_output, named_parts


class StepRecorder(ForwardRecorder):
    """One recorder for a whole step: its ops are cut into phases where something else is called.

    A forward goes up to where the last of the outermost modules has returned; what follows up to
    a backward is the loss. Inside a backward, an optimizer and the other observed calls no op is
    recorded: there the phase has its own entries.
    """

    def __init__(
        self,
        paths: Paths,
        state: StepState,
        passed: Callable[[int, str], None],
        enters: Callable[[str], None],
        file: str,
    ) -> None:
        super().__init__(paths, lambda done, name: passed(0, name), None, enters)
        self.segments = TimedSegments(state.trainer.synchronise, self._line)
        self._state = state
        self._phases = StepPhases(state, self.segments)
        self._file = file
        self._roots = Roots()
        self._quiet = Quiet(self)
        self._outer: list[bool] = []
        self._first = 0
        """The number of the first op that no segment has yet."""
        self._returned_at = -1
        """How many ops there were when the last of the outermost modules returned; −1: none has."""
        self._result: Any = None
        self._called_at = 0
        """The line that called that module."""

    # Running

    def run_step(self, step: Callable[[], Any]) -> Any:
        """Run the step; its phases are then in ``segments``. Returns what it returned."""
        self._know_parameters()
        self.changed.known = self._state.values
        self._hook()
        self.segments.begin()
        try:
            with observed_calls.observed_by(self), self, compiled_calls.recorded():
                try:
                    returned = step()
                finally:
                    self._quiet.over()
            self._close()
            self._reconcile()
            self._phases.settle()
            self.segments.end()
        finally:
            self._unhook()
            self._holders.clear()
            self._copies.clear()
        if not self.segments:
            raise MoveRejected("training:idle-step")
        return returned

    @property
    def unclosed(self) -> int:
        """How many ops there are that belong to no phase yet."""
        return len(self.entries) - self._first

    def close_failed(self) -> bool:
        """After an exception: close what was under way, its end unknown; whether there is any."""
        if self._stack:
            self._returned_at, self._result = len(self.entries), None
            self._called_at = self._called_at or self.failed_line
        before = len(self.segments)
        self._close(LOSS if self._first < len(self.entries) else None)
        if len(self.segments) == before and self.segments:
            self.segments.append(unfinished(self._roots.line))
        if not self.segments or not any(s.entries for s in self.segments):
            return False
        last = self.segments[-1]
        last.total, last.planned = UNKNOWN, len(last.entries) + 1
        return True

    @property
    def root(self) -> Tensor | None:
        """From what the last backward started, without the scale of a scaler."""
        return self._roots.root

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if self._quiet.count:
            return func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        writes = not self._stack and self._writes_state(func, name, args, kwargs)
        if writes or name == "__set__":
            return self._by_hand(func, name, args, kwargs or {})
        return super().__torch_function__(func, types, args, kwargs)

    def _writes_state(
        self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None
    ) -> bool:
        """Whether an op outside of every module writes into a parameter or its gradient."""
        written = {storage(t) for t in written_by(func, name, args, kwargs or {})} - {0}
        return bool(written) and not written.isdisjoint(self._state.memory())

    def _by_hand(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make a change of a parameter or gradient that the owner writes by hand."""
        attribute = getattr(getattr(func, "__self__", None), "__name__", "")
        if name == "__set__" and (attribute not in ("grad", "data") or not self._state.holds(args)):
            return func(*args, **kwargs)
        written = [storage(t) for t in written_by(func, name, args, kwargs)]
        ops = self._close(by_hand=True)
        with self._silently():
            made = func(*args, **kwargs)
            self._phases.changed_by_hand(written, ops, args[:1] if name == "__set__" else ())
        return made

    def _silently(self) -> Meanwhile:
        return self._quiet.meanwhile()

    def _line(self) -> int:
        """The line of the owner's file that is being run; 0: none is."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename == self._file:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def _hook(self) -> None:
        super()._hook()
        self._hooks += [
            global_hooks.before_updates(self._before_update),
            global_hooks.after_updates(self._after_update),
        ]

    def _compiled(self, call: CompiledCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Record a compiled call; what it did to parameters and gradients is taken as by hand."""
        with observed_calls.unobserved():
            made = super()._compiled(call, args, kwargs)
        if not self._stack and self._state.touched():
            ops = self._close(by_hand=True)
            with self._silently():
                self._phases.changed_by_hand(ops=ops)
        return made

    # Modules

    def _module_enters(self, module: nn.Module, args: Any) -> None:
        if self._quiet.count:
            return
        loss = isinstance(vars(module)["_modules"].get("_orig_mod", module), _Loss)
        loss = loss or (module not in self._paths and self._returned_at >= 0)
        counted = bool(self._stack) or not loss
        self._outer.append(counted)
        if counted:
            if not self._stack:
                self._state.refresh()
                self._reconcile()
            super()._module_enters(module, args)

    def _module_leaves(self, module: nn.Module, args: Any, output: Any) -> None:
        if self._quiet.count or not self._outer or not self._outer.pop():
            return
        super()._module_leaves(module, args, output)
        if not self._stack:
            self._returned_at, self._result = len(self.entries), output
            self._called_at = self._line()
            self.segments.mark()

    # Phases

    def _close(self, by: Phase | None = None, by_hand: bool = False) -> list[OpEntry]:
        """Give the ops since the last phase to a forward and a loss, or to work beside them.

        ``by_hand``: those after the last module are returned instead, named.
        """
        self._holders.settle()
        if by is UPDATE:  # what is computed after the backward is no loss
            done = [s.phase for s in self.segments if s.phase in (FORWARD, BACKWARD)]
            by = None if done[-1:] == [BACKWARD] else by
        cut = max(self._returned_at, self._first)
        before, after = self.entries[self._first : cut], self.entries[cut:]
        if self._returned_at >= 0:
            self._add(FORWARD, before, self.segments.marked)
            self._name_output(self.segments[-1])
        follows = any(s.phase is FORWARD for s in self.segments)
        if after and not follows and by is BACKWARD:  # a model that is no module
            self._add(FORWARD, after)
            self.segments[-1].output = after[-1]
        elif after and by_hand:
            after = self._without_loss(after) if follows else after
            self._name(OTHER, after)
        elif after:
            self._add(LOSS if follows and by is not None else OTHER, after)
        self._first, self._returned_at, self._result = len(self.entries), -1, None
        self._leaf = ""
        return after if by_hand else []

    def _without_loss(self, ops: list[OpEntry]) -> list[OpEntry]:
        """The ops from the one on that asks for gradients: those before it are the loss."""
        asks = next((n for n, op in enumerate(ops) if op.op == ASKED), 0)
        if asks:
            self._add(LOSS, ops[:asks])
        return ops[asks:]

    def _name(self, phase: Phase, ops: list[OpEntry]) -> None:
        stem = LOSS.name if phase is LOSS else OTHER.name
        for op in reversed(ops):
            self._named.take_back(op.name)
        for op in ops:
            op.name, op.module = self._named.unique(f"{stem}.{op.op}"), ""

    def _add(self, phase: Phase, ops: list[OpEntry], until: float | None = None) -> None:
        if phase is not FORWARD:
            self._name(phase, ops)
        entries: list[Entry] = list(ops)
        line = self._called_at if phase is FORWARD else next((op.line for op in reversed(ops)), 0)
        segment = TapeSegment(Segment(phase.name), len(entries), entries, line=line)
        self.segments.append(segment, until)

    def _name_output(self, forward: TapeSegment) -> None:
        """What the outermost module returned, with its parts."""
        try:
            forward.output = self.returned(main_output(self._result))
        except MoveRejected:
            return
        found = ((name, self.returned(t)) for name, t in named_parts(self._result).items())
        forward.returned = {name: op for name, op in found if op is not None}

    def _reconcile(self) -> None:
        """Note what has changed of the state without an observed call."""
        with self._silently():
            self._phases.changed_by_hand()

    # What else a step calls

    def called(
        self, kind: str, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Make an observed call, and write its phase."""
        if self._quiet:
            return make()
        if kind == observed_calls.SCALE:
            return self._roots.called(kind, make, args, kwargs)
        self._close(PHASE_AFTER.get(kind))
        if kind == observed_calls.BACKWARD:
            return self._backward(make, args, kwargs)
        with self._silently():
            return self._phases.observe(kind, make, args, kwargs)

    def _backward(self, make: Callable[[], Any], args: tuple[Any, ...], kwargs: Any) -> None:
        starts = observed_calls.roots(args, kwargs)
        root = self._roots.begin(starts[0] if starts else None, self._line())
        with self._silently():
            self._note_loss(root)
            name = self._state.trainer.named_losses.name(root)
            segment = run_backward(self._state, starts, self.entries, make, self._passed)
            segment.named = (name, float(root.detach())) if name and root is not None else None
        segment.scale = self._roots.end(starts[0] if starts else None)
        self.segments.append(segment)

    def _note_loss(self, root: Tensor | None) -> None:
        """Have the last loss say what it came to; one that the model returned has no ops."""
        if root is None:
            return
        made = self.returned(root)
        since = [s for s in self.segments if s.phase in (LOSS, BACKWARD)]
        losses = list(takewhile(lambda s: s.phase is LOSS, reversed(since)))
        last = next((s for s in losses if made in s.entries), losses[0] if losses else None)
        if last is None:
            last = TapeSegment(Segment(LOSS.name), 0)
            self.segments.append(last)
        if made is not None and made not in last.entries:
            made = OpEntry("", made.op, "", (), {}, root.detach(), root.grad_fn, edges=made.edges)
        if made is not None:
            made.name, last.line = LOSS.makes, made.line or last.line  # other ops may follow it
        last.output = made

    def _before_update(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]] | None:
        if not self._quiet:
            self._close(UPDATE)
            with self._silently():
                self._phases.before_update(optimizer)
        self._quiet.begin_update()
        given = args[1] if len(args) > 1 else kwargs.get("closure")  # the first is the optimizer
        if given is None or self._quiet.count > 1:
            return None
        loud = self._loud(given)
        if len(args) > 1:
            return (args[0], loud, *args[2:]), kwargs
        return args, {**kwargs, "closure": loud}

    def _after_update(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if self._quiet.count == 1:
            self._phases.after_update(optimizer)
        self._quiet.end_update()

    def _loud(self, closure: Callable[[], Any]) -> Callable[[], Any]:
        """A closure of an optimizer, whose own forwards and backwards are recorded."""

        def run() -> Any:
            try:
                return closure()
            finally:
                self._close(UPDATE)

        return partial(self._quiet.broken, run)


ASKED = "grad"
"""What the op of ``torch.autograd.grad`` is called."""
PHASE_AFTER = {observed_calls.BACKWARD: BACKWARD, observed_calls.ZERO_GRAD: LOSS}
"""Which phase the ops before a call belong to: the loss, if it is not only tensor work."""
