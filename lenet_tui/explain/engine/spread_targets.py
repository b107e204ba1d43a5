"""Cross-entropy where more than the target class counts, or classes count differently.

With label smoothing ε, each of K classes gets ε/K of the target, and the target class 1 − ε
besides; a target of probabilities says itself what each class gets; a class weight multiplies its
part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lenet_tui.explain.engine.class_losses import reduction, samples_of
from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.ops.softmax import log_softmax, softmax
from lenet_tui.explain.engine.terms import (
    Index,
    Indices,
    NoArithmetic,
    Note,
    Operands,
    Source,
    Sum,
    Terms,
    gather,
    grid,
    read,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, computing_in, constant, exact
from lenet_tui.tape.engine.loss_parts import class_dim, part
from lenet_tui.text.numbers import number as digits

MOST = 4_000_000
"""Terms that are made at most: more are no explanation."""
ROUNDINGS = 6
"""What torch rounds more often than the terms do: it sums each part by itself, then scales it."""


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What a call wants of each class. ``soft``: the target is probabilities."""

    call: Call
    weight: Source | None
    smoothing: float
    soft: bool

    @property
    def dim(self) -> int:
        """The dimension of the classes."""
        return class_dim(self.call.source().tensor)

    @property
    def classes(self) -> int:
        return self.call.source().shape[self.dim]

    def samples(self, index: Index | None) -> tuple[Indices, Indices | None]:
        """The samples that count, and their classes where the target is class numbers."""
        if not self.soft:
            return samples_of(self.call, index)
        shape = self.call.source().shape
        if index is not None and reduction(self.call) == "none":
            return np.asarray([index], np.int64).reshape(1, -1), None
        return grid(*(range(n) for d, n in enumerate(shape) if d != self.dim)), None

    def divisor(self) -> Rounded | None:
        """What a mean is divided by: the samples, or the weights of their classes together."""
        if reduction(self.call) != "mean":
            return None
        samples, classes = self.samples(None)
        if self.weight is None or classes is None:
            return constant(float(len(samples)))
        return exact(gather(self.weight.tensor, classes[:, None])).sum()

    def all_classes(self, samples: Indices) -> Indices:
        """The places of all classes of these samples, (samples, classes, rank)."""
        along = [np.insert(samples, self.dim, c, axis=1) for c in range(self.classes)]
        return np.stack(along, 1)

    def scaled(self, numbers: Rounded, classes: Indices, divisor: Rounded | None) -> Rounded:
        """Parts of these classes, weighted and divided."""
        if self.weight is not None:
            numbers = numbers * exact(gather(self.weight.tensor, classes.reshape(-1, 1)))
        return numbers / divisor if divisor is not None else numbers

    def part(self, classes: Indices) -> tuple[Operands, ...]:
        """The weights of these classes, as operands."""
        given = classes.reshape(-1, 1)
        return () if self.weight is None else (read_each(self.weight, given),)


def wanted_of(call: Call) -> Wanted | None:
    """What a call wants of each class; ``None``: all of the target class and nothing else."""
    given = call.arguments.get("weight")
    weight = given if isinstance(given, Source) else None
    smoothing = float(call.get("label_smoothing", 0.0))
    soft = call.source("target").tensor.is_floating_point()
    plain = weight is None and not smoothing and not soft
    return None if plain else Wanted(call, weight, smoothing, soft)


