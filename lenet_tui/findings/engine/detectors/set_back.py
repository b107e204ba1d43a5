"""Weights that are set anew before each update, so that no update lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.detector import Detector, Measure
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.updated import (
    ANEW,
    KEPT,
    OTHERWISE,
    SAME,
    SMALL,
    Updated,
    kind_of,
    sample,
    sampled,
    tensors_of,
)
from lenet_tui.findings.engine.own_frames import line_now
from lenet_tui.findings.finding import NOTE, Finding
from lenet_tui.protocol.phases import OTHER, UPDATE
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.tape.engine.in_place import storage
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.training.engine.trainer import Trainer

CERTAIN = 2
"""How often it must have been so, one time after the other."""


@dataclass(slots=True, eq=False)
class _Next:
    """What an iteration that is only run has shown: how many ``steps`` of an optimizer; what each
    parameter was ``before``, with the names of its ``state``, and what became of it ``now``.
    ``line``: that wrote one of them beside that. ``memory``: where they lie.
    """

    steps: int = 0
    line: str = ""
    memory: frozenset[int] | None = None
    before: dict[str, Tensor] = field(default_factory=dict)
    state: dict[str, frozenset[str]] = field(default_factory=dict)
    now: dict[str, Updated] = field(default_factory=dict)


class SetBack(Detector):
    """Follows each optimizer that makes a step in the first iteration, such as a GAN's two."""

    of_numbers = True

    def __init__(self) -> None:
        self._followed: list[_Followed] | None = None

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if self._followed is None:
            self._followed = [_Followed(optimizer) for optimizer in iteration.stepped]
        for followed in self._followed:
            followed.look(iteration)
        return ()

    def measures(self, trainer: Trainer) -> Measure | None:
        for followed in self._followed or ():
            followed.begins()
        return None

    def writes(self, trainer: Trainer, written: Sequence[Tensor]) -> None:
        for followed in self._followed or ():
            followed.writes(trainer, written)

    def updates(self, trainer: Trainer, optimizer: Optimizer) -> None:
        for followed in self._followed or ():
            followed.updates(trainer, optimizer)

    def updated(self, trainer: Trainer, optimizer: Optimizer) -> None:
        for followed in self._followed or ():
            followed.updated(trainer, optimizer)

    def passes(self, trainer: Trainer) -> bool:
        return all(followed.passes() for followed in self._followed or ())

    def passed(self, trainer: Trainer) -> None:
        for followed in self._followed or ():
            followed.passed()

    def end(self) -> Iterable[Finding]:
        for followed in self._followed or ():
            yield from followed.end()


