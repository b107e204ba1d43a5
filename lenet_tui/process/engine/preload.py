"""What the engine's template does once, so that each engine forked from it has torch at hand.

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


def _look_for_parent(number: int, frame: FrameType | None) -> None:
    if os.getppid() != _PARENT:
        os._exit(0)


with contextlib.suppress(OSError):  # leads its group already
    os.setsid()

# While torch is imported nobody reads the pipe that says that the app has gone.
signal.signal(signal.SIGALRM, _look_for_parent)
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
try:
    import lenet_tui.history.engine.session
    import lenet_tui.training.engine.devices  # noqa: F401
except Exception:  # noqa: BLE001 - the engine meets the same and tells the person
    traceback.print_exc()
finally:
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
gc.freeze()  # a collection in a child need not touch, and so copy, what they share
