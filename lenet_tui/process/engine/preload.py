"""Runs once in the engine's template, so that each engine forked from it has torch imported.

Imported for its effects, by the template before it serves (and by nothing else). It leaves the
terminal first: a process group of its own, so that no key reaches it, and its output in a log.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import traceback
from types import FrameType

from lenet_tui.process.engine.captured_output import Log

LOG = Log()
LOG.redirect()

_PARENT = os.getppid()


def _check_parent(number: int, frame: FrameType | None) -> None:
    if os.getppid() != _PARENT:
        os._exit(0)


with contextlib.suppress(OSError):  # leads its group already
    os.setsid()

# While torch is imported nothing reads the pipe that would show that the app has ended.
signal.signal(signal.SIGALRM, _check_parent)
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
try:
    import lenet_tui.history.engine.session
    import lenet_tui.training.engine.devices  # noqa: F401
except Exception:  # noqa: BLE001 - the engine meets the same and reports it
    traceback.print_exc()
finally:
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
gc.freeze()  # or a collection in a child would touch, and so copy, the shared pages
