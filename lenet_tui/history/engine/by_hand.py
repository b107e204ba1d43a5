"""What a person sets by hand: a number of a parameter or of the input, or a picture they drew."""

from __future__ import annotations

import math

from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.iteration_plan import Segment
from lenet_tui.protocol.moves import Draw, Edit
from lenet_tui.protocol.phases import EDIT
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.tape import Cursor, Tape
from lenet_tui.text.notice import Notice, notice
from lenet_tui.text.numbers import index_text
from lenet_tui.training.engine import by_hand, dataset
from lenet_tui.training.engine.batch import Batch

INPUT = "input"


def make(navigator: Navigator, move: Edit | Draw) -> None:
    """Make the move, between two phases; ``MoveRejected`` says why it cannot be made."""
    if navigator.own_step:
        raise MoveRejected("history:edit-own-step")
    if isinstance(move, Draw):
        _draw(navigator, move)
    elif move.name in navigator.trainer.parameters and not move.next:
        _edit_parameter(navigator, move)
    elif move.name != INPUT:
        raise MoveRejected("history:no-such-number", name=move.name)
    elif move.next:
        by_hand.edited(_upcoming(navigator), move)
        _do(navigator, move)
    else:
        _edit_present(navigator, move)


def check(navigator: Navigator, move: Edit) -> None:
    """Raise where a parameter's number cannot be set so; an input's is seen when it is made."""
    if move.name in navigator.trainer.parameters and not move.next:
        by_hand.check(move.name, navigator.trainer.parameters[move.name], move)
        if backward_to_come(navigator.tape, navigator.cursor):
            raise MoveRejected("history:backward-to-come", name=move.name)


def remark(move: Edit | Draw) -> Notice | None:
    """What is to be said: that a drawing waits, or that a number is none."""
    if isinstance(move, Draw):
        if move.target is None:
            return notice("history:drawing-waits")
        return notice("history:drawing-waits-as", target=move.target)
    if math.isfinite(move.value):
        return None
    cell = f"{move.name}{index_text(move.index)}"
    return notice("history:not-a-number-now", cell=cell, value=str(move.value))


def _do(navigator: Navigator, move: Edit | Draw) -> None:
    navigator.do(Segment(EDIT.name, "do", edit=str(move)))


def _upcoming(navigator: Navigator) -> Batch:
    """The batch that the next iteration after the cursor takes."""
    navigator.make_live()
    batch = navigator.trainer.upcoming()
    if batch is None:
        raise MoveRejected("history:no-batch-yet")
    return batch


def _draw(navigator: Navigator, move: Draw) -> None:
    by_hand.drawn(_upcoming(navigator), move)
    known = navigator.tape.outputs(navigator.cursor) or dataset.classes(navigator.options)
    if known and move.target is not None and move.target >= known:
        raise MoveRejected("history:no-class", target=move.target, last=known - 1)
    _do(navigator, move)


def _edit_parameter(navigator: Navigator, move: Edit) -> None:
    check(navigator, move)
    _do(navigator, move)


def backward_to_come(tape: Tape, cursor: Cursor) -> bool:
    """Whether a graph is there that a backward may still go through."""
    if tape.forward(cursor) is not None:
        return tape.backward(cursor) is None
    return tape.base.forward is not None and not tape.base.freed


def _edit_present(navigator: Navigator, move: Edit) -> None:
    """Change the input that the iteration has taken: it is run again up to the cursor."""
    batch = navigator.tape.batch
    if batch is None or navigator.tape.forward(navigator.cursor) is None:
        raise MoveRejected("history:no-input-yet")
    by_hand.edited(batch, move)
    navigator.diverge()
    iteration, cursor, plan = navigator.iteration, navigator.cursor, navigator.plan
    navigator.end_of(iteration - 1)
    _do(navigator, Edit(move.name, move.index, move.value, next=True))
    navigator.history.plans[iteration] = plan
    navigator.history.reached(iteration, cursor)
    navigator.rebuild(iteration, cursor)
