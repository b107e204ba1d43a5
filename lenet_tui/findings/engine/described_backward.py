"""What a backward was of: its loss, the part of the batch, and by what it was multiplied."""

from __future__ import annotations

from torch import Tensor

from lenet_tui.findings.engine.held_gradients import Backward
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.loss_factor import (
    data_of,
    mean_factor,
    root_of,
    structure,
    takes_part_of,
)
from lenet_tui.findings.engine.losses import producers
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.tape.engine.tape import TapeSegment


def read_at_once(iteration: Iteration, backward: TapeSegment) -> bool:
    """Whether it is the only backward, and an update after it reads all that it gave."""
    phases = [segment.phase for segment in iteration.tape.segments]
    if phases.count(BACKWARD) > 1:
        return False
    after = iteration.tape.segments[phases.index(BACKWARD) :]
    read = {e.name for s in after for e in s.updates if e.grad is not None}
    return all(e.parameter in read for e in backward.nodes if e.parameter)


def of_backward(iteration: Iteration, segment: TapeSegment, *, alone: bool) -> Backward:
    """What a backward was of. ``alone``: it adds up to nothing, so that its loss says nothing."""
    root = None if alone else root_of(iteration.calls, segment.root)
    line = iteration.phase_line(segment)
    if root is None:
        return Backward(iteration.number, line, segment.scale, None, False, ())
    batch: set[int] = set()

    def note(tensor: Tensor) -> Tensor:
        batch.add(id(tensor))
        return tensor

    if iteration.tape.batch is not None:
        iteration.tape.batch.map(note)
    makers = iteration.once(producers)
    own = {id(b) for b in iteration.buffers.values()}
    behind = list(makers.ancestors(root))
    return Backward(
        iteration.number, line, segment.scale, mean_factor(root, makers, segment.scale),
        takes_part_of(behind, batch), structure(behind), data_of(root, makers, own),
    )  # fmt: skip
