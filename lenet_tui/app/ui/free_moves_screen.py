"""The main screen's moves out of turn: a phase skipped or repeated, a vector, options, a seed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

from lenet_tui.app.ui.report_screen import ReportScreen
from lenet_tui.canvas.drawing import Drawing
from lenet_tui.canvas.request import OpenPicture
from lenet_tui.canvas.ui.screen import CanvasScreen
from lenet_tui.explain.ui.highlights import INPUT, cell_of, editable
from lenet_tui.history.request import MayMake
from lenet_tui.kit.ui.ask import AskScreen
from lenet_tui.kit.ui.confirm import ConfirmScreen
from lenet_tui.kit.ui.pick import Choice, PickScreen
from lenet_tui.protocol.moves import (
    NEXT,
    Do,
    Draw,
    Move,
    MoveError,
    Set,
    Skip,
    Vector,
    parse_move,
    parse_vector,
)
from lenet_tui.protocol.options import parse_value, turn_of
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.stepping.ui.options_dialog import OptionsScreen
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.text.numbers import thousands

M = TypeVar("M", bound=Move)
ANSWERS_AT_ONCE = 1.0
"""Seconds in which an engine that does nothing else has said whether it would make a move."""


class FreeMovesScreen(ReportScreen):
    """The part of the main screen whose moves start a new future where there is an old one."""

    _drawing: Drawing | None = None
    """What was drawn last."""

    def _change_past(self, *moves: Move, first: Callable[[], None] = lambda: None) -> None:
        """Make moves that start a new future; where there is an old one, ask first.

        An option that has the value already is left alone. ``first`` is called before the moves.
        """
        moves = tuple(m for m in moves if not (isinstance(m, Set) and self._is_set(m)))

        def go(_: bool = True) -> None:
            first()
            for move in moves:
                self.move(move)

        if moves and self.frame is not None and self.frame.ahead:
            text = self.words("confirm.future", end=thousands(self.frame.end))
            self.open(ConfirmScreen(text), go)
        else:
            go()

    async def may_make(self, move: M) -> M:
        """The same move; ``Problem`` with what the engine says if it would not make it.

        An engine that has more to do than answer is not waited for: the move will tell.
        """
        return (await self.may_make_all((move,)))[0]

    async def may_make_all(self, moves: tuple[M, ...]) -> tuple[M, ...]:
        """``moves`` in an order in which the engine would make them all; as ``may_make``."""
        if self.is_dead:
            return moves
        try:
            reply = await asyncio.wait_for(self.ask(MayMake(moves)), ANSWERS_AT_ONCE)
        except asyncio.TimeoutError:
            return moves
        if reply.error is not None:
            raise Problem(reply.error)
        return cast("tuple[M, ...]", reply.answer or moves)

    def _is_set(self, move: Set) -> bool:
        """Whether the option has that value at the cursor."""
        present = getattr(self.present_options, move.option.replace("-", "_"))
        return bool(present == move.value)

    def action_skip(self) -> None:
        """Pass the phase that is next in turn without effect."""
        if self.frame:
            self._change_past(Skip(self.frame.next_phase))

    def action_do(self) -> None:
        """Run a phase out of turn, chosen from a list."""
        following = self.frame.next_phase if self.frame else ""
        notes = {following: self.words("do.next")}
        choices = [
            Choice(phase, phase, notes.get(phase, "")) for phase in turn_of(self.present_options)
        ]
        self.open(PickScreen("do", choices), lambda phase: self._change_past(Do(phase)))

    def action_vector(self) -> None:
        """Start a backward from a vector on the output."""
        size = self.frame.outputs if self.frame else 0
        if not size:
            self.notify(self.words("vector.none"), severity="error")
            return
        ask = AskScreen(
            "vector",
            parse=partial(vector_of, size),
            help_text=self.words("vector.help", size=size),
            choices=("random", *(f"onehot {k}" for k in range(min(size, 100)))),
        )
        self.open(ask, lambda vector: self._change_past(Do(BACKWARD.name, vector)))

    def action_options(self) -> None:
        """The options that may change while the session runs."""
        dialog = OptionsScreen(self.present_options, self.may_make_all)
        self.open(dialog, lambda sets: self._change_past(*sets))

    def action_edit_number(self) -> None:
        """Set the number that is explained, or the one under the cursor, by hand."""
        text, frame = self.inspection.cell, self.frame
        names = [p.name for p in self.ready.parameters] if self.ready else []
        cell = cell_of(text)
        if cell is None or frame is None or not editable(text, names):
            self.notify(self.words("edit.none", cell=clean(text)), severity="error")
            return
        upcoming = cell.tensor == INPUT and not frame.inputs
        value, help_text = self.inspection.value, self.words("edit.help", cell=clean(text))
        ask = AskScreen(
            "edit",
            parse=lambda typed: parse_move(f"edit {NEXT * upcoming} {text} {typed}"),
            value="" if value is None else f"{value:.9g}",
            help_text=help_text,
            check=self.may_make,
        )
        self.open(ask, self._change_past)

    def action_draw(self) -> None:
        """Draw the next input on the canvas."""
        self.run_worker(self._open_canvas())

    async def _open_canvas(self) -> None:
        sample = self.body.sample
        reply = await self.ask(OpenPicture(sample=sample))
        frame = self.frame
        if reply.answer is None or frame is None:
            said = clean(self.words.say(reply.error)) if reply.error else ""
            self.notify(said, severity="error")
            return
        canvas = CanvasScreen(self, reply.answer, self._drawing, sample, frame.position)
        self._drawing = canvas.drawing

        def take(move: Draw | None) -> None:
            if move is not None:
                self._change_past(move)

        self.app.push_screen(canvas, take)

    def action_reset(self) -> None:
        """Start again from init with a seed."""
        ask = AskScreen(
            "reset",
            parse=partial(parse_value, "seed"),
            value=str(self.present_options.seed),
            help_text=self.words("reset.help"),
        )
        self.open(ask, lambda seed: self.move(Set("seed", seed)))


def vector_of(size: int, text: str) -> Vector:
    """The vector that ``text`` means on an output of ``size`` numbers; else ``MoveError``."""
    vector = parse_vector(text)
    if vector.kind == "onehot" and vector.onehot >= size:
        raise MoveError("protocol:onehot-outside", k=vector.onehot, last=size - 1)
    if vector.kind == "values" and len(vector.values) != size:
        raise MoveError("protocol:vector-length", count=len(vector.values), size=size)
    return vector
