"""Ops that move numbers and leave them as they are: views, permutations, slices, what puts tensors
side by side, and what chooses between them.

Each is called again on the numbers of the places of its operands, to see where these go.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lenet_tui.explain.engine.links import Box
from lenet_tui.explain.engine.op_rule import Call, Rule
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
from lenet_tui.explain.rounding import computing_in, exact
from lenet_tui.tensors.tiling import ravel, unravel
from lenet_tui.text.numbers import index_text

METHODS = (
    "view reshape flatten unflatten permute transpose t movedim swapaxes squeeze unsqueeze"
    " contiguous clone expand expand_as view_as reshape_as narrow select getitem flip roll repeat"
    " alias detach chunk split tensor_split unbind identity T mT H mH broadcast_to tile rot90"
    " diagonal tril triu gather index_select take_along_dim masked_select repeat_interleave ravel"
    " moveaxis swapdims split_with_sizes hsplit vsplit dsplit unfold fliplr flipud adjoint"
)
"""Methods of a tensor."""
FUNCTIONS = "pixel_shuffle pixel_unshuffle channel_shuffle"
"""Functions of torch that only know floating-point numbers."""
JOINS = "cat concat concatenate stack hstack vstack dstack row_stack column_stack"
"""Functions of a list of tensors."""
_ATTRIBUTES = {"T": ".T", "mT": ".mT", "H": ".H", "mH": ".mH", "identity": ""}
"""Ops that nothing is called for."""
OUTSIDE = -1
"""No place of an operand: a constant is there."""
Numbered = list[Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """For each element of the output, the ``places`` that it came from, row-major, counted through
    all the ``operands`` one after another; or ``OUTSIDE``: the constant ``filled``.
    """

    places: Tensor
    operands: dict[str, Source]
    filled: float = 0.0

    def starts(self) -> dict[str, int]:
        """The first place of each operand."""
        sizes = [math.prod(s.shape) for s in self.operands.values()]
        return dict(zip(self.operands, np.cumsum([0, *sizes]).tolist(), strict=False))

    def of(self, argument: str) -> Tensor:
        """The places counted in one operand; ``OUTSIDE`` where it is not from there."""
        start = self.starts()[argument]
        own = self.places - start
        inside = (own >= 0) & (own < math.prod(self.operands[argument].shape))
        return torch.where(inside, own, OUTSIDE)


def origins(call: Call) -> Origins:
    """Where the elements of an op's output came from."""
    operands, filled, move = _kind(call)
    count, numbered = 1, []
    for source in operands.values():
        size = math.prod(source.shape)
        numbered.append(torch.arange(count, count + size).view(source.shape))
        count += size
    try:
        moved = move(numbered)
    except (TypeError, RuntimeError, IndexError, AttributeError, ValueError):
        raise NoArithmetic(call.op) from None
    if isinstance(moved, (tuple, list)):
        moved = moved[call.part or 0]
    if not isinstance(moved, Tensor) or moved.shape != call.tensor.shape:
        raise NoArithmetic(call.op)
    return Origins(moved - 1, operands, filled)


def _kind(call: Call) -> tuple[dict[str, Source], float, Callable[[Numbered], Any]]:
    """The operands of an op, what it puts where none of them goes, and how it moves their places,
    which are numbered from 1.
    """
    args, options = list(call.entry.args), call.entry.kwargs
    if any(isinstance(a, torch.dtype) for a in (*args, *options.values())):
        raise NoArithmetic(call.op)
    rest = [_plain(a) for a in args[1:]]
    named = {k: _plain(v) for k, v in options.items() if k != "input"}
    if call.op in JOINS.split():
        listed = {k: s for k, s in call.tensors() if k.startswith("input[")}
        named.pop("tensors", None)
        return listed, 0.0, lambda n: getattr(torch, call.op)(n, *rest, **named)
    if call.op in ("where", "masked_fill"):
        return _chosen(call)
    only = {"input": call.source()}
    if call.op == "pad":
        value = call.get("value", 0.0)
        return only, float(value), lambda n: _padded(n[0], *rest, **named)
    if call.op in FUNCTIONS.split():
        function = getattr(torch, call.op)
        return only, 0.0, lambda n: function(n[0].double(), *rest, **named).long()
    if call.op == "interpolate":
        return only, 0.0, lambda n: _nearest(n[0], named)
    name = "__getitem__" if call.op == "getitem" else call.op
    if name in _ATTRIBUTES:
        return only, 0.0, lambda n: getattr(n[0], name) if _ATTRIBUTES[name] else n[0]
    return only, 0.0, lambda n: getattr(n[0], name)(*rest, **named)


