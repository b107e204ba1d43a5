"""Ops that move numbers and leave them as they are: views, permutations, padding, slices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.links import Box
from lenet_tui.explain.engine.op_rule import Call, Rule, of_input
from lenet_tui.explain.engine.terms import (
    Index,
    NoArithmetic,
    Note,
    Source,
    Sum,
    Terms,
    plain,
    read,
    read_each,
)
from lenet_tui.explain.rounding import exact
from lenet_tui.tensors.tiling import ravel, unravel
from lenet_tui.text.numbers import index_text

METHODS = (
    "view reshape flatten unflatten permute transpose t movedim swapaxes squeeze unsqueeze"
    " contiguous clone expand expand_as view_as reshape_as narrow select getitem flip roll repeat"
    " alias detach chunk split tensor_split unbind identity T mT"
)
"""Methods of a tensor; each is called again on the numbers of the places to see where they go."""
_ATTRIBUTES = {"T": ".T", "mT": ".mT", "identity": ""}
"""Ops that nothing is called for."""
OUTSIDE = -1


def origins(call: Call) -> Tensor:
    """For each element of the output, the place (row-major) in the input that it came from.

    ``OUTSIDE``: none, a constant that padding has put there.
    """
    source = call.source()
    places = torch.arange(math.prod(source.shape)).view(source.shape)
    rest = [_tensor(a) for a in call.entry.args[1:]]
    options: dict[str, Any] = {k: _tensor(v) for k, v in call.entry.kwargs.items()}
    try:
        if call.op == "pad":
            moved = _padded(places, *rest, **options)
        else:
            name = "__getitem__" if call.op == "getitem" else call.op
            moved = _called(places, name, rest, options)
    except (TypeError, RuntimeError, IndexError, AttributeError):
        raise NoArithmetic(call.op) from None
    if isinstance(moved, (tuple, list)):
        moved = moved[call.part or 0]
    if not isinstance(moved, Tensor) or moved.shape != call.tensor.shape:
        raise NoArithmetic(call.op)
    return moved


def _called(places: Tensor, name: str, rest: list[Any], options: dict[str, Any]) -> Any:
    if name in _ATTRIBUTES:
        return getattr(places, name) if _ATTRIBUTES[name] else places
    return getattr(places, name)(*rest, **options)


def _padded(places: Tensor, pad: Any, mode: str = "constant", value: float | None = None) -> Tensor:
    filled = {"value": float(OUTSIDE)} if mode == "constant" else {}
    moved = torch.nn.functional.pad(places.to(torch.float64), pad, mode, **filled)
    return moved.to(torch.int64)


def _tensor(value: Any) -> Any:
    return value.detach().cpu() if isinstance(value, Tensor) else value


def forward(call: Call, index: Index) -> Sum:
    x = call.source()
    place = int(origins(call)[index])
    total = Sum(f"{x.name}{_ATTRIBUTES.get(call.op, f'.{call.op}(…)')}[…]")
    if place == OUTSIDE:
        arguments = call.entry.args[3:4] or (call.entry.kwargs.get("value"),)
        filled = float(arguments[0] or 0)
        total.terms = [Terms((), exact(np.asarray([filled])))]
        total.notes = [("padding", ("1",))]
        return total
    at = unravel(place, x.shape)
    note: Note = ("from", (f"{x.name}{index_text(at)}",))
    total.terms, total.notes = [plain(read(x, at))], [note]
    return total


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """The gradients of every place in the output that shows the element."""
    shown = (origins(call) == ravel(index, call.source().shape)).nonzero().numpy()
    total = Sum(f"{g.name}[…]", [plain(read_each(g, shown))])
    total.notes = [("from", (f"{g.name}{index_text(at)}",)) for at in shown.tolist()[:1]]
    if not len(shown):
        total.notes = [("unread", (call.name,))]
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """``origins`` of an op whose input is of ``shape``: what depends on what."""

    origins: Tensor
    shape: tuple[int, ...]

    def back(self, box: Box) -> Box | None:
        part = self.origins[tuple(slice(low, high + 1) for low, high in box)].numpy()
        return _bounds(np.stack(np.unravel_index(part[part != OUTSIDE].reshape(-1), self.shape)))

    def ahead(self, box: Box) -> Box | None:
        inside = torch.zeros(self.shape, dtype=torch.bool)
        inside[tuple(slice(low, high + 1) for low, high in box)] = True
        shown = inside.reshape(-1)[self.origins.clamp(min=0)] & (self.origins != OUTSIDE)
        return _bounds(shown.nonzero().numpy().T)


def _bounds(places: Any) -> Box | None:
    """The smallest region that holds all of the places (rank, count)."""
    return tuple((int(p.min()), int(p.max())) for p in places) if places.size else None


def _connection(call: Call) -> Moved:
    return Moved(origins(call), call.source().shape)


RULES = [Rule(f"pad {METHODS}", "input", forward, backward, of_input(_connection), parts=True)]
