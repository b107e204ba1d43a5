"""A recorded recurrent op: its levels, directions and samples, and where each number of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.terms import Index, Indices, NoArithmetic, Source
from lenet_tui.explain.rounding import F64

PACKED = {
    "hx": "params", "params": "has_biases", "has_biases": "num_layers", "num_layers": "dropout",
    "dropout": "train", "train": "bidirectional", "bidirectional": "batch_first",
}  # fmt: skip
"""What the arguments of a layer are called in the places where they are given with a packed
sequence, whose ``batch_sizes`` come first."""


Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """``rows`` (steps, samples, rank): where a step of a sample is in the input and the output;
    ``active`` (steps, samples): whether there is one. ``weights`` has those of each direction of
    each level: of the input, of the state, and their biases.
    """

    call: Call
    kind: str
    levels: int
    directions: int
    rows: Indices
    active: Flags
    weights: list[tuple[Source, ...]]
    first: tuple[Source, ...]
    letters: str
    given: dict[str, Any]

    @property
    def size(self) -> int:
        return self.weights[0][1].shape[1]

    @property
    def cell(self) -> bool:
        return self.call.op.endswith("_cell")

    @property
    def x(self) -> Source:
        return self.call.source()

    @property
    def output(self) -> Source:
        """All states of the last level."""
        return replace(self.call, part=None).output

    def suffix(self, number: int) -> str:
        """How torch ends the names of a direction of a level: ``_l0_reverse``."""
        level, direction = divmod(number, self.directions)
        return "" if self.cell else f"_l{level}" + "_reverse" * direction

    def weight(self, argument: str) -> tuple[int, int] | None:
        """Which direction of which level a parameter is of, and which of its four it is."""
        for number, several in enumerate(self.weights):
            for which, source in enumerate(several):
                if source is self.call.arguments[argument]:
                    return number, which
        return None

    def place(self, lead: Index) -> tuple[int, int]:
        """The step and the sample at a place in the input or the output."""
        t, n = np.argwhere((self.rows == np.asarray(lead)).all(-1) & self.active)[0].tolist()
        return t, n

    def earlier(self, number: int) -> Indices:
        """(steps, samples): the step before each; −1: it is a sample's first."""
        back = number % self.directions
        steps, samples = self.active.shape
        found = np.arange(steps)[:, None] + np.where(back, 1, -1) + np.zeros((1, samples), int)
        inside = (found >= 0) & (found < steps)
        runs = np.take_along_axis(self.active, np.where(inside, found, 0), 0)
        return np.asarray(np.where(inside & runs, found, -1))

    def state_rows(self, number: int) -> Indices:
        """(samples, rank): where a sample's state is in those that the layer was given."""
        samples = np.arange(self.active.shape[1])[:, None]
        rank = self.first[0].tensor.dim() - 1
        if self.cell:
            return samples[:, :rank]
        level = np.full_like(samples, number)
        return np.concatenate([level, samples], 1)[:, :rank]


def layer_of(call: Call) -> Layer:
    """The layer; ``NoArithmetic`` where it is of a kind that is not known here."""
    kind = call.op.removesuffix("_cell")
    cell = kind != call.op
    given = _named(call)
    x, hx = call.source(), given.get("hx")
    several = [given[k] for k in given if k.startswith("hx[")]
    first = tuple(several) if several else (hx,)
    if cell:
        each = [[given.get(n) for n in ("w_ih", "w_hh", "b_ih", "b_hh")]]
        levels = both = 1
    else:
        flat = [given[k] for k in given if k.startswith("params[")]
        levels, both = int(given["num_layers"]), 1 + bool(given["bidirectional"])
        size = 4 if given["has_biases"] else 2
        each = [flat[at : at + size] for at in range(0, len(flat), size)]
        if len(flat) != levels * both * size:
            raise NoArithmetic(call.op, ("projected", ()))
    weights = [tuple(s for s in one if isinstance(s, Source)) for one in each]
    read = [x, *first, *(s for one in weights for s in one)]
    if any(s.tensor.dtype != call.entry.tensor.dtype for s in read):
        raise NoArithmetic(call.op)  # autocast gave torch other numbers than these
    rows, active, letters = _rows(x.tensor, cell, given)
    return Layer(call, kind, levels, both, rows, active, weights, first, letters, given)


def _named(call: Call) -> dict[str, Any]:
    """The arguments by name, of a packed sequence too."""
    given = call.arguments
    sizes = given.get("hx")
    if not isinstance(sizes, Source) or sizes.tensor.dtype != torch.int64:
        return given
    found: dict[str, Any] = {"batch_sizes": sizes, "input": call.source()}
    for name, own in PACKED.items():
        found |= {
            k.replace(own, name, 1): v for k, v in given.items() if k.partition("[")[0] == own
        }
    return found


def _rows(x: Tensor, cell: bool, given: Mapping[str, Any]) -> tuple[Indices, Flags, str]:
    """Where each step of each sample is, whether there is one, and the letters of that place."""
    if "batch_sizes" in given:
        sizes = given["batch_sizes"].tensor.cpu().numpy()
        starts = np.cumsum(sizes) - sizes
        rows = starts[:, None] + np.arange(sizes.max())
        active = np.arange(sizes.max()) < sizes[:, None]
        return np.where(active, rows, 0)[..., None], active, "r"
    if cell or x.dim() == 2:
        count = x.shape[0] if x.dim() == 2 else 1
        rows = np.arange(count)[None, :, None] if cell else np.arange(count)[:, None, None]
        rows = rows[..., : x.dim() - 1]
        return rows, np.ones(rows.shape[:2], bool), "n" if cell else "t"
    first = bool(given.get("batch_first"))
    steps, samples = (x.shape[1], x.shape[0]) if first else (x.shape[0], x.shape[1])
    t, n = np.meshgrid(np.arange(steps), np.arange(samples), indexing="ij")
    rows = np.stack([n, t] if first else [t, n], -1)
    return rows, np.ones((steps, samples), bool), "n,t" if first else "t,n"


def dense(layer: Layer, tensor: Tensor, samples: slice) -> F64:
    """(steps, samples, features): a tensor laid out as the input is."""
    whole = tensor.detach().to("cpu", torch.float64).numpy()
    rows = layer.rows[:, samples]
    found = whole[tuple(rows[..., n] for n in range(rows.shape[-1]))]
    if not rows.shape[-1]:
        found = np.broadcast_to(whole, (*rows.shape[:2], whole.shape[-1]))
    return np.asarray(found * layer.active[:, samples, None])
