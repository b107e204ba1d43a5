"""What depends on what: the receptive field of an activation, and what an element reaches."""

from __future__ import annotations

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Box, union, whole
from lenet_tui.explain.engine.recorded_pass import RecordedPass
from lenet_tui.explain.engine.registry import rule_for
from lenet_tui.explain.engine.terms import Index, NoArithmetic

Regions = dict[str, Box]
"""A region of each tensor, by its name."""


def receptive_field(recorded: RecordedPass, call: Call, index: Index) -> Regions:
    """The smallest regions of everything before an op, down to ``input``, that hold all that its
    output at ``index`` depends on. For an op that is not known, all of its operands.
    """
    regions: Regions = {call.name: at(index)}
    until = next((n for n, c in enumerate(recorded.calls) if c is call), -1)
    for op in reversed(recorded.calls[: until + 1]):
        if op.name in regions:
            for name, box in _back(op, regions[op.name]).items():
                source = op.source(name)
                if source.entry is not None or source.name == "input":
                    regions[source.name] = union(regions.get(source.name), box)
    del regions[call.name]
    return regions


def reach(recorded: RecordedPass, name: str, index: Index) -> Regions:
    """The smallest regions of everything after a tensor that hold all that depends on its
    element at ``index``.
    """
    regions: Regions = {name: at(index)}
    for op in recorded.calls:
        for argument, source in op.tensors():
            if source.name in regions and source.name != op.name:
                box = _ahead(op, argument, regions[source.name])
                if box is not None:
                    regions[op.name] = union(regions.get(op.name), box)
    del regions[name]
    return regions


def at(index: Index) -> Box:
    """The region of one element."""
    return tuple((i, i) for i in index)


def _back(call: Call, box: Box) -> Regions:
    try:
        return rule_for(call).back(call, box)
    except NoArithmetic:
        return {name: whole(source.shape) for name, source in call.tensors()}


def _ahead(call: Call, argument: str, box: Box) -> Box | None:
    try:
        return rule_for(call).ahead(call, argument, box)
    except NoArithmetic:
        return whole(tuple(call.entry.tensor.shape))
