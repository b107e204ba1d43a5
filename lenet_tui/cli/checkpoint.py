"""Checkpoints of the command line: files in the format of saved sessions."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from lenet_tui.cli.options import CommandError, complain
from lenet_tui.process.client import EngineClient
from lenet_tui.protocol.new_file import FileNameError, typed_path, write_new
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.sessions.file_format import SaveError, pieces
from lenet_tui.sessions.recovery_state import Unsaved
from lenet_tui.sessions.store import read
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import notice

FAILED = 1
BESIDE = (
    *("resume", "command", "run", "lang", "ascii", "theme", "model", "epochs", "iterations"),
    *("checkpoint", "force", "format", "verify_resume", "dry_run"),
)
"""What may be given beside ``--resume``: the session brings its own options."""


def checkpoint_path(args: argparse.Namespace) -> Path | None:
    """Where to write; ``CommandError`` if it could not be, before the training."""
    given = vars(args)
    name = given.get("checkpoint")
    if name is None:
        return None
    try:
        path = typed_path(name)
    except FileNameError as error:
        raise CommandError("cli:option", option="checkpoint", error=error.notice) from None
    ours = given.get("resume") is not None and Path(given["resume"]).resolve() == path.resolve()
    if os.path.lexists(path) and not ours and not given.get("force"):
        raise CommandError("cli:exists", output=name)
    return path


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
        return read(path, given.get("model", ""))
    except SaveError as error:
        shown = clean(str(path))
        raise CommandError("cli:not-resumed", path=shown, error=error.notice) from None


def write_checkpoint(client: EngineClient, path: Path) -> None:
    """Write the session, whole or not at all; ``CommandError`` where it cannot be written."""
    try:
        saved = client.saved()
        if saved is None:
            complain(notice("cli:nothing-to-save"))
            return
        write_new(path, *pieces(saved), replace=True)
    except Unsaved as error:
        raise CommandError(error.notice, FAILED) from None
    except OSError as error:
        reason, output = error.strerror or str(error), str(path)
        raise CommandError("cli:not-written", FAILED, output=output, why=reason) from None
