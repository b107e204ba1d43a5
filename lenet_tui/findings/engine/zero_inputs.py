"""Layers whose input is 0 everywhere, so that their weights have no gradient but zeros."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor

from lenet_tui.findings.engine.deaths import nonzero
from lenet_tui.findings.engine.detectors.registration import giver
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.gates import WEIGHTED
from lenet_tui.findings.engine.numbers.producers import Producers
from lenet_tui.tape.engine.entries import NodeEntry
from lenet_tui.tape.engine.tape import TapeSegment


@dataclass(frozen=True, slots=True)
class Fed:
    """A layer that was given zeros. ``made_by``: the op that made them; empty: none did."""

    layer: str
    line: str
    made_by: str


def zero_inputs(
    iteration: Iteration, segment: TapeSegment, leaves: Iterable[NodeEntry]
) -> dict[str, Fed]:
    """The layers of those weights that were given zeros alone, by the weights' names."""
    ops = [op for _, op in iteration.ops()]
    by_name, found = {op.name: op for op in ops}, {}
    producers = Producers(ops)
    for leaf in leaves:
        weight = iteration.trainer.parameters[leaf.parameter]
        if weight.dim() < 2:
            continue
        above = giver(iteration, segment, leaf)
        op = by_name.get(above.name) if above is not None else None
        if op is None or not op.op.startswith(WEIGHTED) or not op.args:
            continue
        given = op.args[0]
        if not isinstance(given, Tensor) or not given.numel() or nonzero(given.detach()):
            continue
        if any(a is weight for a in (*op.args, *op.kwargs.values())):
            made = producers.of(op, 0, 0, given)
            found[leaf.parameter] = Fed(op.name, iteration.line(op), made.name if made else "")
    return found
