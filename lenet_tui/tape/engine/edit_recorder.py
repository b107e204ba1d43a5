"""Does what a person asked for by hand, between two phases, and writes it on the tape."""

from __future__ import annotations

from torch import Tensor

from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.moves import Edit, parse_move
from lenet_tui.protocol.phases import EDIT
from lenet_tui.tape.engine.entries import EditEntry
from lenet_tui.tape.engine.tape import Tape, TapeSegment
from lenet_tui.training.engine.by_hand import check
from lenet_tui.training.engine.trainer import Trainer


def run_edit(
    segment: Segment, trainer: Trainer, tape: Tape, edited: dict[str, Tensor]
) -> TapeSegment:
    """Set a number of a parameter now; or have the next batch that is taken be changed.

    It is ``p.data[index] = value``: the graph of a forward does not notice it. ``edited``: gets the
    parameter's new value by its name.
    """
    move = parse_move(segment.edit)
    if isinstance(move, Edit) and not move.next and move.name in trainer.parameters:
        p = trainer.parameters[move.name]
        check(move.name, p, move)
        before = tape.value(tape.end, move.name)
        p.data[move.index] = move.value
        after = edited[move.name] = p.detach().clone()
        module = move.name.rpartition(".")[0]
        entry = EditEntry(move.name, EDIT.name, module, before, after, move.index)
    else:
        trainer.data.changes += (str(move),)
        entry = EditEntry("input", move.verb, "")
    return TapeSegment(segment, 1, [entry])
