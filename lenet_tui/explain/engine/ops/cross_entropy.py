"""Cross-entropy: on class numbers, and on what label smoothing, class weights or probabilities as
targets make of these.
"""

from __future__ import annotations

import numpy as np

from lenet_tui.explain.engine.class_losses import (
    SIGNATURE,
    each_sample,
    one_class,
    reduction,
    samples_of,
    shared,
)
from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.ops.softmax import cells, log_softmax, softmax
from lenet_tui.explain.engine.spread_targets import spread_backward, spread_forward, wanted_of
from lenet_tui.explain.engine.terms import (
    Index,
    Note,
    Operands,
    Source,
    Sum,
    Terms,
    gather,
    read_each,
)
from lenet_tui.explain.rounding import Rounded, exact
from lenet_tui.tape.engine.loss_parts import class_dim, part
from lenet_tui.text.numbers import number as digits

NOTED = 3
"""Samples of which a note gives the probability and its logarithm."""


def cross_entropy_forward(call: Call, index: Index) -> Sum:
    """Each sample's −log p over the number of samples: p is the softmax at its target class.

    The logarithm is taken as torch does, of the logits: near p = 1 the softmax has lost its digits.
    """
    if wanted_of(call) is not None:
        return spread_forward(call, index)
    x, target = call.source(), call.source("target")
    samples, classes = samples_of(call, index)
    dim, count = class_dim(x.tensor), len(classes)
    letters = "n" if call.entry.tensor.dim() else ""
    name = f"{call.name}.softmax"
    n = "n," if x.tensor.dim() > 1 else ""
    label = f"{target.name}[{n[:-1]}]" if n else target.name
    total = Sum(f"{each_sample(call, count)}−log {name}[{n}{label}]", letters=letters)
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
    total.terms = [Terms((shown, read_each(target, samples)), shared(call, logs, count))]
    for row in range(min(count, NOTED)):
        where = f"{name}[{','.join(map(str, places[row]))}]"
        found = digits(float(values[row]), 4), digits(float(logs.value[row]), 4)
        total.notes.append(("minus-log", (where, *found)))
    if reduction(call) == "mean" and count > 1:
        total.notes.append(("samples", (str(count),)))
    return total


def cross_entropy_backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """(softmax − one-hot) / N, times the gradient on the loss."""
    if wanted_of(call) is not None:
        return spread_backward(call, argument, index, g)
    x, target, name = call.source(), call.source("target"), f"{call.name}.softmax"
    dim, count, gradient, label = one_class(call, index, g)
    over = f" / {count}" if reduction(call) == "mean" and count > 1 else ""
    right = f"{g.name} ⋅ ({name}[n,c] − (1 if {target.name}[n] = c)){over}"
    if int(label.values[0]) == call.get("ignore_index", -100):
        return Sum(right, [], [("ignored", ())], letters="n,c")
    at = index[dim]
    true = softmax(exact(gather(x.tensor, cells(index, dim, x.shape[dim]))))[at : at + 1]
    place = np.asarray([index], np.int64)
    values = gather(part(x.tensor, dim, "softmax"), place)
    shown = Operands(name, place, values, call.entry.tensor)
    share = Rounded(values, true.error + np.abs(values - true.value)) * gradient.number
    terms = [Terms((shown, gradient), shared(call, share, count))]
    right_class = int(label.values[0]) == at
    if right_class:
        terms.append(Terms((label, gradient), shared(call, -gradient.number, count)))
    note: Note = ("right-class" if right_class else "wrong-class", (str(at),))
    return Sum(right, terms, [note], letters="n,c")


RULES = [  # a mean reads all of every sample, however few are asked for
    Rule(
        "cross_entropy",
        f"{SIGNATURE} label_smoothing",
        cross_entropy_forward,
        cross_entropy_backward,
        whole_tensors,
    ),
]
