"""A direction of a recurrent layer, all samples at once: its steps, and back through them.

Everything is computed in float64, with the roundings that torch may have made on the way. A state
that torch hands out is taken as torch made it, so that no error is carried from step to step by it;
any other is worked out from the step before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lenet_tui.explain.engine.first_order import Roundings
from lenet_tui.explain.engine.terms import LOOSE

GATES = {"lstm": "ifgo", "gru": "rzn", "rnn_tanh": "h", "rnn_relu": "h"}


@dataclass(frozen=True, slots=True, eq=False)
class Matrices:
    """``of_input`` (gates ⋅ H, inputs), ``of_state`` (gates ⋅ H, H) and a bias of each."""

    of_input: Tensor
    of_state: Tensor
    bias: Tensor
    state_bias: Tensor

    @property
    def size(self) -> int:
        return self.of_state.shape[1]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one step read and made, (samples, H) each: the states before it, its gates, the states
    after it; of a GRU also ``inner``, U⋅h + b′ of its n. ``made``: h, worked out even where torch
    hands it out. ``unsure``: where it is not known whether a sum is above 0.
    """

    h_before: Tensor
    c_before: Tensor
    gates: list[Tensor]
    inner: Tensor
    c: Tensor
    made: Tensor
    h: Tensor
    unsure: Tensor | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Back:
    """Gradients, in the order of time: ``delta`` on what W⋅x + b is added to and ``delta_state``
    on what U⋅h + b′ is, (steps, samples, gates ⋅ H); on the first states, (samples, H): ``carried``
    and ``c`` are what comes to them beside ``delta_state`` ⋅ U.
    """

    delta: Tensor
    delta_state: Tensor
    carried: Tensor
    c: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """``x``: (steps, samples, inputs). ``known``: the states after each step, if torch hands them
    out. ``active``: (steps, samples, 1), which samples a step is run for. ``unit``: the only one
    that is worked out.
    """

    roundings: Roundings
    kind: str
    weights: Matrices
    x: Tensor
    h: Tensor
    c: Tensor
    known: Tensor | None
    active: Tensor
    backwards: bool
    unit: int | None = None

    @property
    def order(self) -> list[int]:
        """The steps in the order in which they are run."""
        times = range(self.x.shape[0])
        return list(reversed(times)) if self.backwards else list(times)

    def only(self, unit: int) -> Direction:
        """The same of one unit alone, where all states are known."""
        rows = torch.arange(len(GATES[self.kind])) * self.weights.size + unit
        w = self.weights
        own = Matrices(w.of_input[rows], w.of_state[rows], w.bias[rows], w.state_bias[rows])
        return replace(self, weights=own, unit=unit, c=self.c[:, unit : unit + 1])

    def forward(self, until: int | None = None) -> dict[int, Step]:
        """All steps, or those to one; of these only the last, where others need not be known."""
        found: dict[int, Step] = {}
        h, c = self.h, self.c
        for t in self.order:
            if until in (None, t) or self.known is None or self.kind == "lstm":
                step = self._step(self.x[t], h, c)
                found[t] = step if self.known is None else replace(step, h=self.known[t])
                c = self._where(t, step.c, c)
            if t == until:
                break
            h = self._where(t, found[t].h if self.known is None else self.known[t], h)
        return found

    def _where(self, t: int, these: Tensor, others: Tensor) -> Tensor:
        """Of two, these where a step is run for the sample."""
        return torch.where(self.active[t], these, others)

    def _step(self, x: Tensor, h: Tensor, c: Tensor) -> Step:
        w, r = self.weights, self.roundings
        n = len(w.bias) // len(GATES[self.kind])
        own = h if self.unit is None else h[:, self.unit : self.unit + 1]
        if self.kind == "gru":
            both, _ = r.affine([(x, w.of_input[: 2 * n]), (h, w.of_state[: 2 * n])],
                               w.bias[: 2 * n], w.state_bias[: 2 * n])  # fmt: skip
            reset, z = r.sigmoid(both[:, :n]), r.sigmoid(both[:, n:])
            inner, _ = r.affine([(h, w.of_state[2 * n :])], w.state_bias[2 * n :])
            outer, _ = r.affine([(x, w.of_input[2 * n :])], w.bias[2 * n :])
            new = r.tanh(r.made(outer + reset * inner, outer.abs() + inner.abs(), 2))
            # also as (1 − z) ⋅ n + z ⋅ h
            made = r.made(new + z * (own - new), new.abs() + own.abs(), 4)
            return Step(own, c, [reset, z, new], inner, c, made, made)
        total, size = r.affine([(x, w.of_input), (h, w.of_state)], w.bias, w.state_bias)
        if self.kind != "lstm":
            made = r.tanh(total) if self.kind == "rnn_tanh" else torch.relu(total)
            unsure = total.detach().abs() <= LOOSE * size
            return Step(own, c, [total], total, c, made, made, unsure)
        i, f, g, o = (total[:, at * n : (at + 1) * n] for at in range(4))
        i, f, g, o = r.sigmoid(i), r.sigmoid(f), r.tanh(g), r.sigmoid(o)
        after = r.made(f * c + i * g, (f * c).abs() + (i * g).abs(), 3)
        made = o * r.tanh(after)
        made = r.made(made, made, 1)
        return Step(own, c, [i, f, g, o], total, after, made, made)

    def backward(
        self,
        steps: Mapping[int, Step],
        on_h: Tensor,
        last: tuple[Tensor, Tensor],
        whole: bool = False,
    ) -> Back:
        """Through all steps. ``on_h``: the gradient on each state; ``last``: on the last h and c
        besides. ``whole``: that on c has what comes by way of h already.
        """
        deltas: dict[int, tuple[Tensor, Tensor]] = {}
        dh, dc = last
        carried = torch.zeros_like(dh)
        for t in reversed(self.order):
            total = self.roundings.made(dh + on_h[t], dh.abs() + on_h[t].abs(), 1)
            delta, inner, kept, before = self._back(steps[t], total, dc, whole)
            nothing = torch.zeros_like(delta)
            deltas[t] = self._where(t, delta, nothing), self._where(t, inner, nothing)
            carried = self._where(t, kept, carried)
            through, _ = self.roundings.affine([(deltas[t][1], self.weights.of_state.mT)], kept)
            dh, dc = self._where(t, through, dh), self._where(t, before, dc)
        on_x, on_state = (torch.stack([deltas[t][n] for t in range(len(deltas))]) for n in range(2))
        return Back(on_x, on_state, carried, dc)

    def _back(
        self, s: Step, dh: Tensor, dc: Tensor, whole: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """A step: on W⋅x + b, on U⋅h + b′, what stays of h's, and on c before it."""
        r, nothing = self.roundings, torch.zeros_like(dh)
        if self.kind == "lstm":
            i, f, g, o = s.gates
            t = r.tanh(s.c)
            if not whole:
                dc = r.made(dc + dh * o * (1 - t * t), dc.abs() + (dh * o).abs(), 6)
            sizes = torch.cat([dc * g * i, dc * s.c_before * f, dc * i, dh * t * o], 1)
            slopes = torch.cat([1 - i, 1 - f, 1 - g * g, 1 - o], 1)
            delta = r.made(sizes * slopes, sizes, 6)
            before = dc * f
            return delta, delta, nothing, r.made(before, before, 1)
        if self.kind == "gru":
            reset, z, n = s.gates
            on_n = r.made(dh * (1 - z) * (1 - n * n), dh, 8)
            first, second = on_n * s.inner * reset, dh * (s.h_before - n) * z
            on_r = r.made(first * (1 - reset), first, 6)
            size = dh.abs() * (s.h_before.abs() + n.abs()) * z
            on_z = r.made(second * (1 - z), size, 6)
            inner = r.made(on_n * reset, on_n, 1)
            kept = r.made(dh * z, dh, 1)
            on_state = torch.cat([on_r, on_z, inner], 1)
            return torch.cat([on_r, on_z, on_n], 1), on_state, kept, nothing
        if self.kind == "rnn_tanh":
            delta = r.made(dh * (1 - s.h * s.h), dh, 5)
        else:
            delta = dh * (s.h > 0)
            if self.known is None and s.unsure is not None:
                delta = r.off(delta, dh.abs() * s.unsure)
        return delta, delta, nothing, nothing
