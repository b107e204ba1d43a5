"""Recurrent layers of one level, and cells: a state from the gates of its step.

The states h are the layer's own output, so each step is worked out from the recorded one before
it. The state c of an LSTM is recorded at the end only: it is followed from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.ops.pointwise import no_backward
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Note,
    Operands,
    Source,
    Sum,
    Terms,
    gather,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, exact, rounded, sigmoid, tanh
from lenet_tui.text.numbers import number as digits

GATES = {"lstm": "ifgo", "gru": "rzn", "rnn_tanh": "h", "rnn_relu": "h"}
MOST = 4096
"""Steps beyond which a state is not followed from the start."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The weights of one direction: of the input, of the state, and their biases if there are."""

    of_input: Source
    of_state: Source
    biases: tuple[Source, Source] | None

    @property
    def size(self) -> int:
        return self.of_state.shape[1]

    def gate(self, number: int, unit: int, x: Operands, h: Operands) -> tuple[Rounded, Rounded]:
        """What a gate is computed from: the part of the input and the part of the state."""
        row = number * self.size + unit
        sums = []
        pairs = ((self.of_input, x), (self.of_state, h))
        for at, (weight, operand) in enumerate(pairs):
            cells = np.asarray([(row, k) for k in range(weight.shape[1])], np.int64)
            total = (read_each(weight, cells).number * operand.number).sum(keepdims=True)
            if self.biases is not None:
                total = total + exact(gather(self.biases[at].tensor, np.asarray([[row]])))
            sums.append(rounded(total))
        return sums[0], sums[1]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """A direction of a recorded layer: the operands of its steps."""

    call: Call
    kind: str
    weights: Weights
    direction: int
    batch_first: bool

    def time_of(self, index: Index) -> tuple[int, tuple[int, ...]]:
        """The step of an element of the output, and its sample (none if there is no batch)."""
        if len(index) == 2:
            return index[0], ()
        return (index[1], index[:1]) if self.batch_first else (index[0], index[1:2])

    def place(self, time: int, sample: tuple[int, ...], unit: int) -> Index:
        """The index of a step's unit in the input or in the output."""
        if not sample:
            return (time, unit)
        return (*sample, time, unit) if self.batch_first else (time, *sample, unit)

    @property
    def steps(self) -> int:
        shape = self.call.source().shape
        return shape[1] if self.batch_first and len(shape) == 3 else shape[0]

    def before(self, time: int) -> int | None:
        """The step before one; ``None``: it is the first."""
        first = self.steps - 1 if self.direction else 0
        return None if time == first else time + (1 if self.direction else -1)

    def input(self, time: int, sample: tuple[int, ...]) -> Operands:
        x = self.call.source()
        cells = [self.place(time, sample, k) for k in range(x.shape[-1])]
        return read_each(x, np.asarray(cells, np.int64))

    def state(self, time: int, sample: tuple[int, ...]) -> Operands:
        """H before a step: the output of the one before, or the one that was given."""
        earlier = self.before(time)
        if earlier is None:
            return self.given("hx[0]" if "hx[0]" in self.call.arguments else "hx", sample)
        start = self.direction * self.weights.size
        cells = [self.place(earlier, sample, start + k) for k in range(self.weights.size)]
        output = replace(self.call, part=None).output
        return read_each(output, np.asarray(cells, np.int64))

    def given(self, name: str, sample: tuple[int, ...]) -> Operands:
        """All units of a state that the layer was given."""
        source = self.call.source(name)
        cells = [(self.direction, *sample, k) for k in range(self.weights.size)]
        return read_each(source, np.asarray(cells, np.int64))


def _layer(call: Call) -> Walk:
    params = [s for k, s in call.tensors() if k.startswith("params[")]
    biased, levels = bool(call.get("has_biases")), int(call.get("num_layers", 1))
    dropped = float(call.get("dropout", 0.0)) and bool(call.get("train"))
    if levels != 1 or dropped or not isinstance(call.get("batch_first"), bool):
        raise NoArithmetic(call.op)  # the states of the levels below are not recorded
    each = 4 if biased else 2
    both = bool(call.get("bidirectional"))
    if len(params) != each * (1 + both):
        raise NoArithmetic(call.op)  # such as of an LSTM with a projection
    direction = 0
    found = params[:each]
    weights = Weights(found[0], found[1], (found[2], found[3]) if biased else None)
    return Walk(call, call.op, weights, direction, bool(call.get("batch_first")))


