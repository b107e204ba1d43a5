"""A walk through the levels of a recurrent layer, and back.

Where the states of a level are not handed out, they are worked out; see ``recurrent_steps``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.inner_graph import dropped, inside
from lenet_tui.explain.engine.recurrent_layers import Layer, dense
from lenet_tui.explain.engine.recurrent_steps import (
    GATES,
    Back,
    Direction,
    Matrices,
    Places,
    Step,
    affine,
    joined,
    picked,
    stacked,
)
from lenet_tui.explain.engine.terms import NoArithmetic, Operands, read_each
from lenet_tui.explain.rounding import F64, Rounded, exact

PlacesOf = tuple[Places, Places, Places]
MOST = 1 << 28
"""Products beyond which a layer is not worked out for a single number."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The levels of a layer that were worked out, for some of the samples: of each level the
    ``inputs``, of each direction its ``steps``, (steps, samples, …) each.
    """

    layer: Layer
    samples: slice
    inputs: list[Rounded]
    factors: list[Rounded | None]
    directions: list[Direction]
    steps: list[dict[int, Step]]


def _state(layer: Layer, tensor: Tensor, number: int, samples: slice) -> F64:
    """(samples, H): a state of a direction, as the layer was given it or returned it."""
    whole = tensor.detach().to("cpu", torch.float64).numpy()
    if not layer.cell:
        whole = whole[number]
    return np.asarray(whole.reshape(layer.active.shape[1], -1)[samples])


def run(layer: Layer, levels: int, samples: slice = slice(None)) -> Run:
    """Work out as many of the levels, from the first on."""
    call, size, both = layer.call, layer.size, layer.directions
    active = layer.active[:, samples]
    gates = len(GATES[layer.kind]) * size
    wide = sum(one[0].shape[1] + size for one in layer.weights[: levels * both])
    if active.size * gates * wide > MOST:
        raise NoArithmetic(call.op, ("too-long", ()))
    factors = _factors(layer, levels, samples)
    made = Run(layer, samples, [exact(dense(layer, layer.x.tensor, samples))], factors, [], [])
    for level in range(levels):
        ends: list[Rounded] = []
        for number in range(level * both, (level + 1) * both):
            direction = _direction(layer, number, made.inputs[level], samples)
            steps = direction.forward()
            made.directions.append(direction)
            made.steps.append(steps)
            ends.append(stacked([steps[t].h for t in range(len(steps))]))
        onward, factor = joined(ends, 2), factors[level] if level < len(factors) else None
        made.inputs.append(onward if factor is None else onward * factor)
    return made


def step_of(layer: Layer, number: int, t: int, n: int, unit: int) -> tuple[Run, Step]:
    """A step of one unit of one sample, (1, 1) each, and what was worked out for it."""
    samples, at = slice(n, n + 1), slice(unit, unit + 1)
    made = run(layer, number // layer.directions, samples)
    direction = _direction(layer, number, made.inputs[-1], samples)
    if direction.known is not None:
        direction, at = direction.only(unit), slice(0, 1)
    elif layer.active.size * 4 * layer.size**2 > MOST:
        raise NoArithmetic(layer.call.op, ("too-long", ()))
    steps = direction.forward(t)
    made.steps.extend([{}] * (number - len(made.steps)) + [steps])
    s, one = steps[t], (slice(None), at)
    gates = [g[one] for g in s.gates]
    return made, Step(s.h_before, s.c_before[one], gates, s.inner, s.c[one], s.made[one], s.h)


def inputs_at(made: Run, number: int, places: PlacesOf) -> tuple[Operands, Rounded]:
    """The input of a direction at (step, sample, feature); of a level above the first, it was
    worked out.
    """
    layer, level = made.layer, number // made.layer.directions
    t, n, column = np.broadcast_arrays(*places)
    cells = np.concatenate([layer.rows[t, n], column[:, None]], 1)
    if not level:
        found = read_each(layer.x, cells)
        return found, found.number
    values = picked(made.inputs[level], t, n - (made.samples.start or 0), column)
    return Operands(f"{layer.call.entry.name}.input_l{level}", cells, values.value), values


def states_before(
    made: Run, number: int, places: PlacesOf
) -> Iterator[tuple[Places, Operands, Rounded]]:
    """The states before steps at (step, sample, unit), of which there are three kinds: that which
    the layer was given, what it handed out, and what was worked out. Which of the places, first.
    """
    layer, both = made.layer, made.layer.directions
    t, n, unit = np.broadcast_arrays(*places)
    before = layer.earlier(number)[t, n]
    first = np.flatnonzero(before < 0)
    if len(first):
        rows = np.concatenate([layer.state_rows(number)[n[first]], unit[first, None]], 1)
        given = read_each(layer.first[0], rows)
        yield first, given, given.number
    rest = np.flatnonzero(before >= 0)
    if not len(rest):
        return
    t, n, unit = before[rest], n[rest], unit[rest]
    if number >= (layer.levels - 1) * both:
        column = unit + number % both * layer.size
        cells = np.concatenate([layer.rows[t, n], column[:, None]], 1)
        out = read_each(layer.output, cells)
        yield rest, out, out.number
        return
    steps = made.steps[number]
    times = sorted(steps)
    states = stacked([steps[k].h for k in times])
    at = np.searchsorted(times, t)
    values = picked(states, at, n - (made.samples.start or 0), unit)
    cells = np.concatenate([layer.rows[t, n], unit[:, None]], 1)
    yield (
        rest,
        Operands(f"{layer.call.entry.name}.h{layer.suffix(number)}", cells, values.value),
        values,
    )


def _direction(layer: Layer, number: int, x: Rounded, samples: slice) -> Direction:
    one, size, both = layer.weights[number], layer.size, layer.directions
    w, u, *biases = (s.tensor.detach().to("cpu", torch.float64).numpy() for s in one)
    b, v = biases or [np.zeros(len(w))] * 2
    h = exact(_state(layer, layer.first[0].tensor, number, samples))
    c = exact(_state(layer, layer.first[-1].tensor, number, samples))
    known = None
    if number >= (layer.levels - 1) * both:
        whole = dense(layer, layer.output.tensor, samples)
        at = number % both * size
        known = exact(whole[..., at : at + size])
    back = bool(number % both)
    return Direction(layer.kind, Matrices(w, u, b, v), x, h, c, known,
                     layer.active[:, samples], back)  # fmt: skip


def _factors(layer: Layer, levels: int, samples: slice) -> list[Rounded | None]:
    """What dropout multiplied the states of each level by; ``None``: nothing."""
    given = layer.given
    p = 0.0 if layer.cell else float(given["dropout"]) * bool(given["train"])
    between = layer.levels - 1
    if not p or not between:
        return [None] * between
    steps, count = layer.active.shape
    wide = layer.directions * layer.size
    packed = "batch_sizes" in given
    shape = (int(layer.active.sum()), wide) if packed else (steps, count, wide)
    found = dropped(layer.call, p, [shape])
    if len(found) != between:
        if not levels:
            return [None] * between
        raise NoArithmetic(layer.call.op, ("dropout-between", ()))
    if not packed:
        return [f[:, samples] for f in found]
    rows = layer.rows[:, samples, 0]
    return [Rounded(f.value[rows], f.error[rows]) for f in found]


def back(made: Run, gradients: Mapping[int, Tensor], level: int) -> dict[int, Back]:
    """Back through the levels down to one: what is found in each direction of that.

    ``gradients``: on the outputs of the op, by their places.
    """
    layer, samples = made.layer, made.samples
    both, on = layer.directions, _on_states(made, gradients)
    through: Rounded | None = None
    found: dict[int, Back] = {}
    for each in range(layer.levels - 1, level - 1, -1):
        numbers = range(each * both, (each + 1) * both)
        found = {}
        for number in numbers:
            at = number % both * layer.size
            on_h = on if through is None else through
            last = (_last(layer, gradients, 1, number, samples),
                    _last(layer, gradients, 2, number, samples))  # fmt: skip
            part = on_h[:, :, at : at + layer.size]
            direction, steps = made.directions[number], made.steps[number]
            found[number] = direction.backward(steps, part, last, _nested(layer))
        if each == level:
            break
        deltas = [(found[n].delta, made.directions[n].weights.of_input.T) for n in numbers]
        through = affine(deltas)
        factor = made.factors[each - 1]
        through = through if factor is None else through * factor
    return found


def _nested(layer: Layer) -> bool:
    """Whether h of a cell is made of its c by nodes of their own, so that the gradient that torch
    has of c is of all ways from it.
    """
    c = layer.call.entry.edge(1) if layer.cell and layer.kind == "lstm" else None
    h = replace(layer.call, part=None)
    return c is not None and h.edge is not None and c[0] is not h.edge[0] and c[0] in inside(h)[0]


def _on_states(made: Run, gradients: Mapping[int, Tensor]) -> Rounded:
    """The gradient on all states of the last level; of a cell, none but on the last."""
    layer = made.layer
    shape = (*layer.active[:, made.samples].shape, layer.directions * layer.size)
    if layer.cell or 0 not in gradients:
        return exact(np.zeros(shape))
    return exact(dense(layer, gradients[0], made.samples))


def _last(
    layer: Layer, gradients: Mapping[int, Tensor], part: int, number: int, samples: slice
) -> Rounded:
    """The gradient on the last h (1) or c (2) of a direction."""
    found = gradients.get(part - layer.cell)
    if found is None or (layer.cell and part == 2 and layer.kind != "lstm"):
        return exact(np.zeros((layer.active[:, samples].shape[1], layer.size)))
    return exact(_state(layer, found, number, samples))
