"""The files that ``train`` begins with and that it writes: checked before anything is trained."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import CommandError, complain
from lenet_tui.protocol.new_file import FileNameError, typed_path, write_new
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import MOST_BYTES, SaveError
from lenet_tui.sessions.store import read
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import notice
from lenet_tui.training.request import Weights

FAILED = 1
BESIDE = (
    *("resume", "command", "run", "lang", "ascii", "theme", "model", "epochs", "iterations"),
    *("checkpoint", "checkpoint_every", "force", "format", "verify_resume", "dry_run"),
    "save_weights",
)
"""What may be given beside ``--resume``: the session brings its own options."""


def checkpoint_path(args: argparse.Namespace) -> Path | None:
    """Where to write; ``CommandError`` if it could not be, before the training."""
    given = vars(args)
    path = _new_path("checkpoint", given.get("checkpoint"))
    if path is None:
        return None
    ours = given.get("resume") is not None and Path(given["resume"]).resolve() == path.resolve()
    if os.path.lexists(path) and not ours and not given.get("force"):
        raise CommandError("cli:exists", output=str(path))
    return path


def weights_path(args: argparse.Namespace) -> Path | None:
    """Where to write the weights; ``CommandError`` if it could not be, before the training."""
    path = _new_path("save-weights", vars(args).get("save_weights"))
    if path is not None and os.path.lexists(path) and not vars(args).get("force"):
        raise CommandError("cli:exists", output=str(path))
    return path


def _new_path(option: str, name: str | None) -> Path | None:
    try:
        return None if name is None else typed_path(name)
    except FileNameError as error:
        raise CommandError("cli:option", option=option, error=error.notice) from None


def write_weights(engine: BlockingEngine, path: Path) -> None:
    """Write the weights at the cursor, whole or not at all."""
    content = engine.ask(Weights(path.name), FAILED)
    try:
        write_new(path, content, replace=True)
    except OSError as error:
        reason, output = error.strerror or str(error), str(path)
        raise CommandError("cli:not-written", FAILED, output=output, why=reason) from None
    complain(notice("cli:weights-written", output=clean(str(path))))


def opened(args: argparse.Namespace) -> SavedSession | None:
    """The session that ``--resume`` names; ``CommandError`` for a file that is none."""
    given = vars(args)
    if given.get("resume") is None:
        return None
    for name in given:
        if name not in BESIDE:
            raise CommandError("cli:resume-brings", option=name.replace("_", "-"))
    path = Path(given["resume"])
    try:
        return read(path, given.get("model", ""), MOST_BYTES)
    except SaveError as error:
        shown = clean(str(path))
        raise CommandError("cli:not-resumed", path=shown, error=error.notice) from None
