"""``lenet-tui export``: a session as a plain PyTorch script that repeats it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.moves_file import moves_of
from lenet_tui.cli.options import CommandError, complain
from lenet_tui.export.request import Export
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.new_file import write_new
from lenet_tui.protocol.options import Options
from lenet_tui.text.notice import notice

FAILED = 1
STDOUT = "-"


def run(args: argparse.Namespace, options: Options) -> int:
    """Run the session and write its script; 0 if it is written."""
    given = vars(args)
    output, force = str(given["output"]), bool(given.get("force"))
    check_output(output, force)
    moves = list(moves_of(given["moves"])) if "moves" in given else []
    with BlockingEngine() as engine:
        engine.start(options)
        for line, move in moves or [("", Run(given.get("iterations", 1)))]:
            engine.make(move, line)
        text = engine.ask(Export(), FAILED)
    write(output, text, force)
    return 0


def check_output(output: str, force: bool) -> None:
    """Raise ``CommandError`` if the script could not be written there, before the training."""
    if output == STDOUT:
        return
    path = Path(output)
    if not output or "\0" in output or path.is_dir():
        raise CommandError("cli:no-file-name", output=output)
    if not path.parent.is_dir():
        raise CommandError("cli:no-folder", output=output, folder=str(path.parent))
    if not force and os.path.lexists(path):
        raise CommandError("cli:exists", output=output)
    if not os.access(path.parent, os.W_OK):
        raise CommandError("cli:read-only", output=output)


def write(output: str, text: str, force: bool) -> None:
    """Write the script, and say where."""
    if output == STDOUT:
        sys.stdout.write(text)
        return
    try:
        write_new(Path(output), text, replace=force)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError("cli:not-written", FAILED, output=output, why=reason) from None
    complain(notice("cli:written", output=output))
