"""Has the scripts that are compared run in processes forked from the one that has torch."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import pytest

from lenet_tui.twins import side_process
from lenet_tui.twins.side_process import Ends
from tests.harness.terminal import environment
from tests.harness.torch_template_client import ask, runs


@dataclass(frozen=True, slots=True)
class Forked:
    """Implements ``side_process.Process``; nobody knows its exit status."""

    pid: int

    def wait(self, timeout: float | None = None) -> int:
        until = None if timeout is None else time.monotonic() + timeout
        while runs(self.pid):
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("side", timeout or 0)
            time.sleep(0.005)
        return 0

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def forked(code: str, ends: Ends, given: Mapping[str, str]) -> Forked:
    fds = ends.given, ends.out, ends.out, ends.link, ends.life
    numbers = 0, 1, 2, ends.link, ends.life
    modules = ["lenet_tui.twins.engine.side_observer"]
    return Forked(ask(code, fds, environment(), modules, numbers))


@pytest.fixture
def forked_sides(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both are forked meanwhile."""
    monkeypatch.setattr(side_process, "launched", forked)
    yield
