"""Recurrent layers and cells: a state from the gates of its step, and gradients through time.

What torch hands out is read as it is. Other states, and every δ, which is the gradient on the sum
that a gate is computed from, are worked out in float64; their names cannot be asked for.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.first_order import Part, at, summed
from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.recurrent_layers import Layer, layer_of
from lenet_tui.explain.engine.recurrent_steps import GATES, Back, Step
from lenet_tui.explain.engine.recurrent_walk import (
    PlacesOf,
    Run,
    back,
    inputs_at,
    run,
    states_before,
    step_of,
)
from lenet_tui.explain.engine.terms import (
    Gradient,
    Index,
    Note,
    Operands,
    Sum,
    read,
    read_each,
    tight,
)
from lenet_tui.text.numbers import number as digits


@torch.enable_grad()
def forward(call: Call, index: Index) -> Sum:
    """A state of the output, or of the last step."""
    layer = layer_of(call)
    number, t, n, unit = _meant(layer, index)
    made, step = step_of(layer, number, t, n, unit)
    here = np.full(1, t), np.full(1, n)
    x = inputs_at(made, number, (*here, np.arange(layer.weights[number][0].shape[1])))[0]
    ((_, h, _),) = states_before(made, number, (*here, np.arange(layer.size)))
    carrying = layer.kind == "lstm" and call.part == (1 if layer.cell else 2)
    total, results = _state(layer.kind, step, carrying)
    read_of = tuple(c[k : k + 1] for c in (x, h) for k in range(len(c.values)))
    parts: list[Part] = [(() if k else read_of, r) for k, r in enumerate(results)]
    total = summed(total, made.roundings, *parts)
    if number >= layer.directions:
        total.notes.append(("recomputed", ()))
    return tight(call.op, total) if layer.levels > 1 else total


def _meant(layer: Layer, index: Index) -> tuple[int, int, int, int]:
    """The direction of a level, the step, the sample and the unit of an element of an output."""
    both, size = layer.directions, layer.size
    if layer.call.part and not layer.cell:
        number, n, unit = index[0], (index[1] if index[1:-1] else 0), index[-1]
        runs = np.flatnonzero(layer.active[:, n])
        return number, int(runs[0] if number % both else runs[-1]), n, unit
    direction, unit = divmod(index[-1], size)
    return (layer.levels - 1) * both + direction, *layer.place(index[:-1]), unit


def _state(kind: str, step: Step, carrying: bool) -> tuple[Sum, list[tuple[Tensor, ...]]]:
    """H after a step, ``carrying``: c; and the factors of each term."""
    notes: list[Note] = []
    results: list[tuple[Tensor, ...]] = [(step.made[0],)]
    if kind in ("lstm", "gru"):
        gates = zip(GATES[kind], step.gates, strict=True)
        shown = ", ".join(f"{c} = {digits(g.item(), 5)}" for c, g in gates)
        notes.append(("gates", (shown,)))
    if kind == "gru":
        right = "(1 − z) ⋅ n + z ⋅ h_before"
    elif kind != "lstm":
        notes.append(("gates", (f"W⋅x + U⋅h = {digits(step.gates[0].item(), 7)}",)))
        right = f"{'tanh' if kind == 'rnn_tanh' else 'max0'}(W⋅x + b + U⋅h_before + b′)"
    else:
        i, f, g, _ = step.gates
        before, after = (digits(c.item(), 7) for c in (step.c_before, step.c))
        if carrying:
            notes.append(("carried", (before,)))
            right, results = "f ⋅ c_before + i ⋅ g", [(f[0], step.c_before[0]), (i[0], g[0])]
        else:
            notes.append(("carried-now", (before, after)))
            right = "o ⋅ tanh(f ⋅ c_before + i ⋅ g)"
    return Sum(right, notes=notes), results


@torch.enable_grad()
def backward(call: Call, argument: str, index: Index, g: Gradient) -> Sum:
    """The gradient on a weight, a bias, an element of the input or of a first state."""
    layer = layer_of(call)
    if argument not in call.arguments:
        return _by_way_of_h(call, layer, index, g)
    asked, parameter = call.arguments[argument], layer.weight(argument)
    if parameter is not None:
        number, which = parameter
        made = run(layer, layer.levels)
        found = back(made, g.beside, number // layer.directions)
        total = _of_weight(made, number, which, index, found[number])
    elif asked is layer.x:
        t, n = layer.place(index[:-1])
        made = run(layer, layer.levels, slice(n, n + 1))
        total = _of_input(made, (t, n), index[-1], back(made, g.beside, 0))
    else:
        number = 0 if layer.cell else index[0]
        n = int(index[-2]) if len(index) == 3 - layer.cell else 0
        made = run(layer, layer.levels, slice(n, n + 1))
        found = back(made, g.beside, number // layer.directions)
        total = _of_state(made, number, (n, index[-1]), found[number], asked is layer.first[0])
    names = (f"{call.entry.name}[{p}].grad" if p else f"{call.entry.name}.grad" for p in g.beside)
    steps = str(layer.active.shape[0])
    key = "through-cell" if layer.cell else "through-time"
    total.notes.append((key, (", ".join(names), steps)))
    if "ε" in total.right:
        total.notes.append(("two-slopes", ()))
    if layer.levels > 1:
        total.notes.append(("recomputed", ()))
    return tight(call.op, total)


def _by_way_of_h(call: Call, layer: Layer, index: Index, g: Gradient) -> Sum:
    """What a cell's c gets from its own h = o ⋅ tanh(c): g ⋅ o ⋅ (1 − tanh(c)²)."""
    t, n = layer.place(index[:-1])
    made, step = step_of(layer, 0, t, n, index[-1])
    on_h, r = read(g, index), made.roundings
    squared = r.tanh(step.c[0]) ** 2
    slope = r.made(1 - squared, 1 + squared, 3)
    total = Sum(f"{g.name}[n,j] ⋅ o ⋅ (1 − tanh(c)²)", letters="n,j")
    factors = torch.from_numpy(on_h.values), step.gates[3][0], slope
    return tight(call.op, summed(total, r, ((on_h,), factors)))