def spread_forward(call: Call, index: Index) -> Sum:
    """The sum over samples and classes of what is wanted of a class times its −log p."""
    wanted = wanted_of(call)
    assert wanted is not None
    samples, classes = wanted.samples(index)
    count, size = len(samples), wanted.classes
    total = Sum(_forward_formula(wanted, count), letters="n" if call.entry.tensor.dim() else "")
    if not count:
        return total
    if count * size > MOST:
        raise NoArithmetic(call.op)
    along = wanted.all_classes(samples)
    flat = along.reshape(-1, along.shape[-1])
    x, target, divisor = call.source(), call.source("target"), wanted.divisor()
    made = log_softmax(exact(gather(x.tensor, flat).reshape(along.shape[:2])))
    logs = Rounded(-made.value, made.error)
    shown = _probabilities(call, flat, wanted.dim)
    if classes is not None:
        rows = np.arange(count)
        own = along[rows, classes]
        share = constant(1.0 - wanted.smoothing) if wanted.smoothing else exact(1.0)
        hard = Rounded(logs.value[rows, classes], logs.error[rows, classes])
        hard = wanted.scaled(hard, classes, divisor)
        number = hard * share if wanted.smoothing else hard
        p, label = _probabilities(call, own, wanted.dim), read_each(target, samples)
        total.terms.append(Terms((p, label, *wanted.part(classes)), number))
    if wanted.smoothing or classes is None:
        every = np.tile(np.arange(size), count)
        number = Rounded(logs.value.reshape(-1), logs.error.reshape(-1))
        operands: tuple[Operands, ...] = (shown,)
        if classes is None:
            number, operands = number * _soft(wanted, flat), (shown, read_each(target, flat))
        else:
            number = number * constant(wanted.smoothing / size)
        number = wanted.scaled(number, every, divisor)
        total.terms.append(Terms((*operands, *wanted.part(every)), number))
    total.notes = _notes(wanted, divisor, count)
    total.extra = _extra(total)
    return total


def spread_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """What all classes are wanted together times the softmax, less what this one is wanted."""
    wanted = wanted_of(call)
    if wanted is None or argument != "input":
        raise NoArithmetic(call.op)
    dim, size, target = wanted.dim, wanted.classes, call.source("target")
    sample, at = (*index[:dim], *index[dim + 1 :]), index[dim]
    gradient = read(g, sample if reduction(call) == "none" else ())
    total = Sum(_backward_formula(wanted, g), letters="n,c")
    along = wanted.all_classes(np.asarray([sample], np.int64).reshape(1, -1))[0]
    label = None if wanted.soft else read(target, sample)
    if label is not None and int(label.values[0]) == call.get("ignore_index", -100):
        total.notes.append(("ignored", ()))
        return total
    every, divisor = np.arange(size), wanted.divisor()
    if label is None:
        parts = wanted.scaled(_soft(wanted, along), every, divisor)
    else:
        hit = (every == int(label.values[0])).astype(np.float64)
        parts = exact(hit) * constant(1.0 - wanted.smoothing)
        parts = parts + exact(np.ones(size)) * constant(wanted.smoothing / size)
        parts = wanted.scaled(parts, every, divisor)
    true = softmax(exact(gather(call.source().tensor, along)))[at : at + 1]
    shown = _probabilities(call, along[at : at + 1], dim)
    p = Rounded(shown.values, true.error + np.abs(shown.values - true.value))
    own = parts[at : at + 1]
    of_class = read(target, index) if label is None else label
    total.terms = [
        Terms((shown, gradient), p * parts.sum(keepdims=True) * gradient.number),
        Terms((of_class, gradient, *wanted.part(every[at : at + 1])), -own * gradient.number),
    ]
    total.notes = _notes(wanted, divisor, 0)
    total.extra = _extra(total)
    return total


def _soft(wanted: Wanted, places: Indices) -> Rounded:
    """What a target of probabilities wants at these places."""
    number = exact(gather(wanted.call.source("target").tensor, places))
    if not wanted.smoothing:
        return number
    return number * constant(1.0 - wanted.smoothing) + constant(wanted.smoothing / wanted.classes)


def _probabilities(call: Call, places: Indices, dim: int) -> Operands:
    values = gather(part(call.source().tensor, dim, "softmax"), places)
    return Operands(f"{call.name}.softmax", places, values, call.entry.tensor)


def _extra(total: Sum) -> float:
    """What the roundings may come to that torch makes more of."""
    precision = computing_in()
    size = sum(float(np.abs(t.result.value).sum()) for t in total.terms)
    return ROUNDINGS * (precision.step + precision.own) * size


