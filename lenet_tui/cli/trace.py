"""``lenet-tui trace``: the same engine with no screen, and a transcript of what it does."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.moves_file import session_of
from lenet_tui.cli.options import CommandError, complain, language
from lenet_tui.cli.transcript_jsonl import Jsonl
from lenet_tui.protocol.messages import DoMove, Moved
from lenet_tui.protocol.moves import Forward, Move, Run
from lenet_tui.protocol.options import Options, turn_of
from lenet_tui.protocol.phase_words import phase_noticed
from lenet_tui.text.notice import Notice

if TYPE_CHECKING:
    from lenet_tui.cli.transcript_text import TextPrinter

    Writer = Jsonl | TextPrinter
    """Each form of the transcript."""

PHASE = Forward("phase")
REJECTED = 1
AHEAD = 2
"""Moves the engine may be ahead of what is written."""


def run(args: argparse.Namespace, why: Notice | None = None) -> int:
    """Print the transcript; 0 if all was done, 1 if torch rejected a move.

    ``why``: a line for stderr, once it is known that there will be a transcript.
    """
    given = vars(args)
    if given.get("moves") is not None and given.get("ops"):
        raise CommandError("cli:ops-with-moves")
    writer: Writer = Jsonl() if given.get("format") == "jsonl" else _text(args)
    options, moves = session_of(args)
    if moves is not None:
        return play(options, moves, writer, moves.remark)
    return iterate(options, given.get("iterations", 1), bool(given.get("ops")), writer, why)


def _text(args: argparse.Namespace) -> Writer:
    from lenet_tui.cli.printer import Printer  # noqa: PLC0415 - rich is not for programs
    from lenet_tui.cli.transcript_text import TextPrinter  # noqa: PLC0415
    from lenet_tui.cli.words import words_in  # noqa: PLC0415

    return TextPrinter(Printer(bool(vars(args).get("ascii"))), words_in(language(args)))


def iterate(
    options: Options, iterations: int, ops: bool, writer: Writer, why: Notice | None = None
) -> int:
    """Run ``init`` and so many iterations, phase by phase."""
    with BlockingEngine() as engine:
        options = _begin(engine, options, writer, why)
        writer.init(engine.move(DoMove(0, Run(0), parameters=True)))
        if options.step:
            _iterate_steps(engine, iterations, ops, writer)
            return 0
        total = iterations * len(turn_of(options))
        for number in range(1, total + AHEAD + 1):
            if number <= total:
                engine.send(DoMove(number, PHASE, parameters=True, ops=ops))
            if number <= AHEAD or number - AHEAD > total:
                continue
            moved = engine.answer(Moved)
            _check(moved)
            writer.phase(moved)
    return 0


def _iterate_steps(engine: BlockingEngine, iterations: int, ops: bool, writer: Writer) -> None:
    """Run so many steps of one's own: how many phases each has is known when it has run."""
    done = 0
    while done < iterations:
        moved = engine.move(DoMove(1, PHASE, parameters=True, ops=ops))
        _check(moved)
        writer.phase(moved)
        done += moved.frame.boundary


def _check(moved: Moved) -> None:
    if moved.error:
        at = moved.frame.position
        n, phase, error = at.iteration, phase_noticed(at.phase), moved.error
        raise CommandError("cli:iteration-after", REJECTED, n=n, phase=phase, error=error)


def play(
    options: Options,
    moves: Iterable[tuple[str, Move]],
    writer: Writer,
    remark: Notice | None = None,
) -> int:
    """Make each move as it comes, and write where it leads; ``remark``: a line for stderr."""
    status = 0
    with BlockingEngine() as engine:
        _begin(engine, options, writer, remark)
        for number, (line, move) in enumerate(moves, 1):
            moved = engine.move(DoMove(number, move, parameters=True))
            writer.position(line, moved)
            if moved.frame.divergence:
                complain(moved.frame.divergence)
            if moved.error:
                status = REJECTED
    return status


def _begin(
    engine: BlockingEngine, options: Options, writer: Writer, why: Notice | None = None
) -> Options:
    """Start the session; returns its options as resolved."""
    ready = engine.start(options)
    if why:
        complain(why)
    subscription = writer.begin(ready)
    if subscription:
        engine.send(subscription)
    return ready.options
