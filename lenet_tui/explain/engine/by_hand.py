"""Whether a number is one that a person has set."""

from __future__ import annotations

from lenet_tui.explain.cell_address import Cell
from lenet_tui.explain.engine import result
from lenet_tui.explain.engine.result import Question
from lenet_tui.explain.engine.scope import Scope
from lenet_tui.explain.engine.terms import Note
from lenet_tui.explain.explanation import Explanation
from lenet_tui.history.engine.history import History
from lenet_tui.protocol.moves import Draw, Edit, Move, parse_move
from lenet_tui.protocol.phases import EDIT, FORWARD, STEP, UPDATE
from lenet_tui.tape.engine.entries import EditEntry, OpEntry, UpdateEntry
from lenet_tui.tape.engine.tape import Tape

Edited = tuple[str, str]
"""The edit as text, and the iteration in which it was made."""


def untouched(question: Question, scope: Scope, history: History) -> Explanation | None:
    """A parameter's number that a person has set, or that a forward wrote; ``None``: neither."""
    cell = question.cell
    for _, _, entry in () if scope.whole else scope.tape.backwards(scope.cursor):
        if entry.value_of(cell.tensor) is not None:
            if isinstance(entry, OpEntry):
                why = "wrote", (entry.name,)
                return result.without_arithmetic(question, FORWARD.name, {}, why)
            break
    found = edit_of(cell, scope, history)
    return found and result.untouched(question, EDIT.name, ("by-hand", found), {})


def edit_of(cell: Cell, scope: Scope, history: History) -> Edited | None:
    """The edit that made a parameter's number what it is; ``None``: an update or init did."""
    name, tape = cell.tensor, scope.tape
    here = () if scope.whole else tape.backwards(scope.cursor)
    for segment, _, entry in here:
        if isinstance(entry, UpdateEntry) and entry.name == name:
            return None
        if isinstance(entry, EditEntry) and (entry.name, entry.index) == (name, cell.index):
            return segment.segment.edit, str(tape.iteration)
    for iteration in range(tape.iteration - 1, -1, -1):
        for ran in reversed(history.plan(iteration).segments):
            if ran.kind in (UPDATE, STEP) and ran.how != "skip":
                return None
            move = parse_move(ran.edit) if ran.edit else None
            if not isinstance(move, Edit) or move.next:
                continue
            if (move.name, move.index) == (name, cell.index):
                return ran.edit, str(iteration)
    return None


def given(cell: Cell, tape: Tape) -> Note:
    """What is said of a number of the input or the target: of the data, or set by hand."""
    texts = tape.batch.by_hand if tape.batch else ()
    for text in reversed(texts):
        move = parse_move(text)
        if _made(move, cell):
            return "drawn", (move.brief,)
    return "given", (cell.tensor,)


def _made(move: Move, cell: Cell) -> bool:
    """Whether a move made a number of the input or the target what it is."""
    if isinstance(move, Edit):
        return (move.name, move.index) == (cell.tensor, cell.index)
    if not isinstance(move, Draw) or cell.index[:1] != (move.sample,):
        return False
    return cell.tensor == "input" or (cell.tensor == "target" and move.target is not None)
