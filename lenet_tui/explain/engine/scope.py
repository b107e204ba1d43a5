"""Where a cell is looked for: a point of a tape, and what names mean there."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from lenet_tui.explain.cell_address import Cell, CellError
from lenet_tui.explain.engine.ops.norm import statistics
from lenet_tui.explain.engine.ops.softmax import softmax_inside
from lenet_tui.explain.engine.recorded_pass import Names, Scene
from lenet_tui.protocol.optimizers import STATES
from lenet_tui.tape.engine.entries import Entry, UpdateEntry
from lenet_tui.tape.engine.loss_parts import PARTS, exponentials
from lenet_tui.tape.engine.names import LOSS_PARTS, Found, find
from lenet_tui.tape.engine.tape import Cursor, Tape

STATISTICS = ("mean", "var")
"""A batch's statistics: ``bn.mean[c]`` of an op called ``bn``."""


@dataclass(slots=True, eq=False)
class Place:
    """A point of a tape. ``whole``: the iteration as a whole, where a bare parameter (and an
    optimizer's tensor) is what the iteration started from.
    """

    tape: Tape
    cursor: Cursor
    names: Names
    whole: bool = False
    scene: Scene = field(init=False)

    def __post_init__(self) -> None:
        self.scene = Scene(self.tape, self.cursor, self.names)

    def at(self, cursor: Cursor) -> Place:
        """Another point of the same tape."""
        return Place(self.tape, cursor, self.names)

    def find(self, name: str) -> Found:
        """The tensor that ``name`` means here."""
        if self.whole and name in self.tape.base.values:
            return Found("value", self.tape.base.values[name])
        found = find(self.tape, self.cursor, name)
        if found.state == "value":
            return found
        tensor = self._further(name)
        return found if tensor is None else Found("value", tensor)

    def _further(self, name: str) -> Tensor | None:
        """Names that only explanations use."""
        call = self.scene.call(name)
        if call is not None:
            return call.entry.tensor
        stem, _, aspect = name.rpartition(".")
        if aspect in STATES and stem in self.tape.base.values:
            update = self.last_update(stem)
            return update.state_after.get(aspect) if update else None
        call = self.scene.call(stem)
        inside = softmax_inside(call) if call and aspect == "exp" else None
        if inside is not None:
            return exponentials(inside[0].tensor, inside[1])
        if call is not None and aspect in STATISTICS and call.op == "batch_norm":
            numbers = [statistics(call, n) for n in range(call.source().shape[1])]
            made = [float(pair[aspect == "var"].value[0]) for pair in numbers]
            return torch.tensor(made, dtype=call.entry.tensor.dtype)
        return None

    def last_update(self, name: str) -> UpdateEntry | None:
        """The update whose result a parameter holds here, if it is known."""
        if self.whole:
            return self.tape.base.updates.get(name)
        return self.tape.update(self.cursor, name)

    def meaning(self, name: str) -> Tensor | None:
        """What tells whether a name means the same thing at two points: the tensor itself."""
        stem, _, aspect = name.rpartition(".")
        call = self.scene.call(stem) if aspect in (*STATISTICS, *PARTS) else None
        return call.entry.tensor if call else self.find(name).tensor

    def updated(self, name: str) -> tuple[Cursor, UpdateEntry] | None:
        """The last update of a parameter before here in this iteration, and where it begins."""
        return self.tape.updated(self.cursor, name)

    def set_gradient(self, name: str) -> tuple[Cursor, Entry] | None:
        """What gave a parameter the gradient it has here, in this iteration; where it begins."""
        found = self.tape.set_gradient(self.cursor, name)
        return found[1:] if found else None

    def known(self, expected: list[str]) -> list[str]:
        """The names there are. ``expected``: of the forward's ops before it has run."""
        here = [c.name for c in self.scene.calls]
        ops = list(dict.fromkeys([*expected, *here]))
        names = ["input", *ops, *(() if "loss" in ops else ("loss",)), "output", "output.softmax"]
        inside = (n for n in LOSS_PARTS if self.find(n).state != "unknown")
        return [*names, "output.exp", "target", *inside, *self.tape.base.values]


def cursor_at(tape: Tape, cell: Cell, limit: Cursor) -> Cursor:
    """The cursor after ``cell.entry`` entries; ``CellError`` beyond ``limit``."""
    wanted = cell.entry or 0
    if wanted > tape.index(limit):
        raise CellError(f"{cell.name}: iteration {tape.iteration} has {tape.index(limit)} entries")
    for number, segment in enumerate(tape.segments):
        if wanted <= len(segment.entries) and wanted:
            whole = wanted == segment.total
            return Cursor(number, None if whole else wanted)
        wanted -= len(segment.entries)
    return Cursor(0, 0)


def next_to(cursor: Cursor) -> Cursor:
    """The cursor one entry on, inside the same phase."""
    return Cursor(cursor.segment, (cursor.done or 0) + 1)
