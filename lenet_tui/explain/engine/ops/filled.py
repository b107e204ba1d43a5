"""Tensors that are filled with one number, such as the first state of a recurrent layer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lenet_tui.explain.engine.op_rule import Call, Rule, whole_tensors
from lenet_tui.explain.engine.ops.pointwise import no_backward
from lenet_tui.explain.engine.terms import Index, Sum, Terms
from lenet_tui.explain.rounding import exact


def _filled(value: float) -> Callable[[Call, Index], Sum]:
    def forward(call: Call, index: Index) -> Sum:
        return Sum(f"{value:g}", [Terms((), exact(np.full(1, value)))])

    return forward


RULES = [
    Rule("zeros zeros_like", "input", _filled(0.0), no_backward, whole_tensors),
    Rule("ones ones_like", "input", _filled(1.0), no_backward, whole_tensors),
]
