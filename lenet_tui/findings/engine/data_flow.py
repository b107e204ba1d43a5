"""Where numbers go: from parameters through calls to the loss, whether or not autograd follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.asked_gradients import asked_gradients
from lenet_tui.findings.engine.calls import Call, node_of
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.nodes import edges
from lenet_tui.findings.engine.unfinished import unfinished_root
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.tape.engine.tape import TapeSegment

LEAVES_TORCH = ("item", "tolist", "numpy", "float", "int", "cpu_numpy")
"""Methods that give plain numbers."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A call whose result no longer requires a gradient. ``leaves``: it left torch altogether.

    ``parameters``: the names of those whose numbers go on through it to the loss. ``graph``:
    whether gradients were enabled.
    """

    op: str
    where: str
    line: str
    phase: str
    graph: bool
    parameters: tuple[str, ...]
    leaves: bool = False


class DataFlow:
    """Of an iteration; ``names``: the parameters that it is about.

    ``within``: the backwards that it is about; ``None``: all.
    """

    def __init__(
        self,
        iteration: Iteration,
        names: Iterable[str],
        within: Iterable[TapeSegment] | None = None,
    ) -> None:
        self._iteration, self._calls = iteration, iteration.calls
        parameters = iteration.trainer.parameters
        self._names = list(names)
        self._masks: dict[int, int] = {}
        for number, name in enumerate(self._names):
            at = id(parameters[name])
            self._masks[at] = self._masks.get(at, 0) | 1 << number
        made = {id(t) for call in self._calls for t in call.made}
        for call in self._calls:
            for tensor, _ in call.read:
                if id(tensor) not in made and node_of(tensor) is not None:
                    self._masks.setdefault(id(tensor), self._from_before(tensor))
            mask = self._mask(t for t, _ in call.read)
            if mask:
                for tensor in (*call.made, *(t for t, _ in call.written)):
                    self._masks[id(tensor)] = self._masks.get(id(tensor), 0) | mask
        self._roots = list(_roots(iteration, within))
        self._to_root = self._leading()

    def _from_before(self, tensor: Tensor) -> int:
        """The parameters of which an earlier iteration made a tensor, by the graph behind it."""
        mask = 0
        for _, node in edges(cast("Node", node_of(tensor))):
            mask |= self._masks.get(id(getattr(node, "variable", None)), 0)
        return mask

    def _mask(self, tensors: Iterable[Tensor]) -> int:
        mask = 0
        for tensor in tensors:
            mask |= self._masks.get(id(tensor), 0)
        return mask

    def _cut(self, call: Call, mask: int, leaves: bool = False) -> Cut:
        phase = self._iteration.phase_of(call.entry)
        names, where = self._of(mask), call.where
        if call.entry is None:  # it is no op: the one before it is named
            read = {id(t) for t, _ in call.read}
            before = (c for c in self._calls if any(id(t) in read for t in c.made))
            where = next((c.where for c in before if c.entry is not None), where)
        return Cut(call.name, where, call.line, phase, call.graph, names, leaves)

    def _of(self, mask: int) -> tuple[str, ...]:
        return tuple(name for number, name in enumerate(self._names) if mask >> number & 1)

    def _leading(self) -> set[int]:
        """The ``id`` of each tensor whose numbers go into a root of a backward."""
        found = {id(root) for root in self._roots}
        for call in reversed(self._calls):
            if any(id(t) in found for t in (*call.made, *(t for t, _ in call.written))):
                found |= {id(t) for t, _ in call.read}
        return found

    @property
    def used(self) -> set[str]:
        """The parameters that some call was given."""
        read = 0
        own = {id(t) for call in self._calls for t, _ in call.read} & self._masks.keys()
        for at in own:
            read |= self._masks[at]
        return set(self._of(read))

    @property
    def reaching(self) -> set[str]:
        """The parameters whose numbers go into a root."""
        return set(self._of(self._mask(self._roots)))

    def cuts(self) -> Iterator[Cut]:
        """The first calls where a way to a root ends for autograd; each parameter has one.

        A whole number, such as an action that was drawn, never has a gradient: where it is made is
        the place only of parameters that have no other way to a root.
        """
        left = (1 << len(self._names)) - 1
        for call in sorted(self._calls, key=_makes_whole_numbers):
            made = call.made
            leaves = not made and call.name in LEAVES_TORCH
            # as NumPy's array a tensor is detached first: no op of torch says whether that is a cut
            tensors = (t for t, _ in call.read if t.requires_grad or (leaves and call.graph))
            alive = self._mask(tensors) & left
            if not alive:
                continue
            if leaves:
                away = alive & ~self._mask(self._roots)
                if away:
                    left &= ~away
                    yield self._cut(call, away, leaves=True)
            elif self._ends(call):
                left &= ~alive
                yield self._cut(call, alive)

    def _ends(self, call: Call) -> bool:
        """Whether autograd does not follow what goes on to a root: it begins anew at a leaf that is
        made of numbers.
        """
        read = {id(t) for t, _ in call.read}
        grows = any(t.requires_grad and (not t.is_leaf or id(t) in read) for t in call.made)
        return not grows and any(id(t) in self._to_root for t in call.made)


def _makes_whole_numbers(call: Call) -> bool:
    made = call.made
    return bool(made) and not any(t.is_floating_point() or t.is_complex() for t in made)


def _roots(iteration: Iteration, within: Iterable[TapeSegment] | None) -> Iterator[Tensor]:
    """The tensors from which backwards started."""
    segments = iteration.tape.segments if within is None else within
    nodes = {s.root for s in segments if s.phase is BACKWARD and s.root is not None}
    seen: set[int] = set()
    unfinished = iteration.once(unfinished_root) if within is None else None
    if unfinished is not None:
        seen.add(id(unfinished))
        yield unfinished
    for call in iteration.calls:
        starts = call.made
        if call.name == "backward":
            starts = [t for t, _ in call.read[:1]]
        for tensor in starts:
            begun = call.name == "backward" and within is None
            wanted = begun or node_of(tensor) in nodes
            if wanted and id(tensor) not in seen:
                seen.add(id(tensor))
                yield tensor


def leading(iteration: Iteration) -> set[int]:
    """The ``id`` of each tensor that goes into what a backward starts from, or gradients are
    asked of.
    """
    roots = {s.root for s in iteration.tape.segments if s.root is not None}
    unfinished = iteration.once(unfinished_root)
    found: set[int] = set() if unfinished is None else {id(unfinished)}
    found |= {id(t) for asked in iteration.once(asked_gradients) for t in asked.outputs}
    for call in reversed(iteration.calls):
        if call.name == "backward":
            found |= {id(t) for t, _ in call.read[:1]}
        if any(node_of(t) in roots or id(t) in found for t in call.made):
            found |= {id(t) for t in call.made}
            found |= {id(t) for t, _ in call.read}
    return found
