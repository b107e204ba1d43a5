"""A direction of a recurrent layer, all samples at once: its steps, and back through them.

Everything is computed in float64 with what rounding may have done to torch's numbers on the way.
A state that torch hands out is taken as torch made it, so that no error is carried from step to
step by it; any other is worked out from the step before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lenet_tui.explain.rounding import F64, Rounded, computing_in, exact, sigmoid, tanh

GATES = {"lstm": "ifgo", "gru": "rzn", "rnn_tanh": "h", "rnn_relu": "h"}
ONE = exact(1.0)
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Matrices:
    """``of_input`` (gates ⋅ H, inputs), ``of_state`` (gates ⋅ H, H) and a bias of each."""

    of_input: F64
    of_state: F64
    bias: F64
    state_bias: F64

    @property
    def size(self) -> int:
        return int(self.of_state.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one step read and made, (samples, H) each: the states before it, its gates, the states
    after it; of a GRU also ``inner``, U⋅h + b′ of its n. ``made``: h, worked out even where torch
    hands it out.
    """

    h_before: Rounded
    c_before: Rounded
    gates: list[Rounded]
    inner: Rounded
    c: Rounded
    made: Rounded
    h: Rounded


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """Gradients, in the order of time: ``delta`` on what W⋅x + b is added to and ``delta_state``
    on what U⋅h + b′ is, (steps, samples, gates ⋅ H); on the first states, (samples, H): ``carried``
    and ``c`` are what comes to them beside ``delta_state`` ⋅ U.
    """

    delta: Rounded
    delta_state: Rounded
    carried: Rounded
    c: Rounded


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """``x``: (steps, samples, inputs). ``known``: the states after each step, if torch hands them
    out. ``active``: (steps, samples), which samples a step is run for. ``unit``: the only one that
    is worked out.
    """

    kind: str
    weights: Matrices
    x: Rounded
    h: Rounded
    c: Rounded
    known: Rounded | None
    active: Flags
    backwards: bool
    unit: int | None = None

    @property
    def order(self) -> list[int]:
        """The steps in the order in which they are run."""
        times = range(self.x.value.shape[0])
        return list(reversed(times)) if self.backwards else list(times)

    def only(self, unit: int) -> Direction:
        """The same of one unit alone, where all states are known."""
        rows = np.arange(len(GATES[self.kind])) * self.weights.size + unit
        w = self.weights
        own = Matrices(w.of_input[rows], w.of_state[rows], w.bias[rows], w.state_bias[rows])
        return replace(self, weights=own, unit=unit, c=self.c[:, unit : unit + 1])

    def forward(self, until: int | None = None) -> dict[int, Step]:
        """All steps, or those to one; of these only the last, where others need not be known."""
        found: dict[int, Step] = {}
        h, c = self.h, self.c
        for t in self.order:
            runs = self.active[t][:, None]
            if until in (None, t) or self.known is None or self.kind == "lstm":
                step = self._step(self.x[t], h, c)
                found[t] = step if self.known is None else replace(step, h=self.known[t])
                c = chosen(runs, step.c, c)
            if t == until:
                break
            h = chosen(runs, found[t].h if self.known is None else self.known[t], h)
        return found

    def _step(self, x: Rounded, before: Rounded, c: Rounded) -> Step:
        w, n, h = self.weights, len(self.weights.bias) // len(GATES[self.kind]), before
        own = h if self.unit is None else h[:, self.unit : self.unit + 1]
        if self.kind == "gru":
            both = affine([(x, w.of_input[: 2 * n]), (h, w.of_state[: 2 * n])],
                          w.bias[: 2 * n], w.state_bias[: 2 * n])  # fmt: skip
            r, z = sigmoid(both[:, :n]), sigmoid(both[:, n:])
            inner = affine([(h, w.of_state[2 * n :])], w.state_bias[2 * n :])
            new = tanh(affine([(x, w.of_input[2 * n :])], w.bias[2 * n :]) + r * inner)
            made = _between(z, own, new)
            return Step(own, c, [r, z, new], inner, c, made, made)
        total = affine([(x, w.of_input), (h, w.of_state)], w.bias, w.state_bias)
        if self.kind != "lstm":
            made = tanh(total) if self.kind == "rnn_tanh" else _rectified(total)
            return Step(own, c, [total], total, c, made, made)
        i, f, g, o = (total[:, at * n : (at + 1) * n] for at in range(4))
        i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
        after = f * c + i * g
        made = o * tanh(after)
        return Step(own, c, [i, f, g, o], total, after, made, made)

    def backward(
        self,
        steps: Mapping[int, Step],
        on_h: Rounded,
        last: tuple[Rounded, Rounded],
        whole: bool = False,
    ) -> Back:
        """Through all steps. ``on_h``: the gradient on each state; ``last``: on the last h and c
        besides. ``whole``: that on c has what comes by way of h already.
        """
        deltas: dict[int, tuple[Rounded, Rounded]] = {}
        dh, dc = last
        carried = exact(np.zeros_like(dh.value))
        for t in reversed(self.order):
            runs = self.active[t][:, None]
            total = dh + on_h[t]
            delta, inner, kept, before = self._back(steps[t], total, dc, whole)
            nothing = exact(np.zeros_like(delta.value))
            deltas[t] = chosen(runs, delta, nothing), chosen(runs, inner, nothing)
            carried = chosen(runs, kept, carried)
            through = affine([(deltas[t][1], self.weights.of_state.T)], plus=kept)
            dh, dc = chosen(runs, through, dh), chosen(runs, before, dc)
        times = range(len(deltas))
        on_x, on_h = (stacked([deltas[t][n] for t in times]) for n in range(2))
        return Back(on_x, on_h, carried, dc)

    def _back(
        self, s: Step, dh: Rounded, dc: Rounded, whole: bool
    ) -> tuple[Rounded, Rounded, Rounded, Rounded]:
        """A step: on W⋅x + b, on U⋅h + b′, what stays of h's, and on c before it."""
        nothing = exact(np.zeros_like(dh.value))
        if self.kind == "lstm":
            i, f, g, o = s.gates
            t = tanh(s.c)
            dc = dc if whole else dc + dh * o * slope_of_tanh(t)
            parts = [dc * g * _gate(i), dc * s.c_before * _gate(f), dc * i * slope_of_tanh(g),
                     dh * t * _gate(o)]  # fmt: skip
            delta = _spare(joined(parts, 1))
            return delta, delta, nothing, dc * f
        if self.kind == "gru":
            r, z, n = s.gates
            # torch may take g ⋅ (1 − z) as g − g ⋅ z
            room = 2 * computing_in().step * np.abs(dh.value)
            on_n = dh * (ONE - z)
            on_n = Rounded(on_n.value, on_n.error + room) * slope_of_tanh(n)
            on_r, on_z = on_n * s.inner * _gate(r), dh * (s.h_before - n) * _gate(z)
            delta = _spare(joined([on_r, on_z, on_n], 1))
            return delta, _spare(joined([on_r, on_z, on_n * r], 1)), dh * z, nothing
        if self.kind == "rnn_tanh":
            delta = _spare(dh * slope_of_tanh(s.h))
        else:
            unsure = (np.abs(s.gates[0].value) <= s.gates[0].error) & (self.known is None)
            passes = (s.h.value > 0) * 1.0
            delta = Rounded(dh.value * passes, np.where(
                unsure, np.abs(dh.value) + dh.error, dh.error * passes))  # fmt: skip
        return delta, delta, nothing, nothing


