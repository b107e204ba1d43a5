"""Losses: cross-entropy on class labels, its second half alone, and the mean squared error."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lenet_tui.explain.engine.links import broadcast
from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.ops.softmax import cells, log_softmax, softmax
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
    read_broadcast,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, constant, exact
from lenet_tui.tape.engine.loss_parts import class_dim, part
from lenet_tui.text.numbers import number as digits

NOTED = 3
"""Samples of which a note gives the probability and its logarithm."""


def _reduction(call: Call) -> str:
    if call.get("size_average") is not None or call.get("reduce") is not None:
        raise NoArithmetic(call.op)
    return str(call.get("reduction", "mean"))


def _plain_classes(call: Call) -> None:
    """``NoArithmetic`` for class weights, smoothing, and targets that are probabilities."""
    odd = call.get("weight") is not None or call.get("label_smoothing", 0.0) != 0.0
    if odd or call.source("target").tensor.is_floating_point():
        raise NoArithmetic(call.op)


def _samples(call: Call, index: Index | None) -> tuple[Indices, Any]:
    """The samples that count (all, or that of one output), and their target classes."""
    target = call.source("target")
    if index is None or _reduction(call) != "none":
        samples = grid(*(range(n) for n in target.shape))
    else:
        samples = np.asarray([index], np.int64).reshape(1, -1)
    classes = gather(target.tensor, samples).astype(np.int64)
    counted = classes != call.get("ignore_index", -100)
    return samples[counted], classes[counted]


def _shared(call: Call, numbers: Rounded, count: int) -> Rounded:
    """A sample's part of the mean, or of the sum."""
    return numbers / constant(float(count)) if _reduction(call) == "mean" else numbers


def _each(call: Call, count: int) -> str:
    if count == 1:
        return ""
    return f"1/{count} ⋅ Σ_n " if _reduction(call) == "mean" else "Σ_n "


def cross_entropy_forward(call: Call, index: Index) -> Sum:
    """Each sample's −log p over the number of samples: p is the softmax at its target class.

    The logarithm is taken as torch does, of the logits: near p = 1 the softmax has lost its digits.
    """
    _plain_classes(call)
    x, target = call.source(), call.source("target")
    samples, classes = _samples(call, index)
    dim, count = class_dim(x.tensor), len(classes)
    letters = "n" if call.entry.tensor.dim() else ""
    name = f"{call.name}.softmax"
    n = "n," if x.tensor.dim() > 1 else ""
    label = f"{target.name}[{n[:-1]}]" if n else target.name
    total = Sum(f"{_each(call, count)}−log {name}[{n}{label}]", letters=letters)
    if not count:
        return total
    along = np.stack([np.insert(samples, dim, c, axis=1) for c in range(x.shape[dim])], 1)
    logits = gather(x.tensor, along.reshape(-1, along.shape[-1])).reshape(along.shape[:2])
    rows = np.arange(count)
    made = log_softmax(exact(logits))
    logs = Rounded(-made.value[rows, classes], made.error[rows, classes])
    places = along[rows, classes]
    values = gather(part(x.tensor, dim, "softmax"), places)
    shown = Operands(name, places, values, call.entry.tensor)
    total.terms = [Terms((shown, read_each(target, samples)), _shared(call, logs, count))]
    for row in range(min(count, NOTED)):
        where = f"{name}[{','.join(map(str, places[row]))}]"
        found = digits(float(values[row]), 4), digits(float(logs.value[row]), 4)
        total.notes.append(("minus-log", (where, *found)))
    if _reduction(call) == "mean" and count > 1:
        total.notes.append(("samples", (str(count),)))
    return total


def _one_class(call: Call, index: Index, g: Source) -> tuple[int, int, Operands, Operands]:
    """For an element of the input: the dimension of the classes, how many samples count, the
    gradient on the loss, and the target of the element's sample.
    """
    dim = class_dim(call.source().tensor)
    sample = (*index[:dim], *index[dim + 1 :])
    gradient = read(g, sample if _reduction(call) == "none" else ())
    return dim, len(_samples(call, None)[1]), gradient, read(call.source("target"), sample)