def _turned(walk: Walk, direction: int) -> Walk:
    """The same layer, in its other direction."""
    if not direction:
        return walk
    params = [s for k, s in walk.call.tensors() if k.startswith("params[")]
    own = params[len(params) // 2 :]
    weights = Weights(own[0], own[1], (own[2], own[3]) if len(own) == 4 else None)
    return Walk(walk.call, walk.kind, weights, 1, walk.batch_first)


def layer_forward(call: Call, index: Index) -> Sum:
    """A state of the output, or of the last step."""
    walk = _layer(call)
    if walk.call.source().tensor.dim() not in (2, 3):
        raise NoArithmetic(call.op)
    if call.part:
        walk = _turned(walk, int(index[0]))
        time, sample, unit = (0 if walk.direction else walk.steps - 1), index[1:-1], index[-1]
    else:
        walk = _turned(walk, int(index[-1] >= walk.weights.size))
        unit = index[-1] - walk.direction * walk.weights.size
        time, sample = walk.time_of(index)
    if walk.kind == "lstm" and walk.steps > MOST:
        raise NoArithmetic(call.op)
    x, h = walk.input(time, sample), walk.state(time, sample)
    if walk.kind != "lstm":
        return _made(walk.kind, walk.weights, x, h, unit)
    carried = walk.given("hx[1]", sample)[unit : unit + 1].number
    order = range(walk.steps) if not walk.direction else range(walk.steps - 1, -1, -1)
    for each in order:
        if each == time:
            break
        carried = _carried(walk.weights, walk.input(each, sample), walk.state(each, sample),
                           unit, carried)[0]  # fmt: skip
    return _long(walk.weights, (x, h), unit, carried, call.part == 2)


def _carried(
    weights: Weights, x: Operands, h: Operands, unit: int, before: Rounded
) -> tuple[Rounded, list[Rounded]]:
    """An LSTM's c after a step, and the gates i, f, g, o."""
    gates = []
    for number, letter in enumerate("ifgo"):
        a, b = weights.gate(number, unit, x, h)
        gates.append((tanh if letter == "g" else sigmoid)(a + b))
    i, f, g, _ = gates
    return f * before + i * g, gates


def _long(
    weights: Weights, columns: tuple[Operands, Operands], unit: int, before: Rounded, carrying: bool
) -> Sum:
    """H = o ⋅ tanh(c), c = f ⋅ c before + i ⋅ g."""
    c, gates = _carried(weights, *columns, unit, before)
    i, f, g, o = gates
    notes: list[Note] = [_gates("ifgo", gates)]
    if carrying:
        notes.append(("carried", (digits(float(before.value[0]), 7),)))
        terms = [Terms((), f * before), Terms((), i * g)]
        return Sum("f ⋅ c_before + i ⋅ g", _with(terms, columns), notes)
    notes.append(("carried-now", (digits(float(before.value[0]), 7), digits(float(c.value[0]), 7))))
    return Sum("o ⋅ tanh(f ⋅ c_before + i ⋅ g)", _with([Terms((), o * tanh(c))], columns), notes)


def _with(terms: list[Terms], columns: tuple[Operands, ...]) -> list[Terms]:
    """The terms with everything that was read as the first one's operands."""
    read = tuple(c[n : n + 1] for c in columns for n in range(len(c.values)))
    return [Terms(read, terms[0].result), *terms[1:]]


def _gates(letters: str, gates: list[Rounded]) -> Note:
    shown = zip(letters, gates, strict=True)
    return "gates", (", ".join(f"{c} = {digits(float(g.value[0]), 5)}" for c, g in shown),)


def _made(kind: str, weights: Weights, x: Operands, h: Operands, unit: int) -> Sum:
    """A state of a GRU or of a plain recurrent layer."""
    own = h[unit : unit + 1].number
    if kind == "gru":
        (ra, rb), (za, zb), (na, nb) = (weights.gate(n, unit, x, h) for n in range(3))
        r, z = sigmoid(ra + rb), sigmoid(za + zb)
        n = tanh(na + r * nb)
        made = n + z * (own - n)
        other = (exact(1.0) - z) * n + z * own
        made = Rounded(made.value, np.maximum(made.error, other.error))
        note = _gates("rzn", [r, z, n])
        right = "(1 − z) ⋅ n + z ⋅ h_before"
    else:
        a, b = weights.gate(0, unit, x, h)
        total = a + b
        rectified = Rounded(np.maximum(total.value, 0), total.error)
        made = tanh(total) if kind == "rnn_tanh" else rectified
        note = ("gates", (f"W⋅x + U⋅h = {digits(float(total.value[0]), 7)}",))
        right = f"{'tanh' if kind == 'rnn_tanh' else 'max0'}(W⋅x + b + U⋅h_before + b′)"
    return Sum(right, _with([Terms((), made)], (x, h)), [note])


def _cell(kind: str) -> Callable[[Call, Index], Sum]:
    def forward(call: Call, index: Index) -> Sum:
        if not isinstance(call.get("w_ih"), Source):
            raise NoArithmetic(call.op)
        biases: Any = (call.get("b_ih"), call.get("b_hh"))
        weights = Weights(
            call.source("w_ih"), call.source("w_hh"), biases if biases[0] is not None else None
        )
        sample, unit = index[:-1], index[-1]
        x, h = (
            _row(call.source(name), sample)
            for name in ("input", "hx[0]" if kind == "lstm" else "hx")
        )
        if kind != "lstm":
            return _made(kind, weights, x, h, unit)
        before = _row(call.source("hx[1]"), sample)[unit : unit + 1].number
        return _long(weights, (x, h), unit, before, call.part == 1)

    return forward


def _row(source: Source, sample: tuple[int, ...]) -> Operands:
    cells = [(*sample, k) for k in range(source.shape[-1])]
    return read_each(source, np.asarray(cells, np.int64))


_LAYER = "input hx params has_biases num_layers dropout train bidirectional batch_first"
RULES = [
    Rule(" ".join(GATES), _LAYER, layer_forward, no_backward, whole_tensors, parts=True),
    *(
        Rule(f"{name}_cell", "input hx w_ih w_hh b_ih b_hh", _cell(kind), no_backward,
             whole_tensors, parts=True)
        for name, kind in (("lstm", "lstm"), ("gru", "gru"), ("rnn_tanh", "rnn_tanh"),
                           ("rnn_relu", "rnn_relu"))
    ),
]  # fmt: skip
