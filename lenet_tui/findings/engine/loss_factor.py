"""By which factor a loss was divided before its backward."""

from __future__ import annotations

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call, node_of
from lenet_tui.findings.engine.losses import Producers

PARTS = frozenset(("getitem", "chunk", "split", "narrow", "unbind", "index_select", "tensor_split"))
"""Functions that take a part of a batch."""


def root_of(calls: list[Call], node: Node | None) -> Tensor | None:
    """The tensor from which a backward started, by its node."""
    for call in reversed(calls):
        for tensor in call.made:
            if node is not None and node_of(tensor) is node:
                return tensor
    return None


def mean_factor(
    root: Tensor, producers: Producers, scale: float = 1.0, deepest: int = 20
) -> float | None:
    """By what a mean over a batch was multiplied to give ``root``; ``None``: it is no such.

    ``scale``: that of a scaler, which is left out.
    """
    call = producers.of(root)
    if call is None or not deepest:
        return None
    name = call.name
    if name in losses.LOOKS_ON:
        inner = call.read[0][0] if call.read else None
        return None if inner is None else mean_factor(inner, producers, scale, deepest - 1)
    if name in ("div", "truediv", "mul", "rmul"):
        return _scaled(call, producers, scale, deepest)
    if name in ("add", "radd", "sub", "stack", "sum") and call.read:
        parts = (mean_factor(t, producers, scale, deepest - 1) for t, _ in call.read)
        return next((part for part in parts if part is not None), None)
    known = (*losses.CLASSES, *losses.BINARY, *losses.ELEMENTWISE)
    if name == "mean" or (name in known and losses.reduces_to_mean(call)):
        return 1.0
    return None


def _scaled(call: Call, producers: Producers, scale: float, deepest: int) -> float | None:
    tensors = [t for t, _ in call.read if t.requires_grad]
    numbers = [v for v in (*call.args, *call.kwargs.values()) if isinstance(v, (int, float))]
    if len(tensors) != 1:
        return None
    inner = mean_factor(tensors[0], producers, scale, deepest - 1)
    if inner is None:
        return None
    if not numbers:
        return inner if of_scaler(call, scale) else None
    return inner * numbers[0] if "mul" in call.name else inner / numbers[0]


def of_scaler(call: Call, scale: float) -> bool:
    """Whether it is the product with the number of a scaler, which is no choice of the owner's."""
    others = [t for t, _ in call.read if not t.requires_grad and t.numel() == 1]
    return call.name == "mul" and scale != 1 and len(others) == 1 and float(others[0]) == scale


def takes_part_of(behind: list[Call], batch: set[int]) -> bool:
    """Whether a loss is of a part of the batch, whose tensors have these ``id``.

    ``behind``: the calls that made it, here and below.
    """
    return any(
        c.name in PARTS and any(id(t) in batch and _fewer(c, t) for t, _ in c.read) for c in behind
    )


def _fewer(call: Call, of: Tensor) -> bool:
    """Whether the part has not all samples: a column of the labels has."""
    return any(made.shape[:1] != of.shape[:1] for made in call.made)


def data_of(behind: list[Call], producers: Producers, own: set[int]) -> dict[int, tuple[int, ...]]:
    """The data of a loss: the ``id`` and shape of each tensor that it was computed from and no call
    made; or else of each that came from NumPy meanwhile.

    ``own``: the ``id`` of what is the model's, as the statistics of a normalisation are.
    """
    given = {id(t): t for call in behind for t, _ in call.read if not t.requires_grad}
    made = {at: producers.of(t) for at, t in given.items() if at not in own}
    found = {at for at, call in made.items() if call is None}
    found = found or {at for at, call in made.items() if call and call.name == FROM_NUMPY}
    return {at: tuple(given[at].shape) for at in found}


FROM_NUMPY = "from_numpy"


def apart(data: list[dict[int, tuple[int, ...]]]) -> bool:
    """Whether each loss has data of its own, and shares none with another that has its samples.

    What all share and no axis of which is as long as one of theirs is a constant: the weights of
    classes, a table of positions.
    """
    shared = set.intersection(*map(set, data)) if data else set()
    own = [{at: shape for at, shape in d.items() if at not in shared} for d in data]
    if not all(own) or len({at for d in own for at in d}) != sum(map(len, own)):
        return False
    lengths = {n for d in own for shape in d.values() for n in shape}
    return all(lengths.isdisjoint(data[0][at]) for at in shared)


def structure(behind: list[Call]) -> tuple[str, ...]:
    """The names of the calls with a graph that made the loss."""
    return tuple(c.name for c in behind if any(t.requires_grad for t in c.made))
