"""Losses: the second half of cross-entropy alone, and the mean squared error."""

from __future__ import annotations

import math

import numpy as np

from lenet_tui.explain.engine.class_losses import (
    SIGNATURE,
    each_sample,
    one_class,
    plain_classes,
    reduction,
    samples_of,
    shared,
)
from lenet_tui.explain.engine.links import broadcast
from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    grid,
    read_broadcast,
    read_each,
)
from lenet_tui.explain.rounding import exact
from lenet_tui.tape.engine.loss_parts import class_dim


def nll_forward(call: Call, index: Index) -> Sum:
    """Each sample's negative log-probability of its target class."""
    plain_classes(call)
    x, target = call.source(), call.source("target")
    samples, classes = samples_of(call, index)
    at = np.insert(samples, class_dim(x.tensor), classes, axis=1)
    chosen = read_each(x, at)
    terms = Terms((chosen, read_each(target, samples)), shared(call, -chosen.number, len(classes)))
    right = f"{each_sample(call, len(classes))}−{x.name}[n,{target.name}[n]]"
    return Sum(right, [terms], letters="n" if call.entry.tensor.dim() else "")


def nll_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    plain_classes(call)
    dim, count, gradient, label = one_class(call, index, g)
    over = f" / {count}" if reduction(call) == "mean" else ""
    hit = int(label.values[0]) == index[dim] != call.get("ignore_index", -100)
    result = shared(call, -gradient.number, count) if hit else exact(np.zeros(1))
    right = f"−{g.name}{over} if {call.source('target').name}[n] = c, else 0"
    return Sum(right, [Terms((gradient, label), result)], letters="n,c")


def mse_forward(call: Call, index: Index) -> Sum:
    """(x − y)², over the number of elements."""
    x, target = call.source(), call.source("target")
    if call.get("weight") is not None:
        raise NoArithmetic(call.op)
    shape = np.broadcast_shapes(x.shape, target.shape)
    none = reduction(call) == "none"
    places = np.asarray([index]) if none else grid(*(range(n) for n in shape))
    a, b = read_broadcast(x, places), read_broadcast(target, places)
    difference = a.number - b.number
    count = math.prod(shape)
    terms = Terms((a, b), shared(call, difference * difference, count))
    each = "" if none else f"1/{count} ⋅ Σ " if reduction(call) == "mean" else "Σ "
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
    none = reduction(call) == "none"
    gradient = read_each(g, places if none else np.zeros((len(places), 0), np.int64))
    count = math.prod(shape)
    made = exact(2.0) * (a.number - b.number) * gradient.number
    over = f" / {count}" if reduction(call) == "mean" else ""
    right = f"{g.name} ⋅ 2 ⋅ ({mine.name}[…] − {other.name}[…]){over}"
    return Sum(right, [Terms((a, b, gradient), shared(call, made, count))])


_MSE = "input target size_average reduce reduction weight"
RULES = [  # a mean reads all of every sample, however few are asked for
    Rule("nll_loss", SIGNATURE, nll_forward, nll_backward, whole_tensors),
    Rule("mse_loss", _MSE, mse_forward, mse_backward, whole_tensors),
]
