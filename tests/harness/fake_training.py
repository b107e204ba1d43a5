"""A training session that only counts, for tests of the screen: no torch, every number scripted."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lenet_tui.protocol import moves
from lenet_tui.protocol.frame import (
    Argument,
    Entry,
    Frame,
    OpRow,
    Parameter,
    SegmentState,
    Shape,
)
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.options import Options, change
from lenet_tui.protocol.phases import TURN
from lenet_tui.protocol.position import Position

PARAMETERS = (
    Parameter("conv1.weight", (6, 1, 5, 5), "float32"),
    Parameter("conv1.bias", (6,), "float32"),
    Parameter("conv2.weight", (16, 6, 5, 5), "float32"),
    Parameter("conv2.bias", (16,), "float32"),
    Parameter("fc1.weight", (120, 400), "float32"),
    Parameter("fc1.bias", (120,), "float32"),
    Parameter("fc2.weight", (84, 120), "float32"),
    Parameter("fc2.bias", (84,), "float32"),
    Parameter("fc3.weight", (10, 84), "float32"),
    Parameter("fc3.bias", (10,), "float32"),
)
Arguments = tuple[tuple[str, Argument], ...]
CONV: Arguments = (("stride", (1, 1)), ("padding", (0, 0)), ("dilation", (1, 1)), ("groups", 1))
FORWARD: tuple[tuple[str, str, Arguments, Shape], ...] = (
    ("conv1", "conv2d", CONV, (1, 6, 28, 28)),
    ("conv1.relu", "relu", (), (1, 6, 28, 28)),
    ("conv1.max_pool2d", "max_pool2d", (("kernel_size", (2, 2)),), (1, 6, 14, 14)),
    ("conv2", "conv2d", CONV, (1, 16, 10, 10)),
    ("conv2.relu", "relu", (), (1, 16, 10, 10)),
    ("conv2.max_pool2d", "max_pool2d", (("kernel_size", 2),), (1, 16, 5, 5)),
    ("conv2.view", "view", (("", -1), ("", 400)), (1, 400)),
    ("fc1", "linear", (), (1, 120)),
    ("fc1.relu", "relu", (), (1, 120)),
    ("fc2", "linear", (), (1, 84)),
    ("fc2.relu", "relu", (), (1, 84)),
    ("fc3", "linear", (), (1, 10)),
)
LINES = (13, 13, 13, 14, 14, 14, 15, 16, 16, 17, 17, 18)
"""Where the lines of the notebook's ``Net`` that call them are, its first one being 1."""
BACKWARD: tuple[tuple[str, str], ...] = (
    ("NllLossBackward0", "loss"),
    ("LogSoftmaxBackward0", "loss"),
    ("AddmmBackward0", "fc3"),
    ("AccumulateGrad", "fc3.bias"),
    ("TBackward0", "fc3"),
    ("AccumulateGrad", "fc3.weight"),
    ("ReluBackward0", "fc2.relu"),
    ("AddmmBackward0", "fc2"),
    ("AccumulateGrad", "conv1.bias"),
    ("AccumulateGrad", "conv1.weight"),
)
NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "init": (("", "init"),),
    "forward": tuple((name, op) for name, op, _, _ in FORWARD),
    "loss": (("loss", "cross_entropy"),),
    "zero_grad": tuple((p.name, "zero_grad") for p in PARAMETERS),
    "backward": tuple((name, op) for op, name in BACKWARD),
    "update": tuple((p.name, "update") for p in PARAMETERS),
}
"""(name, op) of every op of a phase."""
AGAIN = "Trying to backward through the graph a second time"


@dataclass(frozen=True, slots=True)
class Done:
    """One entry of the tape: op ``done`` of ``total`` of a segment; a skipped phase has none."""

    iteration: int
    segment: int
    phase: str
    how: str
    vector: str
    done: int
    total: int


