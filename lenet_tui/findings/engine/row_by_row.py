"""Models of whose ops each is known to make a sample's numbers of that sample's alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from torch import Tensor

from lenet_tui.findings.engine.calls import Call, ModuleCall
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.training.engine import batch
from lenet_tui.training.engine.outputs import named_parts

EACH = frozenset(
    ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "tanh",
     "sigmoid", "logsigmoid", "softplus", "hardtanh", "hardsigmoid", "hardswish", "dropout",
     "abs", "neg", "exp", "sqrt", "square", "clone", "contiguous", "float", "double",
     "add", "sub", "mul")
)  # fmt: skip
"""Work on each number by itself, or on those in the same place of several tensors."""
RESHAPES = frozenset(("flatten", "view", "reshape"))
"""Keep the numbers in their order: those of a first axis of the same size stay together."""
POOLS = frozenset(
    f"{kind}_pool{axes}d" for kind in ("max", "avg", "adaptive_avg") for axes in (1, 2, 3)
)
"""Never pool over a first axis: it is that of samples or channels."""
CONVOLUTIONS = frozenset(("conv1d", "conv2d", "conv3d"))


def row_by_row(iteration: Iteration) -> bool:
    """Whether no sample of the model that is called first can depend on another.

    ``False``: it is not known. Every op on the way from its inputs to what it returns is one of
    torch's whose row of axis 0 is made of the same row of what it is given, and of parameters.
    """
    call = next((c for c in iteration.modules if _has_parameters(c)), None)
    if call is None:
        return False
    given = batch.tensors(call.args)
    sizes = {t.shape[0] if t.dim() else 0 for t in given}
    if len(sizes) != 1 or not (size := sizes.pop()):
        return False
    known, parameters = {id(t) for t in given}, iteration.trainer.names
    for each in iteration.calls[call.first : call.last]:
        if each.written:
            return False
        if len(each.made) == 1 and _by_rows(each, known, parameters, size):
            known.add(id(each.made[0]))
    made = [t for t in named_parts(call.output).values() if isinstance(t, Tensor)]
    made = made or batch.tensors(call.output)
    return bool(made) and all(id(t) in known for t in made)


def _has_parameters(call: ModuleCall) -> bool:
    return next(call.module.parameters(), None) is not None


def _by_rows(call: Call, known: set[int], parameters: Collection[int], size: int) -> bool:
    """Whether each row of what a call made is made of the same row of tensors that are known."""
    made, name = call.made[0], call.name
    if not call.args or not made.dim() or made.shape[0] != size:
        return False
    first = call.args[0]
    if name in EACH:
        rows = [t for t, _ in call.read if id(t) not in parameters]
        return bool(rows) and all(id(t) in known and t.shape == made.shape for t in rows)
    if not isinstance(first, Tensor) or id(first) not in known or first.shape[0] != size:
        return False
    if any(t is not first and id(t) not in parameters for t, _ in call.read):
        return False
    if name in RESHAPES or name in POOLS:
        return True
    if name == "linear":
        return first.dim() > 1
    if name == "embedding":
        return made.shape[:-1] == first.shape
    if name == "layer_norm":
        return len(_axes(call.argument(1, "normalized_shape"))) < first.dim()
    weight = call.argument(1, "weight")
    return name in CONVOLUTIONS and isinstance(weight, Tensor) and weight.dim() == first.dim()


def _axes(given: Any) -> tuple[int, ...]:
    return (given,) if isinstance(given, int) else tuple(given)