def _chosen(call: Call) -> tuple[dict[str, Source], float, Callable[[Numbered], Any]]:
    """Of ``where`` and ``masked_fill``: a constant among what is chosen from has no place."""
    if call.op == "where":
        mask, one, other = (call.get(n) for n in ("condition", "input", "other"))
        if isinstance(one, Source) and one.tensor.dtype == torch.bool:
            mask, one = one, mask  # x.where(condition, other)
    else:
        mask, one, other = call.get("mask"), call.get("value"), call.get("input")
    if not isinstance(mask, Source):
        raise NoArithmetic(call.op)
    branches = {"one": one, "other": other}
    names = {id(s): name for name, s in call.tensors()}
    taken = {names[id(b)]: b for b in branches.values() if isinstance(b, Source)}
    constants = [float(b) for b in branches.values() if isinstance(b, (int, float))]
    if len(taken) + len(constants) != 2 or not taken:
        raise NoArithmetic(call.op)
    chosen, condition = list(taken.values()), _plain(mask.tensor)

    def move(numbered: Numbered) -> Tensor:
        nothing = torch.zeros((), dtype=torch.int64)
        first, second = (
            numbered[chosen.index(b)] if isinstance(b, Source) else nothing
            for b in branches.values()
        )
        return torch.where(condition, first, second)

    return taken, constants[0] if constants else 0.0, move


def _padded(places: Tensor, pad: Any, mode: str = "constant", value: Any = None) -> Tensor:
    return torch.nn.functional.pad(places.to(torch.float64), pad, mode).to(torch.int64)


def _nearest(places: Tensor, options: dict[str, Any]) -> Tensor:
    if options.get("mode", "nearest") not in ("nearest", "nearest-exact"):
        raise NoArithmetic("interpolate")
    made: Tensor = torch.nn.functional.interpolate(places.to(torch.float64), **options)
    return made.to(torch.int64)


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(map(_plain, value)) if type(value) in (tuple, list) else value
    return value.detach().cpu() if isinstance(value, Tensor) else value


def _shown(call: Call, found: Origins) -> str:
    name = next(iter(found.operands.values())).name
    if len(found.operands) > 1:
        return f"{call.op}(…)[…]"
    return f"{name}{_ATTRIBUTES.get(call.op, f'.{call.op}(…)')}[…]"


def forward(call: Call, index: Index) -> Sum:
    found = origins(call)
    place = int(found.places[index])
    total = Sum(_shown(call, found))
    if place == OUTSIDE:
        filled = computing_in().nearest(np.asarray([found.filled]))
        total.terms = [Terms((), exact(filled))]
        total.notes = [("filled", (f"{found.filled:g}",))]
        return total
    argument = [name for name, start in found.starts().items() if start <= place][-1]
    x = found.operands[argument]
    at = unravel(place - found.starts()[argument], x.shape)
    note: Note = ("from", (f"{x.name}{index_text(at)}",))
    value = read(x, at)
    total.terms, total.notes = [Terms((value,), value.cast)], [note]
    return total


def backward(call: Call, argument: str, index: Index, g: Source) -> Sum:
    """The gradients of every place in the output that shows the element."""
    found = origins(call)
    if argument not in found.operands:
        raise NoArithmetic(call.op)
    place = ravel(index, found.operands[argument].shape)
    shown = np.atleast_2d((found.of(argument) == place).nonzero().numpy())
    total = Sum(f"{g.name}[…]", [plain(read_each(g, shown))])
    total.notes = [("from", (f"{g.name}{index_text(at)}",)) for at in shown.tolist()]
    if len(shown) > 1:
        total.notes = [("several", (str(len(shown)), g.name))]
    if not len(shown):
        total.notes = [("unread", (call.name,))]
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """The ``places`` of an op whose operand is of ``shape``: what depends on what."""

    places: Tensor
    shape: tuple[int, ...]

    def back(self, box: Box) -> Box | None:
        part = self.places[tuple(slice(low, high + 1) for low, high in box)].reshape(-1).numpy()
        return _bounds(part[part != OUTSIDE], self.shape)

    def ahead(self, box: Box) -> Box | None:
        inside = torch.zeros(self.shape, dtype=torch.bool)
        inside[tuple(slice(low, high + 1) for low, high in box)] = True
        shown = inside.reshape(-1)[self.places.clamp(min=0)] & (self.places != OUTSIDE)
        return _bounds(shown.reshape(-1).nonzero().numpy().T[0], tuple(self.places.shape))


def _bounds(places: Any, shape: Sequence[int]) -> Box | None:
    """The smallest region that holds all of some places, row-major."""
    if not places.size:
        return None
    axes = np.unravel_index(places, shape) if shape else ()
    return tuple((int(p.min()), int(p.max())) for p in axes)


def _connect(call: Call, argument: str) -> Moved | None:
    found = origins(call)
    if argument not in found.operands:
        return None
    return Moved(found.of(argument), found.operands[argument].shape)


RULES = [
    Rule(f"{METHODS} {FUNCTIONS} {JOINS}", "input", forward, backward, _connect, parts=True),
    Rule("pad", "input pad mode value", forward, backward, _connect),
    Rule("where", "condition input other", forward, backward, _connect),
    Rule("masked_fill", "input mask value", forward, backward, _connect),
]
