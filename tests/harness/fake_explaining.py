"""Explanations for tests of the screen: of the scripted tensors, without their arithmetic."""

from __future__ import annotations

import numpy as np

from lenet_tui.explain.cell_address import CellError, parse_cell
from lenet_tui.explain.explanation import Explain, Explanation, Operand, Term
from lenet_tui.protocol.request import Rejected
from lenet_tui.text.notice import verbatim
from tests.harness.fake_training import Training, tensor

NOTHING = "prelu"
"""An op that there is no arithmetic for."""


def explained(training: Training, command: Explain) -> Explanation:
    """A convolution's cell is 25 products and a bias, any other its own gradient and a zero."""
    try:
        cell = parse_cell(command.cell)
    except CellError as error:
        raise Rejected(verbatim(str(error))) from None
    _, values = tensor(training, cell.tensor)
    if values is None:
        raise Rejected(verbatim(f"{cell} has not been computed yet"))
    if len(cell.index) != values.ndim or any(
        i >= n for i, n in zip(cell.index, values.shape, strict=True)
    ):
        raise Rejected(verbatim(f"{cell} is outside"))
    value = float(np.float32(values[cell.index]))
    if cell.tensor in ("conv1", "conv2"):
        op, formula, terms = "conv2d", f"{cell.tensor}[n,o,h,w] = Σ", window(cell.index)
    else:
        op, formula = "some_op", f"{cell.tensor}[…] = a"
        terms = (
            Term((Operand("input", (0, 0, 3, 4), 0.5),), value),
            Term((Operand("conv1.bias", (2,), 0.25),), 0.0),
        )
    left, left_sum = 0, 0.0
    if command.most is not None and len(terms) > command.most:
        left = len(terms) - command.most
        left_sum = sum(t.value for t in terms[command.most :])
        terms = terms[: command.most]
    total = sum(t.value for t in terms) + left_sum
    y, x = cell.index[-2:] if len(cell.index) > 2 else (3, 4)
    fields = (("input", (0, 0, y, x), (0, 0, y + 4, x + 4)),)
    difference = value + 1e-9 if command.check else None
    return Explanation(
        command.cell, value, op, formula, terms, total, 0.5, 10.0, True, 3,
        values.size, (("products", (str(len(terms)),)),), fields, difference, left, left_sum,
    )  # fmt: skip


def window(index: tuple[int, ...]) -> tuple[Term, ...]:
    """The products of a 5×5 window and its kernel; the one in its middle is the largest."""
    _, out, y, x = index
    terms = []
    for i in range(5):
        for j in range(5):
            a, b = 1 / (1 + abs(i - 2) + abs(j - 2)), 0.5 if (i + j) % 2 else -0.75
            terms.append(
                Term(
                    (
                        Operand("input", (0, 0, y + i, x + j), a),
                        Operand("conv1.weight", (out, 0, i, j), b),
                    ),
                    a * b,
                )
            )
    return (*terms, Term((Operand("conv1.bias", (out,), 0.125),), 0.125))
