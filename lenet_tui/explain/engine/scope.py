"""A point of a tape, what names mean there, and how to name that from another point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

import torch
from torch import Tensor

from lenet_tui.explain.cell_address import Cell, CellError
from lenet_tui.explain.engine import attention_parts
from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.ops import attention
from lenet_tui.explain.engine.ops.norm import statistics
from lenet_tui.explain.engine.ops.softmax import softmax_inside
from lenet_tui.explain.engine.recorded_pass import Names, RecordedPass
from lenet_tui.explain.engine.registry import RULES
from lenet_tui.explain.engine.terms import NoArithmetic
from lenet_tui.protocol.optimizers import STATES
from lenet_tui.tape.engine.entries import Entry, same
from lenet_tui.tape.engine.loss_parts import PARTS, exponentials
from lenet_tui.tape.engine.names import LOSS_PARTS, NamedTensor, find
from lenet_tui.tape.engine.tape import Cursor, Tape

STATISTICS = ("mean", "var")
"""A batch's statistics: ``bn.mean[c]`` of an op called ``bn``."""
INSIDE = (*STATISTICS, *PARTS, *attention.ASPECTS)
"""What is inside of an op, by the op's name and its own."""


@dataclass(slots=True, eq=False)
class Scope:
    """A point of a tape. Where ``whole`` is true, it is the iteration as a whole, in which a bare
    parameter (or an optimizer's tensor) is what the iteration started from.
    """

    tape: Tape
    cursor: Cursor
    names: Names
    whole: bool = False
    _recorded: RecordedPass | None = field(default=None, init=False)

    @property
    def recorded(self) -> RecordedPass:
        """The last pass before this point."""
        if self._recorded is None:
            self._recorded = RecordedPass(self.tape, self.cursor, self.names)
        return self._recorded

    def at(self, cursor: Cursor) -> Scope:
        """Another point of the same tape."""
        return Scope(self.tape, cursor, self.names)

    def find(self, name: str) -> NamedTensor:
        """The tensor that ``name`` means here."""
        if self.whole and name in self.tape.base.values:
            return NamedTensor("value", self.tape.base.values[name])
        found = find(self.tape, self.cursor, name)
        if found.state == "value":
            return found
        tensor = self._further(name)
        return found if tensor is None else NamedTensor("value", tensor)

    def _further(self, name: str) -> Tensor | None:
        """Names that only explanations use."""
        call = self.recorded.call(name)
        if call is not None:
            return call.tensor
        stem, _, aspect = name.rpartition(".")
        if aspect in STATES and stem in self.tape.base.values:
            base = self.tape.base.updates
            update = base.get(stem) if self.whole else self.tape.update(self.cursor, stem)
            return update.state_after.get(aspect) if update else None
        call = self.recorded.call(stem)
        inside = softmax_inside(call) if call and aspect == "exp" else None
        if inside is not None:
            return exponentials(inside[0].tensor, inside[1])
        if call is not None and aspect in attention.ASPECTS and call.op == attention.NAME:
            return self._attention(call, aspect)
        if call is not None and aspect in STATISTICS and call.op == "batch_norm":
            numbers = [statistics(call, n) for n in range(call.source().shape[1])]
            made = [float(pair[aspect == "var"].value[0]) for pair in numbers]
            double = call.entry.tensor.dtype == torch.float64
            return torch.tensor(made, dtype=torch.float64 if double else torch.float32)
        return None

    def _attention(self, call: Call, aspect: str) -> Tensor | None:
        try:
            return attention_parts.inside_of(call, aspect)
        except NoArithmetic:
            return None

    def inner(self, name: str) -> str:
        """The op that a name is of something inside of, which is worked out and no cell."""
        for call in self.recorded.calls:
            rule = RULES.get(call.op)
            if rule and rule.inner and name.startswith(f"{call.name}."):
                own = name.removeprefix(f"{call.name}.")
                if own.partition("_l")[0] in rule.inner.split():
                    return call.name
        return ""

    def meaning(self, name: str) -> Tensor | None:
        """The tensor itself: it is the same at two points where the name means one thing there."""
        stem, _, aspect = name.rpartition(".")
        call = self.recorded.call(stem) if aspect in INSIDE else None
        return call.entry.tensor if call else self.find(name).tensor

    def set_gradient(self, name: str) -> tuple[Cursor, Entry] | None:
        """What gave a parameter the gradient it has here, in this iteration; where it begins."""
        found = self.tape.set_gradient(self.cursor, name)
        return found[1:] if found else None

    def given(self) -> tuple[str, ...]:
        """The names of what comes from the data: ``input``, ``input.mask``, ``target``."""
        batch = self.tape.batch
        return ("input", "target", *(batch.named if batch is not None else ()))

    def aliased(self, cell: Cell) -> Cell:
        """The cell under the name of the op that made it, if it is one of several outputs."""
        forward = self.tape.forward(self.cursor)
        if forward is None:
            return cell
        aspect = ".grad" if cell.tensor.endswith(".grad") else ""
        entry = forward[0].returned.get(cell.tensor.removesuffix(aspect))
        made = entry is not None and any(entry is op for op in forward[0].ops)
        if entry is None or not made or not isinstance(entry.output, Tensor):
            return cell
        return replace(cell, tensor=f"{entry.name}{aspect}")

    def known(self, expected: list[str]) -> list[str]:
        """The names there are. ``expected``: of the forward's ops before it has run."""
        here = [c.name for c in self.recorded.calls]
        ops = list(dict.fromkeys([*expected, *here]))
        names = ["input", *ops, *(() if "loss" in ops else ("loss",)), "output", "output.softmax"]
        inside = (n for n in LOSS_PARTS if self.find(n).state != "unknown")
        return [*names, "output.exp", "target", *inside, *self.tape.base.values]


