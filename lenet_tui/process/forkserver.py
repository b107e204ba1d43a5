"""Starts the engine's process: forked from a template that has torch, or spawned.

This file is light to import (no numpy), so that the template can begin before anything else does.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Iterator
from multiprocessing.context import BaseContext
from pathlib import Path

PRELOAD = "lenet_tui.process.engine.preload"


def start_method() -> BaseContext:
    """Forkserver where forking is safe; on macOS, as on Windows, spawn."""
    known = multiprocessing.get_all_start_methods()
    use = "forkserver" if "forkserver" in known and sys.platform != "darwin" else "spawn"
    return multiprocessing.get_context(use)


def prepare() -> None:
    """Start the template (which imports torch beside us) if it does not run yet.

    This must be done before a Textual app runs: under one, starting a helper of multiprocessing
    fails with ``bad value(s) in fds_to_keep``.
    """
    context = start_method()
    if context.get_start_method() == "forkserver":
        from multiprocessing import forkserver  # noqa: PLC0415 - not on Windows

        context.set_forkserver_preload([PRELOAD])
        with _without_working_directory():
            forkserver.ensure_running()
    elif os.name == "posix":
        from multiprocessing import resource_tracker  # noqa: PLC0415

        resource_tracker.ensure_running()


@contextlib.contextmanager
def _without_working_directory() -> Iterator[None]:
    """Keep the template from importing a ``random.py`` of the working directory.

    ``python -c`` puts the working directory first on the path, so the template starts in another
    one, unless this process itself imports from there. (The engine, which is forked from the
    template, changes to this process's working directory.)
    """
    if _imports_from_here():
        yield
        return
    here = os.open(".", os.O_RDONLY)
    os.chdir("/")
    try:
        yield
    finally:
        os.fchdir(here)
        os.close(here)


def _imports_from_here() -> bool:
    try:
        here = Path.cwd()
    except OSError:  # it has been deleted
        return False
    return any(Path(entry or ".").resolve() == here for entry in sys.path)
