"""``y = x Aᵀ + b``."""

from __future__ import annotations

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Rule
from lenet_tui.explain.engine.terms import (
    Index,
    Source,
    Sum,
    grid,
    plain,
    products,
    read,
    read_each,
)


def _lead(call: Call) -> str:
    """The letters of the dimensions before the features."""
    return "".join(f"{letter}," for letter in "nmlk"[: call.source().tensor.dim() - 1])


def forward(call: Call, index: Index) -> Sum:
    x, weight = call.source(), call.source("weight")
    *lead, out = index
    features = range(x.shape[-1])
    inputs = read_each(x, grid(*([i] for i in lead), features))
    terms = [products(inputs, read_each(weight, grid([out], features)))]
    n = _lead(call)
    right = f"Σ_i {x.name}[{n}i] ⋅ {weight.name}[o,i]"
    if call.get("bias") is not None:
        bias = call.source("bias")
        terms.append(plain(read(bias, (out,))))
        right = f"{bias.name}[o] + {right}"
    return Sum(call.op, f"{n}o", right, terms, [("products", (str(len(features)),))])


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    x, weight = call.source(), call.source("weight")
    n = _lead(call)
    if argument == "input":
        *lead, feature = index
        outs = range(weight.shape[0])
        gradient = read_each(g, grid(*([i] for i in lead), outs))
        terms = products(gradient, read_each(weight, grid(outs, [feature])))
        return Sum("", f"{n}i", f"Σ_o {g.name}[{n}o] ⋅ {weight.name}[o,i]", [terms])
    samples = [range(size) for size in x.shape[:-1]]
    gradient = read_each(g, grid(*samples, [index[0]]))
    right = "".join(f"Σ_{letter} " for letter in n.split(",")[:-1]) + f"{g.name}[{n}o]"
    if argument == "bias":
        return Sum("", "o", right, [plain(gradient)])
    terms = products(gradient, read_each(x, grid(*samples, [index[1]])))
    return Sum("", "o,i", f"{right} ⋅ {x.name}[{n}i]", [terms])


RULES = [
    Rule(
        "linear",
        "input weight bias",
        forward,
        backward,
        lambda call, box: {"input": (*box[:-1], (0, call.source().shape[-1] - 1))},
        lambda call, argument, box: (*box[:-1], (0, call.entry.tensor.shape[-1] - 1)),
    )
]
