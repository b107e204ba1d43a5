"""The frame, of which the screen is a function, and the plain values in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, overload

from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.fast_pickle import pickled_by_call
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import LOSS, TURN
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.views import View
from lenet_tui.text.notice import Notice

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SHA256_DIGITS = 64
Shape = tuple[int, ...]
Named = tuple[tuple[str, Any], ...]
"""Numbers by name: of each name an array, or a list."""
Argument = int | float | str | tuple[float, ...] | list[float]
"""What an op was called with: a number, some numbers, or anything else as text."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device by torch's name. ``problem``: why it cannot be used here.

    ``free`` and ``total``: bytes of memory, where they are known.
    """

    name: str
    title: str
    free: int | None = None
    total: int | None = None
    problem: Notice | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter tensor of the model: its name, shape and dtype.

    ``also``: its other names, where modules share it. ``trained``: it requires a gradient.
    ``grouped``: the optimizer has it in one of its groups.
    """

    name: str
    shape: Shape
    dtype: str
    also: tuple[str, ...] = ()
    trained: bool = True
    grouped: bool = True


@pickled_by_call
@dataclass(frozen=True, slots=True)
class OpRow:
    """One op of the forward, for the layers pane.

    ``name`` and ``op`` as in ``conv1 · conv2d``. ``shapes``: of its inputs; ``shape``: of its
    output, ``None`` until the forward reaches it. ``arguments``: (name, value) of what else the op
    was called with, an empty name where torch gives none; ``short``: the same in a few characters,
    ``5×5``. ``parameters``: names of the parameters it reads. ``count``: their number of elements.
    ``module``: the path of the module whose ``forward`` called it; empty: the model's own.
    """

    name: str
    op: str
    shapes: tuple[Shape, ...] | None
    shape: Shape | None
    arguments: tuple[tuple[str, Argument], ...]
    parameters: tuple[str, ...]
    count: int
    short: str = ""
    module: str = ""


@pickled_by_call
@dataclass(frozen=True, slots=True)
class OpRows(Sequence[OpRow]):
    """The ops of a forward, of which the cursor has passed ``reached``.

    As a sequence it gives each op as it is known at the cursor: without shapes if it lies ahead.
    ``number``: of the list ``ops``; another list has another number. The engine sends a list once
    (``SentRows``), so that a step's frame is small whatever the number of ops.
    """

    number: int = field(default=0, compare=False)
    ops: tuple[OpRow, ...] = ()
    reached: int = 0

    def __len__(self) -> int:
        return len(self.ops)

    @overload
    def __getitem__(self, place: int) -> OpRow: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[OpRow, ...]: ...
    def __getitem__(self, place: int | slice) -> OpRow | tuple[OpRow, ...]:
        if isinstance(place, slice):
            return tuple(self[n] for n in range(*place.indices(len(self.ops))))
        place = range(len(self.ops))[place]
        return self.ops[place] if place < self.reached else _ahead(self.ops[place])

    def __iter__(self) -> Iterator[OpRow]:
        yield from self.ops[: self.reached]
        yield from map(_ahead, self.ops[self.reached :])

    def named(self, name: str) -> OpRow | None:
        """The op of that name, as it is known at the cursor."""
        place = next((n for n, row in enumerate(self.ops) if row.name == name), None)
        return None if place is None else self[place]


def _ahead(row: OpRow) -> OpRow:
    return replace(row, shapes=None, shape=None)


@pickled_by_call
@dataclass(frozen=True, slots=True)
class SegmentState:
    """One phase of the present iteration that the cursor has entered or passed.

    ``done`` of ``total`` ops; ``seconds``: how long torch took, all of it (``None``: it was run
    without being timed). ``line``: of the file of a step of one's own. ``edit``: what was set by
    hand, as a statement. ``loss``: the name of the one that it computes or starts from, if the step
    has several.
    """

    phase: str
    how: str
    vector: str
    done: int
    total: int
    seconds: float | None
    line: int = 0
    edit: str = ""
    loss: str = ""


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Entry:
    """The tape's entry that the cursor passed last, to be shown.

    ``shapes``: of what it produced (``None``: no gradient there). ``numbers``: what it computed
    beside tensors, by name. ``line``: of the file of the model's class, where it was called.
    """

    phase: str
    name: str
    op: str
    shapes: tuple[Shape | None, ...]
    numbers: tuple[tuple[str, float], ...] = ()
    line: int = 0


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Failure:
    """An op at which the owner's code, or torch in it, raised an exception.

    ``done``: the ops of the phase before it. ``op``: what was called, with tensors of ``shapes``
    and ``dtypes``. ``line``: of the owner's file. ``traceback``: the lines of their frames.
    """

    iteration: int
    phase: str
    done: int
    op: str
    shapes: tuple[Shape, ...]
    dtypes: tuple[str, ...]
    line: int
    traceback: tuple[str, ...]


