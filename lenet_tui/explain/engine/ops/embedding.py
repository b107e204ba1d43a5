"""Embeddings: rows of a weight, taken by number."""

from __future__ import annotations

import numpy as np

from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Source,
    Sum,
    Terms,
    plain,
    read,
    read_each,
)


def _known(call: Call) -> tuple[Source, Source]:
    """The numbers and the weight; ``NoArithmetic`` where rows are changed or shared out."""
    odd = call.get("max_norm") is not None or call.get("scale_grad_by_freq")
    if odd or call.source().tensor.is_floating_point():
        raise NoArithmetic(call.op)
    return call.source(), call.source("weight")


def forward(call: Call, index: Index) -> Sum:
    """The weight's row of the number there."""
    numbers, weight = _known(call)
    number = read(numbers, index[:-1])
    row = int(number.values[0])
    value = read(weight, (row, index[-1]))
    total = Sum(f"{weight.name}[{numbers.name}[…],c]", [Terms((value, number), value.number)])
    total.letters, total.notes = "…,c", [("row", (str(row), weight.name))]
    return total


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """The gradients of every place that took the row; none of the padding's."""
    numbers, _ = _known(call)
    if argument != "weight":
        raise NoArithmetic(call.op)
    row, column = index
    total = Sum(f"Σ {g.name}[…,c] where {numbers.name}[…] = {row}", letters="r,c")
    padding = call.get("padding_idx")
    if padding is not None and int(padding) % call.source("weight").shape[0] == row:
        total.notes = [("padding-row", (str(row),))]
        return total
    places = (numbers.tensor == row).nonzero().cpu().numpy()
    if numbers.tensor.dim() == 0:
        places = np.zeros((len(places), 0), np.int64)
    cells = np.concatenate([places, np.full((len(places), 1), column)], 1)
    total.terms = [plain(read_each(g, cells))]
    total.notes = [("taken", (str(row), str(len(places))))]
    return total


RULES = [
    Rule(
        "embedding",
        "input weight padding_idx max_norm norm_type scale_grad_by_freq sparse",
        forward,
        backward,
        whole_tensors,
    )
]