class _Followed:
    """One optimizer from step to step: what it starts from is not what it left.

    It is meant where each batch is a task of its own, which begins anew with its optimizer too; and
    where a step that was too long is taken back, and the next one is shorter.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self._fails = False
        self._optimizer = optimizer
        self._last: dict[str, Updated] = {}
        self._kinds: dict[str, str] = {}
        """How each parameter was set in all transitions so far."""
        self._times = 0
        self._goes_on = False
        self._line = ""
        self._slots: list[str] = []
        self._lost = 0.0
        self._next = _Next()

    def look(self, iteration: Iteration) -> None:
        """Compare what its step starts from with what the one before left."""
        if self._fails:
            return
        names = iteration.trainer.names
        own = {names.get(id(p)) for group in self._optimizer.param_groups for p in group["params"]}
        updates = [s for s in iteration.tape.segments if s.phase is UPDATE]
        entries = [e for s in updates for e in s.updates if _made(e) and e.name in own]
        stepped = any(o is self._optimizer for o in iteration.stepped)
        if iteration.error is not None or not stepped or _several(entries):
            self._fails = True
            return
        now = {e.name: Updated(sample(e.before), sample(e.after), e.lr) for e in entries}
        if self._last:
            self._compare(now, {e.name: frozenset(e.state) for e in entries})
        changed = [n for n, k in self._kinds.items() if k in (SAME, ANEW)] or [*now]
        self._line = _written_at(iteration, changed) or self._line
        self._last = {n: u for n, u in now.items() if u.moved}

    def _compare(self, now: Mapping[str, Updated], state: Mapping[str, frozenset[str]]) -> None:
        """``state``: the names of what the optimizer has kept of each parameter."""
        kinds = {n: kind_of(u, now[n].before) for n, u in self._last.items() if n in now}
        if ANEW in kinds.values():
            kinds = {n: ANEW if k == SMALL else k for n, k in kinds.items()}
        shorter = any(now[n].lr < 0.9 * self._last[n].lr for n in kinds)
        if self._times:
            known = self._kinds
            kinds = {n: k if known.get(n, k) == k else OTHERWISE for n, k in kinds.items()}
        if shorter or not any(k in (SAME, ANEW) for k in kinds.values()):
            self._fails = True
            return
        self._kinds, self._times = kinds, self._times + 1
        self._goes_on = any(state.get(n) for n, k in kinds.items() if k in (SAME, ANEW))
        self._slots = sorted({*chain(*state.values())} - {"step"})
        changes = [u.after - u.before for n, u in self._last.items() if kinds.get(n) != KEPT]
        self._lost = max(float(c.float().abs().max()) for c in changes)

    def begins(self) -> None:
        """An iteration that is only run is about to begin."""
        self._next = _Next()

    def writes(self, trainer: Trainer, written: Sequence[Tensor]) -> None:
        """Note the first line that writes a parameter beside the optimizer."""
        following, live = self._next, trainer.parameters
        if self._fails or self._line or following.line:
            return
        if following.memory is None:
            following.memory = frozenset(storage(live[n]) for n in self._last if n in live)
        if any(storage(tensor) in following.memory for tensor in written):
            following.line = line_now()

    def updates(self, trainer: Trainer, optimizer: Optimizer) -> None:
        """Look at what a step in such an iteration starts from: at all of it if parameters
        are written beside it, at one otherwise.
        """
        if optimizer is not self._optimizer or self._fails:
            return
        following, live = self._next, trainer.parameters
        following.steps += 1
        known = {n: u.after for n, u in self._last.items() if n in live}
        names = [*known] if self._line or following.line else [*known][:1]
        if following.steps > 1 or all(sample(live[n].detach()).equal(known[n]) for n in names):
            return
        following.before = sampled(live, known)
        following.state = {n: tensors_of(optimizer, live[n]) for n in known}

    def updated(self, trainer: Trainer, optimizer: Optimizer) -> None:
        """Note what that step has left, if it did not start from what the one before left."""
        following = self._next
        if optimizer is not self._optimizer or self._fails or following.steps > 1:
            return
        after = sampled(trainer.parameters, following.before)
        rates = {id(p): g["lr"] for g in optimizer.param_groups for p in g["params"]}
        for name, before in following.before.items():
            rate = float(rates.get(id(trainer.parameters[name]), 0.0))
            following.now[name] = Updated(before, after[name], rate)

    def passes(self) -> bool:
        """Whether an iteration that was only run has told all: the line is known or not needed."""
        following = self._next
        said = self._line or following.line or self._times
        return bool(self._fails or said or not following.now)

    def passed(self) -> None:
        """An iteration was only run: an update has lasted, or has not again."""
        following, self._next = self._next, _Next()
        if self._fails or following.steps != 1 or not following.now:
            self._fails = True
            return
        self._compare(following.now, following.state)
        self._line = self._line or following.line
        self._last = {n: u for n, u in following.now.items() if u.moved}

    def end(self) -> Iterable[Finding]:
        """Yields that it was so each time."""
        if self._fails or self._times < CERTAIN:
            return
        by_kind = {k: [n for n, kind in self._kinds.items() if kind == k] for k in (SAME, ANEW)}
        whole = sum(map(len, by_kind.values())) == len(self._kinds)
        if not whole and not (by_kind[ANEW] and self._goes_on):
            return
        reason = ANEW if by_kind[ANEW] else SAME
        names = [*self._kinds] if whole else by_kind[ANEW]
        evidence: dict[str, Any] = {
            "reason": reason, "parameters": names, "count": len(names), "of": len(self._kinds),
            "times": self._times, "lost": self._lost,
            "optimizer": type(self._optimizer).__name__,
        }  # fmt: skip
        if self._goes_on:
            evidence["slots"] = self._slots
        level = NOTE if reason == SAME and not self._goes_on else ""
        if level:
            evidence["reason"] = "task"
        yield Finding("weights-set-back", UPDATE.name, names[0], self._line, evidence, level)


def _written_at(iteration: Iteration, names: list[str]) -> str:
    """The line that writes parameters, by a call of torch or by hand; empty: it is not known."""
    parameters = [iteration.trainer.parameters[n] for n in names]
    memory, own = {storage(p) for p in parameters}, {id(p) for p in parameters}
    for call in iteration.calls:
        writes = any(storage(t) in memory for t, _ in call.written)
        if call.line and (writes or any(id(t) in own for t in call.made)):
            return call.line
    work = ""
    for segment in iteration.tape.segments:
        if segment.phase is OTHER:
            work = iteration.phase_line(segment)
        elif any(e.optimizer == BY_HAND and e.name in names for e in segment.updates):
            return iteration.phase_line(segment) or work
        else:
            work = ""
    return ""


def _made(entry: UpdateEntry) -> bool:
    return entry.grad is not None and entry.optimizer != BY_HAND


def _several(entries: list[UpdateEntry]) -> bool:
    """Whether there is none, or a parameter had more than one."""
    return not entries or len({e.name for e in entries}) != len(entries)
