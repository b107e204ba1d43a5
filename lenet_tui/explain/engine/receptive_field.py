"""What depends on what: the receptive field of an activation, and what an element reaches."""

from __future__ import annotations

from lenet_tui.explain.engine.links import Box, Connection, union, whole
from lenet_tui.explain.engine.op_rule import Call, asked
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
    until = next((n for n, c in enumerate(recorded.calls) if c.entry is call.entry), -1)
    for op in reversed(recorded.calls[: until + 1]):
        for part in (p for p in op.parts() if p.name in regions):
            for argument, source in op.tensors():
                if source.entry is not None or source.name == "input":
                    link = _connection(part, argument)
                    box = link.back(regions[part.name]) if link else whole(source.shape)
                    if box is not None:
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
                for part in op.parts():
                    link, shape = _connection(part, argument), tuple(part.tensor.shape)
                    box = link.ahead(regions[source.name]) if link else whole(shape)
                    if box is not None:
                        regions[part.name] = union(regions.get(part.name), box)
    del regions[name]
    return regions


def at(index: Index) -> Box:
    """The region of one element."""
    return tuple((i, i) for i in index)


def _connection(call: Call, argument: str) -> Connection | None:
    """What depends on what; ``None``: any element may depend on every one."""
    try:
        with asked(call.op):
            return rule_for(call).connect(call, argument)
    except NoArithmetic:
        return None
