"""The moves by their contract alone: from a walk of moves to what a plain script would do."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field, replace
from typing import Any

from tests.harness.oracle import Atom, IterationPlan, Settings, State

TURN = ("forward", "loss", "zero_grad", "backward", "update")
At = tuple[int, str, int | None, int]
"""(iteration, phase, op, index), as in the trace contract."""


class MoveRejected(Exception):
    """A move that means nothing here, or that torch refuses."""


@dataclass(frozen=True)
class Phase:
    """A phase as it was passed: ``how`` is ``turn``, ``skip`` or ``do``; ``total`` ops."""

    iteration: int
    name: str
    how: str = "turn"
    vector: Any = None
    total: int = 0


@dataclass(frozen=True)
class Change:
    """An option set where ``count`` phases are entered and ``done`` ops of the last (0: all)."""

    count: int
    done: int | None
    option: str
    value: Any


@dataclass
class Story:
    """All that is recorded, and the cursor: in or after the phase number ``count`` (from 1)."""

    phases: list[Phase] = field(default_factory=lambda: [Phase(0, "init", "init")])
    changes: list[Change] = field(default_factory=list)
    count: int = 1
    done: int | None = None


class Walker:
    """Makes moves; ``settings`` are those of the script it stands for.

    ``forward_ops``: how many ops the model's forward has.
    """

    def __init__(self, settings: Settings, forward_ops: int = 12) -> None:
        self.forward_ops = forward_ops
        self._restart(settings)

    def _restart(self, settings: Settings) -> None:
        self.settings = settings
        self.script = IterationPlan(settings)
        self.story = Story()

    def move(self, line: str) -> str:
        """Make a move; returns why it was refused, and then nothing has changed."""
        verb, _, rest = line.partition(" ")
        before = copy.copy(self.story)
        before.phases, before.changes = list(before.phases), list(before.changes)
        try:
            getattr(self, "_" + verb.replace("-", "_"))(*filter(None, [rest]))
        except MoveRejected as refused:
            self.story = before
            return str(refused) or "refused"
        return ""

    # What is seen

    @property
    def at(self) -> At:
        story, last = self.story, self._last
        earlier = story.phases[: story.count - 1]
        index = sum(p.total for p in earlier if p.iteration == last.iteration)
        index += last.total if story.done is None else story.done
        return last.iteration, last.name, story.done, index

    @property
    def next_phase(self) -> str:
        return TURN[self._in_turn() % 5]

    def options(self) -> Settings:
        """The options in force at the cursor."""
        settings = self.settings
        for change in self._changes():
            settings = replace(settings, **{change.option.replace("-", "_"): change.value})
        return settings

    def state(self) -> tuple[State, float | None]:
        """The digests, and the last loss computed, at the cursor."""
        story = self.story
        self.script.follow(self._atoms(story.count, story.done))
        inside = story.done if self._last.name == "backward" else None
        return self.script.state(inside), self.script.loss_number

    # Forward

    def _op(self) -> None:
        story = self.story
        if story.done is None:
            self._enter()
            while self._last.total == 0:
                self._enter()
            story.done = 0
        assert story.done is not None
        story.done += 1
        if story.done == self._last.total:
            story.done = None

    def _phase(self) -> None:
        if self.story.done is None:
            self._enter()
        self.story.done = None

    def _finish(self) -> None:
        story = self.story
        if story.done is not None:
            story.done = None
            if self._boundary():
                return
        goal = self._last.iteration + self._boundary()
        while not (self._last.iteration == goal and self._boundary()):
            self._enter()

    def _run(self, count: str) -> None:
        for _ in range(int(count)):
            self._finish()

    _continue = _run
    """Where there is no watchpoint, and nothing that is not finite."""

    # Backward and anywhere

    def _back(self, unit: str) -> None:
        story = self.story
        if unit == "phase":
            self._before_phase()
        elif unit == "iteration":
            iteration = self._last.iteration
            while story.count > 1 and self._last.iteration == iteration:
                self._before_phase()
        else:
            while story.done is None and self._last.total == 0 and story.count > 1:
                story.count -= 1
            if story.count > 1:
                story.done = (self._last.total if story.done is None else story.done) - 1
                if story.done == 0:
                    self._before_phase()

    def _before_phase(self) -> None:
        self.story.count = max(self.story.count - 1, 1)
        self.story.done = None

    def _goto(self, goal: str) -> None:
        story = self.story
        story.count, story.done = 0, None
        while story.count < len(story.phases):
            story.count += 1
            if self._last.iteration == int(goal) and self._boundary():
                return
        while not (self._last.iteration == int(goal) and self._boundary()):
            self._enter()

    # The present

    def _skip(self, phase: str) -> None:
        if self.story.done is not None or phase != self.next_phase:
            raise MoveRejected(f"{phase} cannot be skipped here")
        self._cut()
        self._append(Phase(self._last.iteration + self._boundary(), phase, "skip"))

    def _do(self, what: str) -> None:
        if self.story.done is not None:
            raise MoveRejected("a phase is under way")
        name, _, vector = what.partition(" ")
        self._cut()
        self._append(Phase(self._last.iteration, name, "do", _vector(vector)))

    def _set(self, what: str) -> None:
        option, text = what.split(" ", 1)
        kinds: dict[str, Any] = {"lr": float, "batch-size": int, "seed": int}
        value = kinds.get(option, str)(text)
        here = self.options()
        if option == "device":
            if value != "cpu":
                raise MoveRejected("no such device here")
            return  # it is there already
        after = replace(here, **{option.replace("-", "_"): value})
        if after.data == "random" and after.loss == "cross_entropy":
            raise MoveRejected("no labels")
        if after == here and option != "seed":
            return
        if option == "seed":
            self._restart(after)
            return
        self._cut()
        self.story.changes.append(Change(self.story.count, self.story.done, option, value))

    # How it is done

    @property
    def _last(self) -> Phase:
        """The phase that the cursor is in, or has passed last."""
        return self.story.phases[self.story.count - 1]

    def _in_turn(self) -> int:
        passed = self.story.phases[: self.story.count]
        return sum(
            p.iteration == self._last.iteration and p.how in ("turn", "skip") for p in passed
        )

    def _boundary(self) -> bool:
        return self.story.done is None and (self._last.iteration == 0 or self._in_turn() == 5)

    def _enter(self) -> None:
        """Pass the next phase whole: what is recorded, or else the next in turn."""
        if self.story.count < len(self.story.phases):
            self.story.count += 1
        else:
            self._append(Phase(self._last.iteration + self._boundary(), self.next_phase))

    def _append(self, phase: Phase) -> None:
        story = self.story
        story.phases.append(phase)
        story.count, story.done = len(story.phases), None
        try:
            self.script.follow(self._atoms(story.count, None))
        except Exception as error:
            raise MoveRejected(repr(error)) from error
        totals = {"forward": self.forward_ops, "loss": 1, "backward": len(self.script.ran.nodes)}
        total = 0 if phase.how == "skip" else totals.get(phase.name, len(self.script.parameters))
        story.phases[-1] = replace(phase, total=total)

    def _cut(self) -> None:
        """Drop what is recorded after the cursor."""
        self.story.changes = self._changes()
        del self.story.phases[self.story.count :]

    def _changes(self) -> list[Change]:
        """Those up to the cursor."""
        here = self.story.count, self.story.done or math.inf
        return [c for c in self.story.changes if (c.count, c.done or math.inf) <= here]

    def _atoms(self, count: int, done: int | None) -> list[Atom]:
        """What a script does as far as ``done`` ops of phase number ``count``."""
        atoms: list[Atom] = []
        changes = self._changes()
        for number, phase in enumerate(self.story.phases[:count], 1):
            here = [c for c in changes if c.count == number]
            total = len(self.script.parameters)
            if phase.how == "skip" or phase.name == "init":
                pass
            elif phase.name in ("zero_grad", "update"):
                for op in range(total if done is None or number < count else done):
                    atoms.append((phase.name, op))
                    atoms += [("set", c.option, c.value) for c in here if c.done == op + 1]
                here = [c for c in here if c.done is None]
            elif phase.name == "forward":
                atoms.append(("forward", phase.iteration))
            else:
                vector = (phase.vector,) if phase.name == "backward" else ()
                atoms.append((phase.name, *vector))
            atoms += [("set", c.option, c.value) for c in here]
        return atoms


def _vector(text: str) -> Any:
    if text.startswith("onehot"):
        return int(text.split()[1])
    return tuple(map(float, text.split(","))) if "," in text else text or None
