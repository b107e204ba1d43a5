"""``lenet-tui run``: a script as it is, stopped after an update and looked at there.

Until the script has imported torch itself, neither torch nor NumPy is imported: it may set before
what they read.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lenet_tui.around.program import Program
from lenet_tui.around.ranks import rank
from lenet_tui.around.script import Script, module_named, script_at
from lenet_tui.around.stop import Stop, parse_when
from lenet_tui.around.tracebacks import own_frames, shown_without
from lenet_tui.around.waiting import Waiting
from lenet_tui.cli import streams
from lenet_tui.cli.options import USAGE_ERROR, CommandError, complain
from lenet_tui.protocol.options import Options
from lenet_tui.text.notice import Problem, notice

if TYPE_CHECKING:
    from lenet_tui.around.engine.beside import Beside
    from lenet_tui.around.engine.recording import Recording
    from lenet_tui.around.program import Shows


def prepare(args: argparse.Namespace) -> Callable[[], int]:
    """Check what is asked; returns what runs the script, with the streams as they were."""
    given = vars(args)
    words = [*given.get("script", ()), *given.get("words", ())]
    if not words:
        raise CommandError("around:nothing-to-run")
    stop = parse_when(given["when"]) if "when" in given else Stop(at=given.get("at", 1))
    moves = _moves(args) if "moves" in given else None
    tape_mb = given.get("tape_mb", Options().tape_mb)

    def shows(recording: Recording) -> Shows:
        from lenet_tui.cli.run_printed import Printed  # noqa: PLC0415 - with torch
        from lenet_tui.cli.run_shown import Shown  # noqa: PLC0415

        shown = Shown(recording.place, recording.trainer.options, given)
        possible = shown.possible and moves is None
        one = None if shown.elsewhere else rank()
        if possible and one is not None:
            n = recording.tape.iteration
            complain(notice("around:rank", rank=one.number, size=one.size, n=n))
        return shown if possible and one is None else Printed(args, moves)

    def run() -> int:
        script = script_of(given, words)
        if script is None:
            return USAGE_ERROR
        if stop.nan:
            complain(notice("around:every", when=str(stop)))
        waiting = None
        if moves is None and rank() is None and streams.no_screen() is None:
            waiting = Waiting(stop, complain)
        Program(stop, tape_mb, shows, complain, _seen, waiting=waiting).run(script)
        return 0

    return run


def script_of(given: Mapping[str, Any], words: Sequence[str]) -> Script | None:
    """The script or module that the words of the command line name; ``None``: said why not."""
    find = module_named if given.get("module") else script_at
    try:
        return find(words[0], words[1:])
    except Problem as problem:
        complain(problem.notice)
        return None
    except BaseException as error:  # of the package that the module is in
        shown_without(own_frames, error)
        raise


def _seen() -> Beside:
    """Keeps what a check wants to see of the last iteration that was recorded."""
    from lenet_tui.findings.engine.script_check import Seen  # noqa: PLC0415 - with torch

    return Seen()


def _moves(args: argparse.Namespace) -> list[str]:
    """The lines of a file of moves, each of which is one."""
    from lenet_tui.cli.moves_file import MovesFile  # noqa: PLC0415 - seldom needed

    return [line for line, _ in MovesFile(args.moves, args)]