def cursor_at(tape: Tape, cell: Cell, limit: Cursor) -> Cursor:
    """The cursor after ``cell.entry`` entries; ``CellError`` beyond ``limit``."""
    wanted = cell.entry or 0
    if wanted > tape.index(limit):
        raise CellError(
            "explain:entries", name=cell.name, n=tape.iteration, count=tape.index(limit)
        )
    for number, segment in enumerate(tape.segments):
        if wanted <= len(segment.entries) and wanted:
            whole = wanted == segment.total
            return Cursor(number, None if whole else wanted)
        wanted -= len(segment.entries)
    return Cursor(0, 0)


def passes(here: Scope, graded: str) -> Iterable[Scope]:
    """The points at which a number may have been made, the last first; of the gradient on the op
    ``graded``, the one where the last backward that gave it one had run.
    """
    earlier = (here.at(Cursor(n)) for n in range(here.cursor.segment - 1, -1, -1))
    if not graded:
        return chain([here], earlier)
    calls = ((t, t.recorded, t.recorded.call(graded)) for t in chain([here], earlier))
    found = (t for t, run, call in calls if call and run.gradient(call) is not None)
    return [next(found, here)]


def next_to(cursor: Cursor) -> Cursor:
    """The cursor one entry on, inside the same phase."""
    return Cursor(cursor.segment, (cursor.done or 0) + 1)


class TimedNames:
    """Names that tensors have in the scopes ``there``, made unmistakable ``here``.

    A name that means the same tensor here stays as it is. Any other gets the iteration
    (``fc1.weight@2``), or the point of its tape (``fc1.weight@2.40``), at which it does.
    """

    def __init__(self, here: Scope, *there: Scope) -> None:
        first = there[0]
        whole = Scope(first.tape, first.tape.end, first.names, whole=True)
        self._here = here
        self._there = (whole, *there)
        self._known: dict[tuple[str, int], str] = {}

    def __call__(self, name: str, tensor: Tensor | None) -> str:
        key = name, id(tensor)
        if key not in self._known:
            self._known[key] = name if tensor is None else self._timed(name, tensor)
        return self._known[key]

    def _timed(self, name: str, tensor: Tensor) -> str:
        if _means(self._here, name, tensor):
            return name
        for scope in self._there:
            if _means(scope, name, tensor):
                return f"{name}{_time(scope)}"
        return f"{name}{_time(self._there[1])}" if name.endswith(STATES) else name


def _means(scope: Scope, name: str, tensor: Tensor) -> bool:
    """Whether ``name`` is the name of ``tensor`` in a scope."""
    found = scope.meaning(name)
    if found is None:
        return False
    if name.endswith(STATES):  # the tape copies these before each step
        return found.shape == tensor.shape and torch.equal(found, tensor)
    return same(found, tensor)


def _time(scope: Scope) -> str:
    entry = "" if scope.whole else f".{scope.tape.index(scope.cursor)}"
    return f"@{scope.tape.iteration}{entry}"