def _notes(wanted: Wanted, divisor: Rounded | None, count: int) -> list[Note]:
    notes: list[Note] = []
    if wanted.smoothing:
        each = wanted.smoothing / wanted.classes
        made = (wanted.smoothing, each, 1.0 - wanted.smoothing)
        key = "smoothed-probabilities" if wanted.soft else "smoothed"
        notes.append((key, tuple(digits(number, 4) for number in made)))
    if wanted.weight is not None and divisor is not None and not wanted.soft:
        notes.append(("weighted-mean", (wanted.weight.name, digits(float(divisor.value), 6))))
    elif divisor is not None and count > 1:
        notes.append(("samples", (str(count),)))
    return notes


def _mean(wanted: Wanted, count: int) -> str:
    """How the formula begins: the mean or sum over the samples."""
    if reduction(wanted.call) == "none" or (count == 1 and wanted.weight is None):
        return ""
    if reduction(wanted.call) == "sum":
        return "Σ_n "
    if wanted.weight is None or wanted.soft:
        return f"1/{count} ⋅ Σ_n "
    return f"1/(Σ_n {wanted.weight.name}[{_label(wanted)}]) ⋅ Σ_n "


def _label(wanted: Wanted) -> str:
    target = wanted.call.source("target").name
    return f"{target}[n]" if wanted.call.source().tensor.dim() > 1 else target


def _at(wanted: Wanted, c: str) -> str:
    return f"n,{c}" if wanted.call.source().tensor.dim() > 1 else c


def _of_class(wanted: Wanted, c: str) -> str:
    """The weight of a class, as a factor."""
    return "" if wanted.weight is None else f"{wanted.weight.name}[{c}] ⋅ "


def _forward_formula(wanted: Wanted, count: int) -> str:
    name, target = f"{wanted.call.name}.softmax", wanted.call.source("target").name
    kept, each = _shares(wanted)
    mean, c = _mean(wanted, count), _at(wanted, "c")
    if wanted.soft:
        q = f"{target}[{c}]" if not wanted.smoothing else f"({kept} ⋅ {target}[{c}] + {each})"
        return f"{mean}Σ_c {q} ⋅ {_of_class(wanted, 'c')}(−log {name}[{c}])"
    label = _label(wanted)
    hard = f"{_of_class(wanted, label)}(−log {name}[{_at(wanted, label)}])"
    if not wanted.smoothing:
        return f"{mean}{hard}"
    smooth = f"{each} ⋅ Σ_c {_of_class(wanted, 'c')}(−log {name}[{c}])"
    whole = f"{kept} ⋅ {hard} + {smooth}"
    return f"{mean}({whole})" if mean else whole


def _backward_formula(wanted: Wanted, g: Source) -> str:
    name, target = f"{wanted.call.name}.softmax", wanted.call.source("target").name
    kept, each = _shares(wanted)
    if wanted.soft:
        q = f"{target}[n,c]" if not wanted.smoothing else f"({kept} ⋅ {target}[n,c] + {each})"
    else:
        q = f"(1 if {target}[n] = c)"
        q = q if not wanted.smoothing else f"({kept} ⋅ {q} + {each})"
    over = ""
    if reduction(wanted.call) == "mean":
        count = len(wanted.samples(None)[0])
        over = f" / {count}" if count > 1 else ""
        if wanted.weight is not None and not wanted.soft:
            over = f" / Σ_n {wanted.weight.name}[{_label(wanted)}]"
    if wanted.weight is None and not wanted.soft:
        return f"{g.name} ⋅ ({name}[n,c] − {q}){over}"
    given = f"q[n,c] = {_of_class(wanted, 'c')}{q}"
    return f"{g.name} ⋅ ({name}[n,c] ⋅ Σ_j q[n,j] − q[n,c]){over}, {given}"


def _shares(wanted: Wanted) -> tuple[str, str]:
    """What the target keeps, and what each class gets, as a formula has them."""
    each = f"{digits(wanted.smoothing, 4)}/{wanted.classes}"
    return digits(1.0 - wanted.smoothing, 4), each
