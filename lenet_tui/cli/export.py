"""``lenet-tui export``: a session as a plain PyTorch script that repeats it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.moves_file import session_of
from lenet_tui.cli.options import CommandError, complain
from lenet_tui.cli.train_files import weights_path, write_weights
from lenet_tui.export.request import Export
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.new_file import FileNameError, typed_path, write_new
from lenet_tui.text.notice import notice

FAILED = 1
STDOUT = "-"


def run(args: argparse.Namespace) -> int:
    """Run the session and write its script; 0 if it is written."""
    given = vars(args)
    output, force = given.get("output"), bool(given.get("force"))
    weights = weights_path(args)
    if output is None and weights is None:
        raise CommandError("cli:nothing-to-export")
    path = None if output in (None, STDOUT) else output_path(output, force)
    options, read = session_of(args)
    moves = list(read or ())
    if read is not None and read.remark:
        complain(read.remark)
    with BlockingEngine() as engine:
        engine.start(options)
        for line, move in moves or [("", Run(given.get("iterations", 1)))]:
            engine.make(move, line)
        text = engine.ask(Export(), FAILED) if output is not None else ""
        if weights is not None:
            write_weights(engine, weights)
    if path is None:
        sys.stdout.write(text)
    else:
        write(path, text, force)
    return 0


def output_path(output: str, force: bool) -> Path:
    """The script's path; ``CommandError`` if it could not be written there, before the training."""
    try:
        path = typed_path(output)
    except FileNameError as error:
        raise CommandError("cli:option", option="output", error=error.notice) from None
    if not force and os.path.lexists(path):
        raise CommandError("cli:exists", output=output)
    return path


def write(path: Path, text: str, force: bool) -> None:
    """Write the script, and say where."""
    output = str(path)
    try:
        write_new(path, text, replace=force)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandError("cli:not-written", FAILED, output=output, why=reason) from None
    complain(notice("cli:written", output=output))
