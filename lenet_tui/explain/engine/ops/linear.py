"""``y = x Aᵀ + b``."""

from __future__ import annotations

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box, Rule
from lenet_tui.explain.engine.terms import Index, Source, Work, column, grid, one, plain, products


def _lead(call: Call) -> str:
    """The letters of what stands before the features."""
    return "".join(
        f"{letter}," for letter in ("n", "m", "l", "k")[: call.source().tensor.dim() - 1]
    )


def forward(call: Call, index: Index) -> Work:
    x, weight = call.source(), call.source("weight")
    *lead, out = index
    features = range(x.shape[-1])
    blocks = [
        products(
            column(x, grid(*([i] for i in lead), features)),
            column(weight, grid([out], features)),
        )
    ]
    n = _lead(call)
    right = f"Σ_i {x.name}[{n}i] ⋅ {weight.name}[o,i]"
    if call.get("bias") is not None:
        bias = call.source("bias")
        blocks.append(plain(one(bias, (out,))))
        right = f"{bias.name}[o] + {right}"
    return Work(call.op, f"{n}o", right, blocks, [("products", (str(len(features)),))])


def backward(call: Call, argument: str, index: Index, g: Source) -> Work:
    x, weight = call.source(), call.source("weight")
    n = _lead(call)
    sums = "".join(f"Σ_{letter} " for letter in n.split(",")[:-1])
    samples = [range(size) for size in x.shape[:-1]]
    if argument == "input":
        *lead, feature = index
        outs = range(weight.shape[0])
        gradient = column(g, grid(*([i] for i in lead), outs))
        block = products(gradient, column(weight, grid(outs, [feature])))
        return Work("", f"{n}i", f"Σ_o {g.name}[{n}o] ⋅ {weight.name}[o,i]", [block])
    gradient = column(g, grid(*samples, [index[0]]))
    if argument == "bias":
        return Work("", "o", f"{sums}{g.name}[{n}o]", [plain(gradient)])
    block = products(gradient, column(x, grid(*samples, [index[1]])))
    return Work("", "o,i", f"{sums}{g.name}[{n}o] ⋅ {x.name}[{n}i]", [block])


def back(call: Call, box: Box) -> dict[str, Box]:
    return {"input": (*box[:-1], (0, call.source().shape[-1] - 1))}


def ahead(call: Call, argument: str, box: Box) -> Box | None:
    return (*box[:-1], (0, call.entry.tensor.shape[-1] - 1))


LINEAR = Rule(forward, backward, back, ahead)
