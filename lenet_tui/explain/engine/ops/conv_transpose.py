"""Transposed convolutions: what a convolution does in its backward, done forward.

Each is described by the convolution whose input has the shape of its output.
"""

from __future__ import annotations

from lenet_tui.explain.engine.links import Links, windowed
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
from lenet_tui.explain.engine.ops import conv
from lenet_tui.explain.engine.terms import Index, NoArithmetic, Source, Sum
from lenet_tui.explain.rounding import computing_in
from lenet_tui.explain.windows import Geometry, convolution


def _geometry(call: Call) -> Geometry:
    given = call.given("stride", "padding", "dilation", "groups")
    known = convolution(tuple(call.tensor.shape), call.source("weight").shape, **given)
    if known.output_shape != call.source().shape:
        raise NoArithmetic(call.op)
    return known


def _several(total: Sum) -> Sum:
    """In a 16-bit type, torch may round each product before it adds it."""
    values = [abs(n) for t in total.terms for n in t.result.value.tolist()]
    total.extra = computing_in().own * sum(values) * 2
    return total


def forward(call: Call, index: Index) -> Sum:
    known = _geometry(call)
    made = _several(conv.spread(known, call.source(), call.source("weight"), index))
    return conv.with_bias(call, made, index[len(known.samples)])


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    known = _geometry(call)
    if argument == "input":
        return conv.gathered(known, g, call.source("weight"), index)
    if argument == "bias":
        return conv.of_bias(known, g, index)
    return _several(conv.of_weight(known, call.source(), g, index))


def _links(call: Call) -> Links:
    return windowed(_geometry(call)).turned()


RULES = [
    Rule(
        "conv_transpose1d conv_transpose2d conv_transpose3d",
        "input weight bias stride padding output_padding groups dilation",
        forward,
        backward,
        of_input(_links),
    )
]