def affine(
    products: Sequence[tuple[Rounded, F64]], *biases: F64, plus: Rounded | None = None
) -> Rounded:
    """Σ a ⋅ wᵀ + biases + ``plus``, added up in any order, as one op does (see ``sum_error``)."""
    p = computing_in()
    count = sum(w.shape[1] for _, w in products) + len(biases) + (plus is not None)
    value = sum((a.value @ w.T for a, w in products), start=np.zeros(()))
    size = sum(((np.abs(a.value) + a.error) @ np.abs(w).T for a, w in products), np.zeros(()))
    error = sum((a.error @ np.abs(w).T for a, w in products), start=np.zeros(()))
    for bias in biases:
        value, size = value + bias, size + np.abs(bias)
    if plus is not None:
        value, size = value + plus.value, size + np.abs(plus.value) + plus.error
        error = error + plus.error
    error = error + count * p.step / (1 - count * p.step) * size + count * p.tiny
    if p.own:
        error = error + 3 * (p.own * (np.abs(value) + error) + p.under)
    return Rounded(np.asarray(value), np.asarray(error))


def joined(parts: Sequence[Rounded], axis: int) -> Rounded:
    """Numbers side by side along an axis."""
    values, errors = [p.value for p in parts], [p.error for p in parts]
    return Rounded(np.concatenate(values, axis), np.concatenate(errors, axis))


def stacked(parts: Sequence[Rounded]) -> Rounded:
    """Numbers of one shape along a new first axis."""
    return Rounded(np.stack([p.value for p in parts]), np.stack([p.error for p in parts]))


def chosen(where: Flags, these: Rounded, others: Rounded) -> Rounded:
    """Of two, these where ``where`` is true."""
    if where.all():
        return these
    value = np.where(where, these.value, others.value)
    return Rounded(value, np.where(where, these.error, others.error))


def picked(x: Rounded, *at: Places) -> Rounded:
    """The numbers at some places."""
    return Rounded(x.value[at], x.error[at])


def slope_of_tanh(t: Rounded) -> Rounded:
    """1 − t², also as (1 − t) ⋅ (1 + t)."""
    return _spare(ONE - t * t)


def _gate(s: Rounded) -> Rounded:
    """S ⋅ (1 − s), the slope of a sigmoid: an error of s goes into it by |1 − 2s|."""
    value, p = s.value * (1 - s.value), computing_in()
    room = np.abs(1 - 2 * s.value) * s.error + s.error**2
    return Rounded(value, room + 3 * (p.step + p.own) * (np.abs(value) + room) + p.tiny + p.under)


def _between(z: Rounded, h: Rounded, n: Rounded) -> Rounded:
    """(1 − z) ⋅ n + z ⋅ h, also as n + z ⋅ (h − n): what is rounded on either way is in it."""
    value, p = (1 - z.value) * n.value + z.value * h.value, computing_in()
    room = (np.abs(1 - z.value) + z.error) * n.error + (np.abs(z.value) + z.error) * h.error
    room = room + z.error * np.abs(h.value - n.value)
    size = np.abs(n.value) + np.abs(h.value) + n.error + h.error
    return Rounded(value, room + 4 * (p.step + p.own) * size + 4 * (p.tiny + p.under))


def _spare(x: Rounded) -> Rounded:
    """With two roundings more, for a product that torch takes in another order."""
    p = computing_in()
    return Rounded(x.value, x.error + 2 * (p.step + p.own) * np.abs(x.value))


def _rectified(x: Rounded) -> Rounded:
    return Rounded(np.maximum(x.value, 0), np.where(x.value + x.error > 0, x.error, 0.0))
