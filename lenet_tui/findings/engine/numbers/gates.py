"""Where an op's slope is zero: what clips, takes the larger, or masks by its own sign."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lenet_tui.findings.engine.numbers.producers import Producers
from lenet_tui.tape.engine.entries import OpEntry, same

CLIPS = frozenset(
    ("clamp", "clamp_min", "clamp_max", "clip", "hardtanh", "relu6", "threshold", "hardswish")
)
"""Ops that are flat beyond a bound; all of these in place too, with a ``_``."""
LARGER = frozenset(("maximum", "minimum", "max", "min", "fmax", "fmin"))
MASKS = {"where": 0, "masked_fill": 1}
"""Ops that take one number or another, with the place of their mask."""
COMPARES = frozenset(
    ("gt", "ge", "lt", "le", "greater", "greater_equal", "less", "less_equal", "__gt__", "__ge__",
     "__lt__", "__le__")
)  # fmt: skip
OF_A_MASK = frozenset(
    ("float", "to", "type", "type_as", "double", "half", "bfloat16", "logical_not", "__invert__",
     "bitwise_not")
)  # fmt: skip
"""Ops that say the same of a mask in another way."""
WEIGHTED = ("linear", "conv", "addmm", "bilinear")
PRODUCTS = frozenset(("matmul", "mm", "bmm", "einsum", "baddbmm"))
"""Ops that are a layer's where they are given a parameter."""
PASSES = (
    "view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "contiguous", "expand",
    "permute", "transpose", "t", "movedim", "swapaxes", "add", "__add__", "__radd__", "__iadd__",
    "sub", "mul", "__mul__", "__rmul__", "div", "__truediv__", "batch_norm", "layer_norm",
    "group_norm", "instance_norm", "rms_norm", "dropout", "dropout1d", "dropout2d", "max_pool1d",
    "max_pool2d", "avg_pool1d", "avg_pool2d", "chunk", "split", "unbind", "__getitem__", "getitem",
    "float", "half", "to", "type", "identity",
)  # fmt: skip
"""Ops behind which a layer's outputs are still units: none that makes sizes or shares of them."""
PRODUCT = frozenset(("mul", "__mul__", "__rmul__", "__imul__"))
GATES = (
    frozenset(f"{name}{end}" for name in (*CLIPS, *LARGER, *MASKS, "mul") for end in ("", "_"))
    | PRODUCT
)
"""All that may be a gate, as torch calls it."""
FARTHEST = 6
"""Ops between a layer and its gate."""


class Gates:
    """Of the ops of a forward. ``parameters``: the names of the model's, by ``id``."""

    def __init__(self, ops: list[OpEntry], parameters: Mapping[int, str]) -> None:
        self._ops, self._parameters = ops, parameters

    @cached_property
    def _producers(self) -> Producers:
        return Producers(self._ops)

    def open_in(self, op: OpEntry) -> tuple[Tensor, list[OpEntry]] | None:
        """Where the slope of an op is not zero, and the ops from its layer to it.

        ``None``: it is no gate behind a layer. Bounds and masks that differ from sample to sample,
        or that are learned, make no gate: then what is closed here may be open at another time.
        """
        name = op.op.rstrip("_") if not op.op.startswith("__") else op.op
        if name in CLIPS:
            place: int | None = 0
            rest = [*op.args[1:], *op.kwargs.values()]
            opens = _slope(name, op, 0) if all(map(_constant, rest)) else None
        elif name in LARGER and len(op.args) == 2 and isinstance(op.args[1], Tensor):
            place = _only(op)
            fit = place is not None and _constant(op.args[1 - place])
            opens = _slope(name, op, place or 0) if fit else None
        elif name in MASKS and len(op.args) == 3:
            place, opens = self._masked(op, MASKS[name])
        elif name in PRODUCT and len(op.args) == 2:
            place, opens = self._multiplied(op)
        else:
            return None
        if place is None or opens is None or opens.shape != op.tensor.shape:
            return None
        way = self._way(op, place)
        return (opens, way) if way else None

    def layer_of(self, op: OpEntry) -> str:
        """The name of the layer whose outputs an op of one operand is given; empty: none is."""
        way = self._way(op, 0)
        return way[0].name if way else ""

    def _masked(self, op: OpEntry, mask: int) -> tuple[int | None, Tensor | None]:
        others = [n for n in range(3) if n != mask]
        place = _only(op, others)
        other = None if place is None else op.args[sum(others) - place]
        if place is None or not _constant(other) or not _finite(other):
            return None, None
        taken = op.args[mask]
        if not isinstance(taken, Tensor) or not self._of_itself(op, mask, place):
            return None, None
        takes = op.op == "where" and place == 1
        taken = taken.bool()
        return place, (taken if takes else ~taken).expand(op.tensor.shape)

    def _multiplied(self, op: OpEntry) -> tuple[int | None, Tensor | None]:
        place = _only(op)
        mask = None if place is None else op.args[1 - place]
        if place is None or not isinstance(mask, Tensor):
            return None, None
        if mask.shape != op.tensor.shape or not self._of_itself(op, 1 - place, place):
            return None, None
        return place, mask != 0

    def _of_itself(self, op: OpEntry, mask: int, place: int) -> bool:
        """Whether the mask says where the operand is above or below one number."""
        operand, tensor, reader = op.args[place], op.args[mask], op
        at = mask
        for _ in range(FARTHEST):
            made = self._producers.of(reader, at, 0, tensor)
            if made is None or not made.args or not isinstance(made.args[0], Tensor):
                return False
            if made.op in COMPARES:
                edge = op.given.get(place)
                given = made.given.get(0)
                alike = same(made.args[0], operand) or (edge is not None and edge == given)
                return alike and len(made.args) == 2 and _constant(made.args[1])
            if made.op not in OF_A_MASK:
                return False
            reader, at, tensor = made, 0, made.args[0]
        return False

    def _way(self, op: OpEntry, place: int) -> list[OpEntry]:
        """From the layer whose outputs the op is given to the op before it; empty: no layer's."""
        way: list[OpEntry] = []
        reader, at = op, place
        for _ in range(FARTHEST):
            tensor = reader.args[at]
            if isinstance(tensor, (tuple, list)):
                return []
            made = self._producers.of(reader, at, 0, tensor)
            if made is None:
                return []
            way.append(made)
            if self._is_layer(made):
                return way[::-1]
            if made.op.rstrip("_") not in PASSES and made.op not in PASSES:
                return []
            places = [n for n in made.given if isinstance(n, int)]
            if not places:
                return []
            reader, at = made, min(places)
        return []

    def _is_layer(self, op: OpEntry) -> bool:
        given = [*op.args, *op.kwargs.values()]
        learned = any(id(t) in self._parameters for t in given)
        return op.op.startswith(WEIGHTED) or (op.op in PRODUCTS and learned)


