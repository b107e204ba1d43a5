"""The phases of a step of one's own that are no tensor work: each writes its entries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.phases import (
    BACKWARD,
    CLIP,
    OTHER,
    SCHEDULE,
    UNSCALE,
    UPDATE,
    ZERO_GRAD,
    Phase,
)
from lenet_tui.tape.engine import backward_recorder
from lenet_tui.tape.engine.entries import (
    Entry,
    GradientEntry,
    NodeEntry,
    OpEntry,
    SettingEntry,
    UpdateEntry,
)
from lenet_tui.tape.engine.step_state import StepState
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.training.engine import observed_calls
from lenet_tui.training.engine.copies import clones

BY_HAND = "by hand"
"""The op of a change that is made by no observed call."""


class TimedSegments(list[TapeSegment]):
    """Segments as they are appended, each with the seconds since the one before ended.

    ``wait`` waits for the device, so that a time is the time it took. ``line`` gives the line of
    the owner's file that is being run.
    """

    def __init__(self, wait: Callable[[], None], line: Callable[[], int]) -> None:
        super().__init__()
        self._wait = wait
        self._line = line
        self._since = self.marked = 0.0

    def begin(self) -> None:
        """The first one begins now."""
        self.mark()
        self._since = self.marked

    def end(self) -> None:
        """The last one has ended: let go of who gave the line, and so of all that was recorded."""
        self._wait, self._line = (lambda: None), (lambda: 0)

    def mark(self) -> None:
        """Note the time, as the end of a segment that is appended later."""
        self._wait()
        self.marked = time.perf_counter()

    def append(self, segment: TapeSegment, until: float | None = None) -> None:
        """Append a segment that ended just now, or at a time that was noted."""
        if until is None:
            self.mark()
        end = self.marked if until is None else until
        segment.seconds, self._since = end - self._since, end
        segment.line = segment.line or self._line()
        super().append(segment)


class StepPhases:
    """Appends a segment for each observed call to ``segments``."""

    def __init__(self, state: StepState, segments: TimedSegments) -> None:
        self._state = state
        self._segments = segments
        self._by_hand: TapeSegment | None = None
        self._looked = False
        """Whether all parameters have been looked at for a change by hand."""
        self._slots: dict[str, dict[str, Tensor]] = {}

    def observe(
        self, kind: str, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Make a call that is neither a backward nor an update, and write what it changed."""
        if kind == observed_calls.ZERO_GRAD:
            return self._zero_grad(make, args[0])
        if kind == observed_calls.CLIP:
            return self._clip(make, args, kwargs)
        if kind == observed_calls.UNSCALE:
            return self._unscale(make, *args)
        if kind == observed_calls.RESCALE:
            return self._rescale(make, args[0])
        return self._schedule(make, args[0])

    def _add(self, phase: Phase, entries: Iterable[Entry]) -> None:
        several = list(entries)
        self._segments.append(TapeSegment(Segment(phase.name), len(several), several))

    def _zero_grad(self, make: Callable[[], Any], owner: Any) -> Any:
        made = make()
        self._add(ZERO_GRAD, self._gradients(ZERO_GRAD.name, _parameters(owner)))
        return made

    def _gradients(
        self, op: str, parameters: Iterable[Tensor], **facts: float
    ) -> Iterable[GradientEntry]:
        for name in self._state.names_of(parameters):
            before, after = self._state.take_gradient(name)
            yield GradientEntry(name, op, _module(name), before, after, facts)

    def _clip(self, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = args[0] if args else kwargs.pop("parameters")
        parameters = [given] if isinstance(given, Tensor) else list(given)
        if not args or not isinstance(given, (list, tuple, Tensor)):  # a generator is read once
            make = partial(make.func, parameters, *args[1:], **kwargs)  # type: ignore[attr-defined]
        made = make()
        facts = {}
        if isinstance(made, Tensor):
            limit = float(args[1] if len(args) > 1 else kwargs["max_norm"])
            norm = float(made)
            facts = {"norm": norm, "factor": min(1.0, limit / (norm + 1e-6))}
        self._add(CLIP, self._gradients(CLIP.name, parameters, **facts))
        return made

    def _unscale(self, make: Callable[[], Any], scaler: Any, optimizer: Optimizer) -> Any:
        scale = float(scaler.get_scale())
        made = make()
        entries = self._gradients(UNSCALE.name, _parameters(optimizer), scale=scale)
        self._add(UNSCALE, entries)
        return made

    def _rescale(self, make: Callable[[], Any], scaler: Any) -> Any:
        before = float(scaler.get_scale())
        made = make()
        after = float(scaler.get_scale())
        self._add(SCHEDULE, [SettingEntry("scale", SCHEDULE.name, "", before, after)])
        return made

    def _schedule(self, make: Callable[[], Any], scheduler: Any) -> Any:
        optimizer = getattr(scheduler, "optimizer", None)
        groups = optimizer.param_groups if optimizer is not None else []
        before = [float(group["lr"]) for group in groups]
        made = make()
        names = ["lr"] if len(groups) == 1 else [f"lr[{n}]" for n in range(len(groups))]
        after = [float(group["lr"]) for group in groups]
        triples = zip(names, before, after, strict=True)
        self._add(SCHEDULE, [SettingEntry(n, SCHEDULE.name, "", b, a) for n, b, a in triples])
        return made

    # Updates

    def before_update(self, optimizer: Optimizer) -> None:
        """Note the optimizer's state of each parameter."""
        state, names = self._state, self._state.trainer.names
        updated = [
            p
            for group in optimizer.param_groups
            for p in group["params"]
            if id(p) in names and p.grad is not None
        ]
        slots = _copied([optimizer.state.get(p, {}) for p in updated])
        self._slots = {names[id(p)]: its for p, its in zip(updated, slots, strict=True)}
        for name in state.new_gradients([*self._slots]):  # changed by nothing that was observed
            self._hand(OTHER, name, *state.take_gradient(name))

    def after_update(self, optimizer: Optimizer) -> None:
        """Write what an optimizer's step did to each parameter of its groups."""
        state, entries = self._state, []
        for group in optimizer.param_groups:
            names = state.names_of(group["params"])
            moved = state.take_values([n for n in names if n in self._slots or state.new_value(n)])
            slots = _copied([optimizer.state.get(state.parameters[n], {}) for n in names])
            settings = {k: v for k, v in group.items() if k != "params"}
            for name, its in zip(names, slots, strict=True):
                before, after = moved.get(name) or [state.values[name]] * 2
                entries.append(
                    UpdateEntry(
                        name, UPDATE.name, _module(name), before, state.grads[name], after,
                        float(group["lr"]), type(optimizer).__name__,
                        self._slots.get(name, {}), its,
                        settings,
                    )
                )  # fmt: skip
        self._add(UPDATE, entries)

    # By hand

    def changed_by_hand(
        self,
        written: Sequence[int] = (),
        ops: Iterable[OpEntry] = (),
        of: Sequence[Tensor] = (),
    ) -> None:
        """Write what has changed without an observed call; ``ops``: the tensor work for it.

        ``written``: at which places in memory; ``of``: which parameters. With either only the first
        of a step has all parameters looked at: there may be one for each.
        """
        state = self._state
        ops = list(ops)
        if self._looked and (written or of):
            touched = [*(state.there(written) | dict.fromkeys(state.names_of(of)))]
        else:
            touched, self._looked = state.touched(written), True
        for name in touched:
            if state.new_value(name):
                before, after = state.take_value(name)
                grad = state.grads[name]
                entry = UpdateEntry(
                    name, UPDATE.name, _module(name), before, grad, after, float("nan"), BY_HAND
                )
                self._hand_entries(UPDATE, [*ops, entry])
                ops = []
            if state.new_gradient(name):
                gradient = state.take_gradient(name)
                cleared = gradient[1] is None or not bool(gradient[1].count_nonzero())
                self._hand_entries(ZERO_GRAD if cleared else OTHER, ops)
                self._hand(ZERO_GRAD if cleared else OTHER, name, *gradient)
                ops = []
            state.settled(name)
        if ops:
            self._hand_entries(OTHER, ops)

    def settle(self) -> None:
        """Compare all that is known with live torch at the step's end, and write what differs."""
        differing = list(self._state.differing())
        for name in differing:
            self._state.unsettle(name)
        if differing:
            self.changed_by_hand()

    def _hand(self, phase: Phase, name: str, before: Tensor | None, after: Tensor | None) -> None:
        self._hand_entries(phase, [GradientEntry(name, phase.name, _module(name), before, after)])

    def _hand_entries(self, phase: Phase, entries: Iterable[Entry]) -> None:
        """Add to the segment that is made by hand, or begin one."""
        last = self._segments[-1] if self._segments else None
        several = list(entries)
        if not several:
            return
        if last is None or last is not self._by_hand or last.phase is not phase:
            self._add(phase, several)
            self._by_hand = self._segments[-1]
            self._by_hand.by_hand = True
            return
        last.entries += several
        last.total = len(last.entries)


def unfinished(line: int | None) -> TapeSegment:
    """The phase in which an exception ended a step before it came to any op.

    ``line``: where the backward was called that was under way; ``None``: none was.
    """
    return TapeSegment(Segment(OTHER.name if line is None else BACKWARD.name), 0, line=line or 0)


def run_backward(
    state: StepState,
    roots: list[Tensor],
    ops: list[OpEntry],
    make: Callable[[], Any],
    passed: Callable[[int, str], None],
) -> TapeSegment:
    """Make a backward and record its nodes.

    Gradients that appear without a node of any graph have entries at the end.
    """
    starts = [root.grad_fn for root in roots if root.grad_fn is not None]
    infos = backward_recorder.walk(starts, ops, state.trainer.names)
    recorder = backward_recorder.BackwardRecorder(infos, state.parameters, passed, copies=True)
    try:
        make()
    finally:
        recorder.remove()
    entries: list[Entry] = list(recorder.entries)
    for entry in recorder.entries:
        if isinstance(entry, NodeEntry) and entry.parameter:
            state.took_gradient(entry.parameter, entry.grad)
        elif isinstance(entry, GradientEntry):
            state.took_gradient(entry.name, entry.after)
    for name in state.touched():
        if state.new_gradient(name):
            before, after = state.take_gradient(name)
            entries.append(GradientEntry(name, "AccumulateGrad", _module(name), before, after))
        state.settled(name)
    root = starts[0] if starts else None
    return TapeSegment(Segment(BACKWARD.name), len(entries), entries, root=root)


def _module(name: str) -> str:
    return name.rpartition(".")[0]


def _parameters(owner: Any) -> list[Tensor]:
    if isinstance(owner, nn.Module):
        return list(owner.parameters())
    return [p for group in owner.param_groups for p in group["params"]]


def _copied(states: Iterable[dict[str, Any]]) -> list[dict[str, Tensor]]:
    """The tensors in each of these states, copied."""
    found = [{k: v for k, v in state.items() if isinstance(v, Tensor)} for state in states]
    made = iter(clones([tensor for each in found for tensor in each.values()]))
    return [{name: next(made) for name in each} for each in found]
