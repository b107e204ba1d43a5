"""A walk through the levels of a recurrent layer, and back.

Where the states of a level are not handed out, they are worked out; see ``recurrent_steps``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.engine.first_order import Roundings, at
from lenet_tui.explain.engine.inner_graph import dropped, inside
from lenet_tui.explain.engine.recurrent_layers import Layer, dense
from lenet_tui.explain.engine.recurrent_steps import (
    GATES,
    Back,
    Direction,
    Matrices,
    Step,
)
from lenet_tui.explain.engine.terms import NoArithmetic, Operands, read_each

Places = npt.NDArray[np.int64]
PlacesOf = tuple[Places, Places, Places]
MOST = 1 << 27
"""Products beyond which a layer is not worked out for a single number."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The levels of a layer that were worked out, for some of the samples: of each level the
    ``inputs``, of each direction its ``steps``, (steps, samples, …) each.
    """

    layer: Layer
    samples: slice
    roundings: Roundings
    inputs: list[Tensor]
    factors: list[Tensor | None]
    directions: list[Direction]
    steps: list[dict[int, Step]]


def _state(layer: Layer, tensor: Tensor, number: int, samples: slice) -> Tensor:
    """(samples, H): a state of a direction, as the layer was given it or returned it."""
    whole = tensor.detach().to("cpu", torch.float64)
    if not layer.cell:
        whole = whole[number]
    return whole.reshape(layer.active.shape[1], -1)[samples]


def run(layer: Layer, levels: int, samples: slice = slice(None)) -> Run:
    """Work out as many of the levels, from the first on."""
    call, size, both = layer.call, layer.size, layer.directions
    active = layer.active[:, samples]
    gates = len(GATES[layer.kind]) * size
    wide = sum(one[0].shape[1] + size for one in layer.weights[: levels * both])
    if active.size * gates * wide > MOST:
        raise NoArithmetic(call.op, ("too-long", ()))
    roundings = Roundings()
    factors = _factors(layer, levels, samples, roundings)
    x = _dense(layer, layer.x.tensor, samples)
    made = Run(layer, samples, roundings, [x], factors, [], [])
    for level in range(levels):
        ends: list[Tensor] = []
        for number in range(level * both, (level + 1) * both):
            direction = _direction(made, number, made.inputs[level])
            steps = direction.forward()
            made.directions.append(direction)
            made.steps.append(steps)
            ends.append(torch.stack([steps[t].h for t in range(len(steps))]))
        factor = factors[level] if level < len(factors) else None
        made.inputs.append(_times(torch.cat(ends, 2), factor, roundings))
    return made


def _times(x: Tensor, factor: Tensor | None, roundings: Roundings) -> Tensor:
    return x if factor is None else roundings.made(x * factor, x * factor, 1)


def step_of(layer: Layer, number: int, t: int, n: int, unit: int) -> tuple[Run, Step]:
    """A step of one unit of one sample, (1, 1) each, and what was worked out for it."""
    samples, own = slice(n, n + 1), slice(unit, unit + 1)
    made = run(layer, number // layer.directions, samples)
    direction = _direction(made, number, made.inputs[-1])
    if direction.known is not None:
        direction, own = direction.only(unit), slice(0, 1)
    elif layer.active.size * 4 * layer.size**2 > MOST:
        raise NoArithmetic(layer.call.op, ("too-long", ()))
    steps = direction.forward(t)
    made.steps.extend([{}] * (number - len(made.steps)) + [steps])
    s, one = steps[t], (slice(None), own)
    gates = [g[one] for g in s.gates]
    return made, Step(s.h_before, s.c_before[one], gates, s.inner, s.c[one], s.made[one], s.h)


def inputs_at(made: Run, number: int, places: PlacesOf) -> tuple[Operands, Tensor]:
    """The input of a direction at (step, sample, feature); of a level above the first, it was
    worked out.
    """
    layer, level = made.layer, number // made.layer.directions
    t, n, column = np.broadcast_arrays(*places)
    cells = np.concatenate([layer.rows[t, n], column[:, None]], 1)
    if not level:
        found = read_each(layer.x, cells)
        return found, torch.from_numpy(found.values)
    values = at(made.inputs[level], t, n - (made.samples.start or 0), column)
    name = f"{layer.call.entry.name}.input_l{level}"
    return Operands(name, cells, values.detach().numpy()), values


def states_before(
    made: Run, number: int, places: PlacesOf
) -> Iterator[tuple[Places, Operands, Tensor]]:
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
        yield first, given, torch.from_numpy(given.values)
    rest = np.flatnonzero(before >= 0)
    if not len(rest):
        return
    t, n, unit = before[rest], n[rest], unit[rest]
    if number >= (layer.levels - 1) * both:
        column = unit + number % both * layer.size
        cells = np.concatenate([layer.rows[t, n], column[:, None]], 1)
        out = read_each(layer.output, cells)
        yield rest, out, torch.from_numpy(out.values)
        return
    steps = made.steps[number]
    times = sorted(steps)
    states = torch.stack([steps[k].h for k in times])
    values = at(states, np.searchsorted(times, t), n - (made.samples.start or 0), unit)
    cells = np.concatenate([layer.rows[t, n], unit[:, None]], 1)
    name = f"{layer.call.entry.name}.h{layer.suffix(number)}"
    yield rest, Operands(name, cells, values.detach().numpy()), values


def _dense(layer: Layer, tensor: Tensor, samples: slice) -> Tensor:
    return torch.from_numpy(dense(layer, tensor, samples))


def _direction(made: Run, number: int, x: Tensor) -> Direction:
    layer, samples = made.layer, made.samples
    one, size, both = layer.weights[number], layer.size, layer.directions
    w, u, *biases = (s.tensor.detach().to("cpu", torch.float64) for s in one)
    b, v = biases or [torch.zeros(len(w), dtype=torch.float64)] * 2
    h = _state(layer, layer.first[0].tensor, number, samples)
    c = _state(layer, layer.first[-1].tensor, number, samples)
    known = None
    if number >= (layer.levels - 1) * both:
        first = number % both * size
        known = _dense(layer, layer.output.tensor, samples)[..., first : first + size]
    active = torch.from_numpy(layer.active[:, samples, None])
    return Direction(made.roundings, layer.kind, Matrices(w, u, b, v), x, h, c, known, active,
                     bool(number % both))  # fmt: skip


def _factors(
    layer: Layer, levels: int, samples: slice, roundings: Roundings
) -> list[Tensor | None]:
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
    factors = [roundings.of(f) for f in found]
    if not packed:
        return [f[:, samples] for f in factors]
    rows = torch.from_numpy(layer.rows[:, samples, 0])
    return [f[rows] for f in factors]


def back(made: Run, gradients: Mapping[int, Tensor], level: int) -> dict[int, Back]:
    """Back through the levels down to one: what is found in each direction of that.

    ``gradients``: on the outputs of the op, by their places.
    """
    layer, samples = made.layer, made.samples
    both, on = layer.directions, _on_states(made, gradients)
    through: Tensor | None = None
    found: dict[int, Back] = {}
    for each in range(layer.levels - 1, level - 1, -1):
        numbers = range(each * both, (each + 1) * both)
        found = {}
        for number in numbers:
            first = number % both * layer.size
            on_h = on if through is None else through
            last = (_last(layer, gradients, 1, number, samples),
                    _last(layer, gradients, 2, number, samples))  # fmt: skip
            part = on_h[:, :, first : first + layer.size]
            direction, steps = made.directions[number], made.steps[number]
            found[number] = direction.backward(steps, part, last, _nested(layer))
        if each == level:
            break
        deltas = [(found[n].delta, made.directions[n].weights.of_input.mT) for n in numbers]
        summed, _ = made.roundings.affine(deltas)
        through = _times(summed, made.factors[each - 1], made.roundings)
    return found


def _nested(layer: Layer) -> bool:
    """Whether h of a cell is made of its c by nodes of their own, so that the gradient that torch
    has of c is of all ways from it.
    """
    c = layer.call.entry.edge(1) if layer.cell and layer.kind == "lstm" else None
    h = replace(layer.call, part=None)
    return c is not None and h.edge is not None and c[0] is not h.edge[0] and c[0] in inside(h)[0]


def _on_states(made: Run, gradients: Mapping[int, Tensor]) -> Tensor:
    """The gradient on all states of the last level; of a cell, none but on the last."""
    layer = made.layer
    shape = (*layer.active[:, made.samples].shape, layer.directions * layer.size)
    if layer.cell or 0 not in gradients:
        return torch.zeros(shape, dtype=torch.float64)
    return _dense(layer, gradients[0], made.samples)


def _last(
    layer: Layer, gradients: Mapping[int, Tensor], part: int, number: int, samples: slice
) -> Tensor:
    """The gradient on the last h (1) or c (2) of a direction."""
    found = gradients.get(part - layer.cell)
    if found is None or (layer.cell and part == 2 and layer.kind != "lstm"):
        shape = (layer.active[:, samples].shape[1], layer.size)
        return torch.zeros(shape, dtype=torch.float64)
    return _state(layer, found, number, samples)