@pickled_by_call
@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node of the autograd graph. ``next``: numbers of the nodes it hands gradients to.

    ``name``: the forward op it came from, or the parameter at a leaf. ``order``: when it runs (from
    1) in the backward on the tape, 0: in none. ``gradients``: shapes of what it produces there.
    """

    number: int
    op: str
    name: str
    parameter: bool
    next: tuple[int, ...]
    order: int
    gradients: tuple[Shape | None, ...]


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Graph:
    """The graph that the last forward built. ``root``: the node of the loss or the output.

    The cursor has passed the nodes whose ``order`` is within ``reached``. ``number``: of the list
    ``nodes``, which crosses a pipe once (``SentRows``); 0: it crosses with each frame.
    """

    root: int
    alive: bool
    nodes: tuple[GraphNode, ...]
    current: int = -1
    vector: str = ""
    reached: int = 1 << 30
    number: int = field(default=0, compare=False)

    def ran(self, node: GraphNode) -> bool:
        """Whether the cursor has passed it."""
        return 0 < node.order <= self.reached


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Norms:
    """Over all parameters. ``gradient``: √Σ‖.grad‖². ``ratio``: how long the updates of this
    iteration are, over the weights before them. ``None``: there is none.
    """

    gradient: float | None
    ratio: float | None


@pickled_by_call
@dataclass(frozen=True, slots=True)
class Samples:
    """What is said of the images of a data set. ``padding``: what 28×28 are padded with, to 32×32;
    ``None``: they are not. ``names``: of the classes; empty where they are numbers. ``augmented``:
    whether the batch was changed at random.
    """

    padding: float | None = None
    names: tuple[str, ...] = ()
    augmented: bool = False

    def of_class(self, number: int) -> str:
        """A class as it is shown: its number and, if it has one, its name."""
        return f"{number} {self.names[number]}" if number < len(self.names) else f"{number}"


@pickled_by_call
@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """All that the screen is a function of.

    ``segments``: of the present iteration, up to the cursor. ``next_phase``: next in turn.
    ``rows``: the ops of the forward. ``losses``: from iteration ``losses_from`` on, those that the
    screen may not have yet. ``end``: the last iteration recorded; ``ahead``: whether history goes
    on after the cursor. ``accumulated``: how many backwards the gradients hold since they were
    ``None``. ``outputs``: numbers in a row of the last output (0: there is none);
    ``output_shape``: of this iteration's, ``None`` before the forward is through;
    ``inputs``: names and shapes of the tensors that went into it; empty before it.
    ``upcoming``: the recorded phases to come of a step of one's own; ``None``: it is none.
    ``failure``: where the last forward of this iteration or the next one failed. ``samples``:
    of the batch that went into the forward, before it of the next one; ``None`` for data that are
    no images of a file.
    ``evaluation``: the last one up to the cursor. ``right``: of how many samples of the batch the
    largest output is that of their class, and how many there are. ``epochs``: how often the data
    have been gone through, the present batch counted; ``None``: they have no end.
    ``held_out``: whether there are data to evaluate the model on. ``lr``: of the iteration, where a
    schedule changes it. ``norms``: only if they are asked for.
    ``by_hand``: what a person has made of that batch: ``draw`` or ``edit``, and of which sample.
    ``digest``: of parameters and gradients, at a pause: of small ones SHA-256, of 64 digits, else a
    quick one of fewer. ``divergence``: how a replay differed from the recording.
    ``tape_dropped``: how many ops of this iteration have let go of their tensors; if any has, the
    others hold ``tape_bytes``. ``recomputed``: it was run again for some.
    """

    position: Position
    segments: tuple[SegmentState, ...]
    next_phase: str
    options: Options
    rows: OpRows
    entry: Entry | None
    loss: float | None
    losses_from: int
    losses: npt.NDArray[np.float64]
    end: int
    ahead: bool
    history_bytes: int
    watches: tuple[tuple[int, str, float | None, bool], ...] = ()
    views: tuple[View, ...] = ()
    graph: Graph | None = None
    accumulated: int = 0
    outputs: int = 0
    output_shape: Shape | None = None
    inputs: tuple[tuple[str, Shape], ...] = ()
    digest: str = ""
    divergence: Notice | None = None
    running: bool = False
    upcoming: tuple[str, ...] | None = None
    failure: Failure | None = None
    evaluation: Evaluation | None = None
    right: tuple[int, int] | None = None
    epochs: float | None = None
    held_out: bool = False
    norms: Norms | None = None
    lr: float | None = None
    tape_bytes: int = 0
    tape_dropped: int = 0
    recomputed: bool = False
    samples: Samples | None = None
    by_hand: tuple[tuple[str, int], ...] = ()
    looked_at: bool = False
    """Whether it is the record of what a script did, which cannot be run again from here."""
    kept: str = ""
    """Of such a record, the iterations that can be gone to: ``3, 5–7``."""
    over: bool = False
    """Whether nothing comes after it, as the script has ended."""
    named: Named = ()
    """Of a step that has several losses, each by name: as many numbers as ``losses``, NaN where it
    was not computed."""

    @property
    def failed_here(self) -> bool:
        """Whether the cursor is after the last op before an exception."""
        here, failure = self.position, self.failure
        if failure is None or here.op is None or failure.iteration != here.iteration:
            return False
        return (
            bool(self.segments) and here.op == self.segments[-1].done == self.segments[-1].total - 1
        )

    @property
    def boundary(self) -> bool:
        """Whether the cursor is between two iterations (or after init)."""
        ended = not self.upcoming if self.upcoming is not None else self.next_phase == TURN[0]
        return self.position.op is None and ended


def printed_digest(frame: Frame) -> str:
    """The digest that an exported script prints here, ``STATE``; empty: it is not known.

    Where parameters are many, SHA-256 of them all would take longer than a step.
    """
    return frame.digest if len(frame.digest) == SHA256_DIGITS else ""


def has_loss(frame: Frame) -> bool:
    """Whether the loss of the present iteration has been computed at the cursor."""
    losses = (s for s in frame.segments if s.phase == LOSS.name and s.how != "skip")
    return any(s.done or not s.total for s in losses)  # one that the model returned has no ops
