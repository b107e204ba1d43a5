"""By which factor a loss was divided before its backward."""

from __future__ import annotations

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine import losses
from lenet_tui.findings.engine.calls import Call, node_of
from lenet_tui.findings.engine.losses import Producers
from lenet_tui.findings.engine.numbers.repeats import digest

PARTS = frozenset(("getitem", "chunk", "split", "narrow", "unbind", "index_select", "tensor_split"))
"""Functions that take a part of a batch."""
Datum = int | tuple[int | str, ...]
"""The ``id`` of a tensor, or of which tensor it is a part, and which."""


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


def data_of(root: Tensor, producers: Producers, own: set[int]) -> dict[Datum, tuple[int, ...]]:
    """The data of a loss, with their shapes: what no call made, or a call took some samples of;
    where there is none, what came from NumPy meanwhile.

    ``own``: the ``id`` of what is the model's, as the statistics of a normalisation are.
    """
    waiting, seen = [root], set[int]()
    found: dict[Datum, tuple[int, ...]] = {}
    from_numpy: dict[Datum, tuple[int, ...]] = {}
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen or id(tensor) in own:
            continue
        seen.add(id(tensor))
        call = producers.of(tensor)
        taken = None if call is None else _taken(call, tensor, own)
        if taken is not None:
            found[taken] = tuple(tensor.shape)
        elif call is not None and call.name == FROM_NUMPY:
            from_numpy[id(tensor)] = tuple(tensor.shape)
        elif call is not None:
            waiting += [t for t, _ in call.read]
        elif not tensor.requires_grad:
            found[id(tensor)] = tuple(tensor.shape)
    return found or from_numpy


FROM_NUMPY = "from_numpy"


def _taken(call: Call, tensor: Tensor, own: set[int]) -> Datum | None:
    """Which samples along its first axis a call took of a tensor; ``None``: it does no such thing.

    Those of a view are known by where they lie, others by the indices that chose them.
    """
    if call.name not in PARTS or not call.read:
        return None
    source, *chosen_by = (t for t, _ in call.read)
    fewer = tensor.shape[:1] < source.shape[:1] and tensor.shape[1:] == source.shape[1:]
    if source.requires_grad or id(source) in own or not (fewer or tensor.shape == source.shape[1:]):
        return None
    if chosen_by:
        return (id(source), *map(digest, chosen_by))
    inside = tensor.untyped_storage().data_ptr() == source.untyped_storage().data_ptr()
    return (id(source), int(tensor.storage_offset()) if inside else digest(tensor))


def apart(data: list[dict[Datum, tuple[int, ...]]]) -> bool:
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