class Training:
    """A tape of entries for all iterations, and a cursor: how many of them are passed."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.tape = [Done(0, 0, "init", "init", "", 1, 1)]
        self.cursor = 1
        self.watches: list[tuple[int, str]] = []

    @property
    def last(self) -> Done:
        return self.tape[self.cursor - 1]

    def passed(self) -> list[Done]:
        """The entries of the present iteration up to the cursor."""
        iteration = self.last.iteration
        return [e for e in self.tape[: self.cursor] if e.iteration == iteration]

    def next_phase(self) -> str:
        ended = [e for e in self.passed() if e.how in ("turn", "skip") and e.done <= 1]
        return TURN[len(ended) % len(TURN)]

    @property
    def between(self) -> bool:
        return self.last.done == self.last.total

    @property
    def boundary(self) -> bool:
        return self.between and self.next_phase() == TURN[0]

    def make(self, move: Move) -> str:
        """Make a move; returns why it is refused."""
        if isinstance(move, moves.Forward):
            {"op": self.op, "phase": self.phase, "iteration": self.finish}[move.unit]()
        elif isinstance(move, moves.Back):
            {"op": self.back_op, "phase": self.back_phase, "iteration": self.back_iteration}[
                move.unit
            ]()
        elif isinstance(move, moves.Run):
            for _ in range(move.count):
                self.finish()
        elif isinstance(move, moves.Goto):
            self.goto(move.iteration)
        elif isinstance(move, (moves.Skip, moves.Do)):
            return self.out_of_turn(move)
        elif isinstance(move, moves.Set):
            self.options = change(self.options, move.option, move.value)
            if move.option == "seed":
                self.tape, self.cursor = self.tape[:1], 1
            del self.tape[self.cursor :]
        elif isinstance(move, moves.AddWatch):
            self.watches.append((len(self.watches) + 1, str(move.watch)))
        elif isinstance(move, moves.Unwatch):
            self.watches = [w for w in self.watches if w[0] != move.number]
        elif isinstance(move, moves.Continue):
            for _ in range(5):
                self.finish()
        return ""

    def op(self) -> None:
        if self.cursor == len(self.tape):
            self.tape.append(self.following())
        self.cursor += 1

    def following(self) -> Done:
        last = self.last
        if not self.between:
            return replace(last, done=last.done + 1)
        phase = self.next_phase()
        if self.boundary:
            return Done(last.iteration + 1, 0, phase, "turn", "", 1, len(NAMES[phase]))
        return Done(last.iteration, last.segment + 1, phase, "turn", "", 1, len(NAMES[phase]))

    def phase(self) -> None:
        self.op()
        while not self.between:
            self.op()

    def finish(self) -> None:
        self.phase()
        while not self.boundary:
            self.phase()

    def back_op(self) -> None:
        self.cursor = max(1, self.cursor - 1)

    def back_phase(self) -> None:
        here = (self.last.iteration, self.last.segment)
        while self.cursor > 1 and (self.last.iteration, self.last.segment) == here:
            self.cursor -= 1

    def back_iteration(self) -> None:
        here = self.last.iteration
        while self.cursor > 1 and self.last.iteration == here:
            self.cursor -= 1

    def goto(self, iteration: int) -> None:
        self.cursor = 1
        while self.last.iteration < iteration or not self.boundary:
            self.op()

    def out_of_turn(self, move: moves.Skip | moves.Do) -> str:
        if not self.between:
            return f"{self.last.phase} is under way: finish the phase first"
        last, skips = self.last, isinstance(move, moves.Skip)
        if isinstance(move, moves.Do) and move.phase == "backward" and self.freed():
            return AGAIN
        if skips and move.phase != self.next_phase():
            return f"{move.phase} is not next: only {self.next_phase()} can be skipped now"
        del self.tape[self.cursor :]
        new = self.boundary and skips
        total = 0 if skips else len(NAMES[move.phase])
        vector = str(move.vector or "") if isinstance(move, moves.Do) else ""
        iteration = last.iteration + (1 if new else 0)
        segment = 0 if new else last.segment + 1
        entry = Done(iteration, segment, move.phase, "skip" if skips else "do", vector, 0, total)
        ops = [entry] if skips else [replace(entry, done=k) for k in range(1, total + 1)]
        self.tape += ops
        self.cursor = len(self.tape)
        return ""

    def freed(self) -> bool:
        phases = [e.phase for e in self.passed()]
        return "backward" in phases

    def loss(self) -> float | None:
        done = [e.iteration for e in self.tape[: self.cursor] if e.phase == "loss" and e.done]
        return loss_of(done[-1]) if done else None

    def frame(self, running: bool = False) -> Frame:
        """All that the screen is a function of, without views."""
        last, passed = self.last, self.passed()
        segments: dict[int, Done] = {e.segment: e for e in passed}
        reached = max((e.done for e in passed if e.phase == "forward"), default=0)
        losses = [loss_of(i) for i in range(1, last.iteration + 1)]
        if losses and not any(e.phase == "loss" and e.done for e in passed):
            losses.pop()
        return Frame(
            position=Position(
                last.iteration,
                last.phase,
                None if self.between else last.done,
                sum(e.done > 0 for e in passed),
            ),
            segments=tuple(
                SegmentState(e.phase, e.how, e.vector, e.done, e.total, e.done * 41e-6)
                for e in segments.values()
            ),
            next_phase=self.next_phase(),
            options=self.options,
            rows=tuple(row(number, reached) for number in range(len(FORWARD))),
            entry=entry_of(last),
            loss=self.loss(),
            losses_from=1,
            losses=np.array(losses),
            end=self.tape[-1].iteration,
            ahead=self.cursor < len(self.tape),
            history_bytes=5_000_000 + 250_000 * len(self.tape),
            watches=tuple((number, text, None, False) for number, text in self.watches),
            outputs=10 if last.iteration else 0,
            output_shape=FORWARD[-1][3] if reached == len(FORWARD) else None,
            running=running,
        )


def row(number: int, reached: int) -> OpRow:
    name, op, arguments, shape = FORWARD[number]
    before = FORWARD[number - 1][3] if number else (1, 1, 32, 32)
    read = [p for p in PARAMETERS if p.name.rpartition(".")[0] == name]
    there = number < reached
    return OpRow(
        name,
        op,
        (before,) if there else None,
        shape if there else None,
        arguments,
        tuple(p.name for p in read),
        sum(math.prod(p.shape) for p in read),
    )


def entry_of(done: Done) -> Entry | None:
    if not done.done:
        return None
    name, op = NAMES[done.phase][done.done - 1]
    line = 0
    shapes: tuple[Shape | None, ...] = ()
    if done.phase == "forward":
        line = LINES[done.done - 1]
        shapes = (FORWARD[done.done - 1][3],)
    elif done.phase == "backward":
        shapes = ((84,), None, (1, 84)) if op == "AddmmBackward0" else ((1, 84),)
    return Entry(done.phase, name, op, shapes, line=line)


def loss_of(iteration: int) -> float:
    """A loss that falls, with some noise."""
    return 2.3 * math.exp(-iteration / 40) + 0.1 * math.sin(iteration * 1.7) ** 2


def tensor(training: Training, name: str) -> tuple[str, npt.NDArray[np.float64] | None]:
    """The state and the numbers of a tensor at the cursor."""
    stem, _, tail = name.rpartition(".")
    aspect = tail if tail in ("grad", "update") else ""
    base = stem if aspect else name
    shapes: dict[str, Shape] = {p.name: p.shape for p in PARAMETERS}
    shapes |= {op: shape for op, _, _, shape in FORWARD}
    shapes |= {
        "input": (1, 1, 32, 32),
        "output": (1, 10),
        "output.softmax": (1, 10),
        "loss": (),
        "target": (1,),
    }
    if base not in shapes:
        return "unknown", None
    parameter = any(p.name == base for p in PARAMETERS)
    passed = {(e.phase, NAMES[e.phase][e.done - 1][0]) for e in training.passed() if e.done}
    if aspect == "grad":
        if ("backward", base) not in passed:
            return ("none" if parameter else "ahead"), None
    elif aspect == "update":
        if ("update", base) not in passed:
            return "ahead", None
    elif not parameter and base not in ("input", "target"):
        name_of = "fc3" if base.startswith("output") else base
        if ("forward", name_of) not in passed and ("loss", name_of) not in passed:
            return "ahead", None
    shape = shapes[base]
    if base == "target":
        return "value", np.array([7.0])
    shift = sum(map(ord, name)) + 0.02 * training.last.iteration
    places = np.arange(math.prod(shape), dtype=float)
    values = np.sin(places * 0.61 + shift) * np.cos(places * 0.037 + shift)
    if base == "output.softmax":
        return "value", np.exp(5 * values).reshape(shape) / np.exp(5 * values).sum()
    return "value", (values * (1e-3 if aspect else 0.2)).reshape(shape)