def _of_weight(made: Run, number: int, which: int, index: Index, found: Back) -> Sum:
    """Σ_t Σ_n δ ⋅ what the weight was multiplied by; of a bias Σ_t Σ_n δ alone."""
    layer, of_state = made.layer, which % 2 == 1
    t, n = (a.astype(np.int64) for a in np.nonzero(layer.active))
    row = np.full_like(t, index[0])
    slopes = found.delta_state if of_state else found.delta
    delta, here = _deltas(made, number, slopes, (t, n, row), of_state)
    sums = "".join(f"Σ_{c} " for c in layer.letters.split(","))
    right = f"{sums}{delta.tensor}[{layer.letters},i]"
    if which > 1:
        return summed(Sum(right, letters="i"), made.roundings, ((delta,), (here,)))
    places = t, n, np.full_like(t, index[1])
    if not of_state:
        x, values = inputs_at(made, number, places)
        total = Sum(f"{right} ⋅ {x.tensor}[{layer.letters},j]", letters="i,j")
        return summed(total, made.roundings, ((delta, x), (here, values)))
    parts: list[Part] = []
    for some, h, values in states_before(made, number, places):
        own = Operands(delta.tensor, delta.indices[some], delta.values[some])
        parts.append(((own, h), (at(here, some), values)))
    total = Sum(f"{right} ⋅ h_before[{layer.letters},j]", letters="i,j")
    return summed(total, made.roundings, *parts)


def _of_input(made: Run, step: tuple[int, int], column: int, found: dict[int, Back]) -> Sum:
    """Σ_i δ[t,n,i] ⋅ W[i,j], of both directions."""
    layer = made.layer
    parts: list[Part] = []
    right = []
    for number, each in found.items():
        weight = layer.weights[number][0]
        rows = np.arange(weight.shape[0])
        places = np.full_like(rows, step[0]), np.full_like(rows, step[1]), rows
        delta, here = _deltas(made, number, each.delta, places, False)
        w = read_each(weight, np.stack([rows, np.full_like(rows, column)], 1))
        parts.append(((delta, w), (here, torch.from_numpy(w.values))))
        right.append(f"Σ_i {delta.tensor}[{layer.letters},i] ⋅ {w.tensor}[i,j]")
    total = Sum(" + ".join(right), letters=f"{layer.letters},j")
    return summed(total, made.roundings, *parts)


def _of_state(made: Run, number: int, of: tuple[int, int], found: Back, of_h: bool) -> Sum:
    """Σ_i δ[first t,n,i] ⋅ U[i,j] of a first h, and of a GRU what z lets through; of c, f ⋅ its."""
    layer, (n, unit) = made.layer, of
    letters = "n,j" if layer.cell else "l,n,j"
    if not of_h:
        total = Sum("f ⋅ c.grad after the first step", letters=letters)
        return summed(total, made.roundings, ((), (found.c[0, unit : unit + 1],)))
    runs = np.flatnonzero(layer.active[:, n])
    t = int(runs[-1] if number % layer.directions else runs[0])
    weight = layer.weights[number][1]
    rows = np.arange(weight.shape[0])
    places = np.full_like(rows, t), np.full_like(rows, n), rows
    delta, here = _deltas(made, number, found.delta_state, places, True)
    u = read_each(weight, np.stack([rows, np.full_like(rows, unit)], 1))
    total = Sum(f"Σ_i {delta.tensor}[{layer.letters},i] ⋅ {u.tensor}[i,j]", letters=letters)
    parts: list[Part] = [((delta, u), (here, torch.from_numpy(u.values)))]
    if layer.kind == "gru":
        total.right = f"z ⋅ h.grad after the first step + {total.right}"
        parts.insert(0, ((), (found.carried[0, unit : unit + 1],)))
    return summed(total, made.roundings, *parts)


def _deltas(
    made: Run, number: int, slopes: Tensor, places: PlacesOf, of_state: bool
) -> tuple[Operands, Tensor]:
    """δ at (step, sample, gate's row). A GRU's on U⋅h + b′ differ from those on W⋅x + b: they are
    called ε.
    """
    layer, (t, n, row) = made.layer, places
    here = at(slopes, t, n - (made.samples.start or 0), row)
    letter = "ε" if of_state and layer.kind == "gru" else "δ"
    indices = np.concatenate([layer.rows[t, n], row[:, None]], 1)
    name = f"{layer.call.entry.name}.{letter}{layer.suffix(number)}"
    return Operands(name, indices, here.detach().numpy()), here


_LAYER = "input hx params has_biases num_layers dropout train bidirectional batch_first"
_CELL = "input hx w_ih w_hh b_ih b_hh"
RULES = [
    Rule(names, signature, forward, backward, whole_tensors, parts=True, together=True,
         inner="δ ε h input")
    for names, signature in (
        (" ".join(GATES), _LAYER),
        (" ".join(f"{kind}_cell" for kind in GATES), _CELL),
    )
]  # fmt: skip
