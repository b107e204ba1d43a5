"""Recurrent layers and cells: a state from the gates of its step, and gradients through time.

What torch hands out is read as it is. Other states, and every δ, which is the gradient on the sum
that a gate is computed from, are worked out in float64; their names cannot be asked for.
"""

from __future__ import annotations

import numpy as np

from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.recurrent_layers import Layer, layer_of
from lenet_tui.explain.engine.recurrent_steps import GATES, Back, Step, picked, slope_of_tanh
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
    Terms,
    read,
    read_each,
    tight,
)
from lenet_tui.explain.rounding import Rounded, inside, tanh
from lenet_tui.text.numbers import number as digits


def forward(call: Call, index: Index) -> Sum:
    """A state of the output, or of the last step."""
    layer = layer_of(call)
    number, t, n, unit = _meant(layer, index)
    made, step = step_of(layer, number, t, n, unit)
    at = np.full(1, t), np.full(1, n)
    x = inputs_at(made, number, (*at, np.arange(layer.weights[number][0].shape[1])))[0]
    ((_, h, _),) = states_before(made, number, (*at, np.arange(layer.size)))
    carrying = layer.kind == "lstm" and call.part == (1 if layer.cell else 2)
    total = _state(layer.kind, step, (x, h), carrying)
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


def _state(kind: str, step: Step, columns: tuple[Operands, Operands], carrying: bool) -> Sum:
    """H after a step; ``carrying``: c."""
    notes: list[Note] = []
    results = [step.made]
    if kind in ("lstm", "gru"):
        gates = zip(GATES[kind], step.gates, strict=True)
        shown = ", ".join(f"{c} = {digits(float(g.value[0, 0]), 5)}" for c, g in gates)
        notes.append(("gates", (shown,)))
    if kind == "gru":
        right = "(1 − z) ⋅ n + z ⋅ h_before"
    elif kind != "lstm":
        notes.append(("gates", (f"W⋅x + U⋅h = {digits(float(step.gates[0].value[0, 0]), 7)}",)))
        right = f"{'tanh' if kind == 'rnn_tanh' else 'max0'}(W⋅x + b + U⋅h_before + b′)"
    else:
        i, f, g, _ = step.gates
        before, after = (digits(float(c.value[0, 0]), 7) for c in (step.c_before, step.c))
        if carrying:
            notes.append(("carried", (before,)))
            right, results = "f ⋅ c_before + i ⋅ g", [f * step.c_before, i * g]
        else:
            notes.append(("carried-now", (before, after)))
            right = "o ⋅ tanh(f ⋅ c_before + i ⋅ g)"
    read = tuple(c[n : n + 1] for c in columns for n in range(len(c.values)))
    return Sum(right, [Terms(() if k else read, r[0]) for k, r in enumerate(results)], notes)


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
    _, step = step_of(layer, 0, t, n, index[-1])
    on_h = read(g, index)
    result = on_h.number * step.gates[3][0] * slope_of_tanh(tanh(step.c[0]))
    total = Sum(f"{g.name}[n,j] ⋅ o ⋅ (1 − tanh(c)²)", [Terms((on_h,), result)], letters="n,j")
    return tight(call.op, total)


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
        return Sum(right, [Terms((delta,), here)], letters="i")
    places = t, n, np.full_like(t, index[1])
    if not of_state:
        x, values = inputs_at(made, number, places)
        made_of = [Terms((delta, x), _product(here, values))]
        right += f" ⋅ {x.tensor}[{layer.letters},j]"
        return Sum(right, made_of, letters="i,j")
    made_of = [
        Terms((Operands(delta.tensor, delta.indices[some], delta.values[some]), h),
              _product(picked(here, some), values))
        for some, h, values in states_before(made, number, places)
    ]  # fmt: skip
    return Sum(f"{right} ⋅ h_before[{layer.letters},j]", made_of, letters="i,j")


def _of_input(made: Run, at: tuple[int, int], column: int, found: dict[int, Back]) -> Sum:
    """Σ_i δ[t,n,i] ⋅ W[i,j], of both directions."""
    layer, terms, right = made.layer, [], []
    for number, each in found.items():
        weight = layer.weights[number][0]
        rows = np.arange(weight.shape[0])
        places = np.full_like(rows, at[0]), np.full_like(rows, at[1]), rows
        delta, here = _deltas(made, number, each.delta, places, False)
        w = read_each(weight, np.stack([rows, np.full_like(rows, column)], 1))
        terms.append(Terms((delta, w), _product(here, w.number)))
        right.append(f"Σ_i {delta.tensor}[{layer.letters},i] ⋅ {w.tensor}[i,j]")
    return Sum(" + ".join(right), terms, letters=f"{layer.letters},j")


def _of_state(made: Run, number: int, at: tuple[int, int], found: Back, of_h: bool) -> Sum:
    """Σ_i δ[first t,n,i] ⋅ U[i,j] of a first h, and of a GRU what z lets through; of c, f ⋅ its."""
    layer, (n, unit) = made.layer, at
    letters = "n,j" if layer.cell else "l,n,j"
    if not of_h:
        return Sum("f ⋅ c.grad after the first step", [Terms((), found.c[0, unit : unit + 1])],
                   letters=letters)  # fmt: skip
    runs = np.flatnonzero(layer.active[:, n])
    t = int(runs[-1] if number % layer.directions else runs[0])
    weight = layer.weights[number][1]
    rows = np.arange(weight.shape[0])
    places = np.full_like(rows, t), np.full_like(rows, n), rows
    delta, here = _deltas(made, number, found.delta_state, places, True)
    u = read_each(weight, np.stack([rows, np.full_like(rows, unit)], 1))
    total = Sum(f"Σ_i {delta.tensor}[{layer.letters},i] ⋅ {u.tensor}[i,j]", letters=letters)
    total.terms = [Terms((delta, u), _product(here, u.number))]
    if layer.kind == "gru":
        total.right = f"z ⋅ h.grad after the first step + {total.right}"
        total.terms.insert(0, Terms((), found.carried[0, unit : unit + 1]))
    return total


def _deltas(
    made: Run, number: int, slopes: Rounded, places: PlacesOf, of_state: bool
) -> tuple[Operands, Rounded]:
    """δ at (step, sample, gate's row). A GRU's on U⋅h + b′ differ from those on W⋅x + b: they are
    called ε.
    """
    layer, (t, n, row) = made.layer, places
    here = picked(slopes, t, n - (made.samples.start or 0), row)
    letter = "ε" if of_state and layer.kind == "gru" else "δ"
    indices = np.concatenate([layer.rows[t, n], row[:, None]], 1)
    name = f"{layer.call.entry.name}.{letter}{layer.suffix(number)}"
    return Operands(name, indices, here.value), here


def _product(a: Rounded, b: Rounded) -> Rounded:
    with inside():
        return a * b


_LAYER = "input hx params has_biases num_layers dropout train bidirectional batch_first"
RULES = [
    Rule(" ".join(GATES), _LAYER, forward, backward, whole_tensors, parts=True, together=True),
    Rule(" ".join(f"{kind}_cell" for kind in GATES), "input hx w_ih w_hh b_ih b_hh", forward,
         backward, whole_tensors, parts=True, together=True),
]  # fmt: skip
