"""A prediction and a target that meet with shapes that broadcast, wherever in a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from lenet_tui.findings.engine.calls import Call, node_of
from lenet_tui.findings.engine.data_flow import leading
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.loss import finding, shapes
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.losses import LOOKS_ON, producers
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import FORWARD, LOSS, OTHER

CONTRACTS = ("matmul", "mm", "bmm", "einsum", "linear", "outer", "ger", "cdist", "bilinear",
             "tensordot", "kron", "addmm", "baddbmm", "scaled_dot_product_attention")  # fmt: skip
"""Functions that make an axis of another tensor on purpose."""
WIDENS = ("unsqueeze", "getitem", "view", "reshape", "expand", "unflatten", "expand_as")
"""Functions by which a prediction is made to meet every target on purpose, within a loss."""

FROM_OUTSIDE = ("tensor", "as_tensor", "from_numpy")
"""Functions that make a tensor of numbers that torch has not computed."""


class BroadcastDetector(Detector):
    """Looks at each op of a loss that is written out, on the way to a backward.

    One of its operands depends on a parameter; another comes from the data and requires no
    gradient. Both have as many samples, the one has an axis more than the other, and the result is
    larger than each: every prediction meets every target.
    """

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        makers = iteration.once(producers)
        for call in filter(_widens, iteration.calls):
            pair = next(_met(call, iteration.once(_of_the_data)), None)
            if pair is None or iteration.once(leading).isdisjoint(map(id, call.made)):
                continue
            phase = iteration.phase_of(call.entry)
            if phase not in (LOSS.name, OTHER.name) and not _in_model(iteration, phase, *pair):
                continue
            made, target = pair
            source = makers.of(made)
            if source is not None and source.name in WIDENS and made.dim() > 1:
                before = source.read[0][0] if source.read else made
                if before.dim() < made.dim() and iteration.phase_of(source.entry) == phase:
                    continue
            yield finding(iteration, call, "loss-broadcast", shapes(made, target, call.made[0]))
            return  # what follows in the formula has the same cause


def _in_model(iteration: Iteration, phase: str, made: Tensor, target: Tensor) -> bool:
    """Whether a model that computes its loss itself has a number (N, 1) and a target (N)."""
    returned = [s.output for s in iteration.tape.segments if s.phase is FORWARD]
    alone = bool(returned) and all(op is None or op.tensor.numel() == 1 for op in returned)
    return phase == FORWARD.name and alone and {made.dim(), target.dim()} == {1, 2}


def _widens(call: Call) -> bool:
    """Whether an op that gradients go through made more numbers than each operand has."""
    if call.name in CONTRACTS or len(call.made) != 1 or len(call.read) < 2:
        return False
    result = call.made[0]
    return result.requires_grad and result.numel() > max(t.numel() for t, _ in call.read)


def _met(call: Call, given: set[int]) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields a prediction and a target that such an op has broadcast against each other."""
    result, operands = call.made[0], [t for t, _ in call.read]
    try:
        together = torch.broadcast_shapes(*[t.shape for t in operands])  # type: ignore[no-untyped-call]
    except RuntimeError:
        return
    if together != result.shape:
        return
    for made in operands:
        for target in operands:
            if node_of(made) is None or target.requires_grad or id(target) not in given:
                continue
            samples = made.dim() and target.dim() and made.shape[0] == target.shape[0] > 1
            if samples and made.dim() != target.dim():
                yield made, target


def _of_the_data(iteration: Iteration) -> set[int]:
    """The ``id`` of each tensor of the data, and of what was computed from one for each element.

    The data is the batch, and what the step reads that it neither makes nor trains: a script's
    labels never enter its model. What sums a tensor up is another quantity than a label.
    """
    trainer = iteration.trainer
    own = {*trainer.names, *(id(b) for b in iteration.buffers.values())}
    own |= {id(t) for c in iteration.calls for t in c.made}
    read = {id(t): t for call in iteration.calls for t, _ in call.read}
    found = {at for at, t in read.items() if at not in own and not t.requires_grad}

    def note(tensor: Tensor) -> Tensor:
        found.add(id(tensor))
        return tensor

    if iteration.tape.batch is not None:
        iteration.tape.batch.map(note)
    for call in iteration.calls:
        sizes = [t.numel() for t, _ in call.read if id(t) in found]
        if sizes or call.name in FROM_OUTSIDE:
            looks_on, least = call.name in LOOKS_ON, max(sizes, default=0)
            found |= {
                id(t) for t in call.made if not t.requires_grad and (looks_on or t.numel() >= least)
            }
    return found