def cross_entropy_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """(softmax − one-hot) / N, times the gradient on the loss."""
    _plain_classes(call)
    x, target, name = call.source(), call.source("target"), f"{call.name}.softmax"
    dim, count, gradient, label = _one_class(call, index, g)
    over = f" / {count}" if _reduction(call) == "mean" and count > 1 else ""
    right = f"{g.name} ⋅ ({name}[n,c] − (1 if {target.name}[n] = c)){over}"
    if int(label.values[0]) == call.get("ignore_index", -100):
        return Sum(right, [], [("ignored", ())], letters="n,c")
    at = index[dim]
    true = softmax(exact(gather(x.tensor, cells(index, dim, x.shape[dim]))))[at : at + 1]
    place = np.asarray([index], np.int64)
    values = gather(part(x.tensor, dim, "softmax"), place)
    shown = Operands(name, place, values, call.entry.tensor)
    share = Rounded(values, true.error + np.abs(values - true.value)) * gradient.number
    terms = [Terms((shown, gradient), _shared(call, share, count))]
    right_class = int(label.values[0]) == at
    if right_class:
        terms.append(Terms((label, gradient), _shared(call, -gradient.number, count)))
    note: Note = ("right-class" if right_class else "wrong-class", (str(at),))
    return Sum(right, terms, [note], letters="n,c")


def nll_forward(call: Call, index: Index) -> Sum:
    """Each sample's negative log-probability of its target class."""
    _plain_classes(call)
    x, target = call.source(), call.source("target")
    samples, classes = _samples(call, index)
    at = np.insert(samples, class_dim(x.tensor), classes, axis=1)
    chosen = read_each(x, at)
    terms = Terms((chosen, read_each(target, samples)), _shared(call, -chosen.number, len(classes)))
    right = f"{_each(call, len(classes))}−{x.name}[n,{target.name}[n]]"
    return Sum(right, [terms], letters="n" if call.entry.tensor.dim() else "")


def nll_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    _plain_classes(call)
    dim, count, gradient, label = _one_class(call, index, g)
    over = f" / {count}" if _reduction(call) == "mean" else ""
    hit = int(label.values[0]) == index[dim] != call.get("ignore_index", -100)
    result = _shared(call, -gradient.number, count) if hit else exact(np.zeros(1))
    right = f"−{g.name}{over} if {call.source('target').name}[n] = c, else 0"
    return Sum(right, [Terms((gradient, label), result)], letters="n,c")


def mse_forward(call: Call, index: Index) -> Sum:
    """(x − y)², over the number of elements."""
    x, target = call.source(), call.source("target")
    if call.get("weight") is not None:
        raise NoArithmetic(call.op)
    shape = np.broadcast_shapes(x.shape, target.shape)
    none = _reduction(call) == "none"
    places = np.asarray([index]) if none else grid(*(range(n) for n in shape))
    a, b = read_broadcast(x, places), read_broadcast(target, places)
    difference = a.number - b.number
    count = math.prod(shape)
    terms = Terms((a, b), _shared(call, difference * difference, count))
    each = "" if none else f"1/{count} ⋅ Σ " if _reduction(call) == "mean" else "Σ "
    total = Sum(f"{each}({x.name}[…] − {target.name}[…])²", [terms], letters="…" if none else "")
    if x.shape != target.shape:
        total.notes.append(("broadcast", (str(x.shape), str(target.shape), str(tuple(shape)))))
    return total


def mse_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """2 (x − y) / elements, times the gradient on the loss; the negative for the target."""
    shape = tuple(np.broadcast_shapes(call.source().shape, call.source("target").shape))
    mine = call.source(argument)
    other = call.source("target" if argument == "input" else "input")
    places = broadcast(mine.shape, shape).readers(index)
    a, b = read_broadcast(mine, places), read_broadcast(other, places)
    none = _reduction(call) == "none"
    gradient = read_each(g, places if none else np.zeros((len(places), 0), np.int64))
    count = math.prod(shape)
    made = exact(2.0) * (a.number - b.number) * gradient.number
    over = f" / {count}" if _reduction(call) == "mean" else ""
    right = f"{g.name} ⋅ 2 ⋅ ({mine.name}[…] − {other.name}[…]){over}"
    return Sum(right, [Terms((a, b, gradient), _shared(call, made, count))])


_LOSS = "input target weight size_average ignore_index reduce reduction"
_MSE = "input target size_average reduce reduction weight"
RULES = [  # a mean reads all of every sample, however few are asked for
    Rule(
        "cross_entropy",
        f"{_LOSS} label_smoothing",
        cross_entropy_forward,
        cross_entropy_backward,
        whole_tensors,
    ),
    Rule("nll_loss", _LOSS, nll_forward, nll_backward, whole_tensors),
    Rule("mse_loss", _MSE, mse_forward, mse_backward, whole_tensors),
]