def _only(op: OpEntry, places: list[int] | None = None) -> int | None:
    """The one place of an operand that gradients go back to; ``None``: several, or a leaf."""
    places = [0, 1] if places is None else places
    found = [n for n in places if n in op.given]
    leaves = [
        n for n in places if n not in op.given and getattr(op.args[n], "requires_grad", False)
    ]
    return found[0] if len(found) == 1 and not leaves else None


def _constant(value: Any) -> bool:
    """Whether it is one number, perhaps many times, that nobody learns; ``None`` is none."""
    if not isinstance(value, Tensor):
        return not isinstance(value, (tuple, list))
    if value.requires_grad or not value.numel() or value.is_meta:
        return False
    return bool((value == value.flatten()[0]).all())


def _finite(value: Any) -> bool:
    return bool(torch.as_tensor(value).isfinite().all())


def _slope(name: str, op: OpEntry, place: int) -> Tensor | None:
    """Where torch's own derivative of an op by an operand is not zero."""
    function = getattr(torch, name, None) or getattr(functional, name)
    args = list(op.args)
    kwargs = {n: v for n, v in op.kwargs.items() if n not in ("inplace", "out", "_stacklevel")}
    if name in ("threshold", "hardtanh") and len(args) > 3:
        args = args[:3]
    try:
        with torch.enable_grad():
            leaf = args[place] = args[place].detach().clone().requires_grad_()
            made = function(*args, **kwargs)
            slope: Tensor = torch.autograd.grad(made.sum(), leaf)[0]
    except Exception:  # noqa: BLE001 - a subclass of a tensor, or a call that has changed
        return None
    return slope != 0


def channels_first(way: list[OpEntry], dimensions: int) -> bool:
    """Whether units are along axis 1 after these ops, for a tensor of so many axes."""
    if dimensions < 3:
        return False
    moved = ("permute", "transpose", "movedim", "swapaxes", "flatten", "view", "reshape")
    return way[0].op.startswith("conv") and not any(op.op in moved for op in way)


def behind_layers(
    ops: list[OpEntry], parameters: Mapping[int, str], without: Container[str] = ()
) -> Iterator[tuple[OpEntry, Tensor, int]]:
    """Yields each gate behind a layer, where it is open, and the axis of its units.

    ``without``: the names of those that are not looked at.
    """
    gates = Gates(ops, parameters)
    for op in ops:
        if op.op not in GATES or op.tensor.dim() < 2 or op.node is None or op.name in without:
            continue
        found = gates.open_in(op)
        if found is not None:
            opens, way = found
            axis = 1 if channels_first(way, opens.dim()) else opens.dim() - 1
            yield op, opens, axis
