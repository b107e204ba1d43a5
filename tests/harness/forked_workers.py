"""Workers of pytest-xdist forked from ``torch_template``: they need not import torch once more."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from tests.harness.torch_template_client import ask, runs


def fork_workers() -> None:
    """Have the workers that this process starts be forked, or started as ever where none can be."""
    from execnet import gateway_io  # noqa: PLC0415 - only where there are workers

    plain: Any = gateway_io.Popen2IOMaster

    class Forked(plain):  # type: ignore[misc]
        """What a worker is spoken to by."""

        def __init__(self, args: list[str], execmodel: Any) -> None:
            given, heard = os.pipe(), os.pipe()
            theirs = [given[0], heard[1]]
            try:
                self.popen = _Worker(ask(args[-1], theirs, numbers=(0, 1)))
            except OSError:
                for fd in (*given, *heard):
                    os.close(fd)
                plain.__init__(self, args, execmodel)
                return
            for fd in theirs:
                os.close(fd)
            streams = os.fdopen(given[1], "wb", 0), os.fdopen(heard[0], "rb")
            super(plain, self).__init__(*streams, execmodel=execmodel)

    gateway_io.Popen2IOMaster = Forked  # type: ignore[misc]


class _Worker:
    """As much of a ``Popen`` as is asked of a process that is no child of this one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def wait(self) -> int:
        while runs(self.pid):
            time.sleep(0.01)
        return 0

    def kill(self) -> None:
        if runs(self.pid):
            os.kill(self.pid, signal.SIGKILL)
