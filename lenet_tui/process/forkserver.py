"""How the engine's process is started: forked from a template that has torch, or spawned.

Light to import (no numpy), so that the template can begin before anything else does.
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
    """Forkserver where forking is safe; on macOS system libraries forbid it: spawn, as Windows."""
    known = multiprocessing.get_all_start_methods()
    use = "forkserver" if "forkserver" in known and sys.platform != "darwin" else "spawn"
    return multiprocessing.get_context(use)


def prepare() -> None:
    """Start the template (which imports torch while we go on) if it does not run yet.

    Needed before a Textual app runs: under one, starting a helper of multiprocessing fails with
    ``bad value(s) in fds_to_keep``.
    """
    context = start_method()
    if context.get_start_method() == "forkserver":
        from multiprocessing import forkserver  # noqa: PLC0415 - not on Windows

        context.set_forkserver_preload([PRELOAD])
        with _no_strangers():
            forkserver.ensure_running()
    elif os.name == "posix":
        from multiprocessing import resource_tracker  # noqa: PLC0415

        resource_tracker.ensure_running()


@contextlib.contextmanager
def _no_strangers() -> Iterator[None]:
    """Keep a ``random.py`` in the working directory out of the template, as it is kept out of us.

    ``python -c`` puts the working directory first on the path, so it starts in another one, unless
    we ourselves import from there. (The engine itself works where we do: its fork sees to that.)
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
