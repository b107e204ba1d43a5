"""Runs scripts with and without ``lenet-tui run``, each in a process forked from one with torch.

That one reads a request a line, ``FOLDER WORDS…`` as JSON, runs the script there (``WORDS`` before
it; none: as ``python`` does) and answers with its exit status.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.around.scripts import SCRIPTS
from tests.harness.terminal import environment
from tests.harness.torch_template_client import ask

WEIGHTS = "weights.pt"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left behind. ``weights``: the bytes of its file; empty: there is none."""

    status: int
    out: str
    err: str
    weights: bytes


class Runs:
    """Starts the process with torch, and asks it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        asked, answered = os.pipe(), os.pipe()
        theirs = asked[0], answered[1]
        modules = (
            *("lenet_tui.around.engine.script_session", "lenet_tui.findings.engine.script_check"),
            *("lenet_tui.cli.subcommands", "lenet_tui.cli.run", "lenet_tui.cli.run_printed"),
        )
        ask(f"from tests.around.runs import serve; serve{theirs}", theirs, environment(), modules)
        for end in theirs:
            os.close(end)
        self._asks = os.fdopen(asked[1], "w", buffering=1)
        self._answers = os.fdopen(answered[0])

    def close(self) -> None:
        """End it."""
        self._asks.close()
        assert self._answers.read() == ""
        self._answers.close()

    def __call__(self, script: str, *words: str, moves: str = "") -> Ran:
        """Run a script of ``scripts.py``, or any text; ``words``: of ``lenet-tui run``, or
        ``check`` and its own.
        """
        folder = self._folder / f"run{len(list(self._folder.iterdir()))}"
        folder.mkdir()
        (folder / "script.py").write_text(SCRIPTS.get(script, script))
        (folder / "moves").write_text(moves)
        print(json.dumps([str(folder), *words]), file=self._asks)
        status = int(self._answers.readline())
        made = folder / WEIGHTS
        weights = made.read_bytes() if made.exists() else b""
        out, err = ((folder / name).read_text() for name in ("out", "err"))
        return Ran(status, out, err.replace(str(folder), ""), weights)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """One process with torch for all of them."""
    found = Runs(tmp_path_factory.mktemp("runs"))
    yield found
    found.close()


def serve(asked: int, answered: int) -> None:
    """Answer until nobody asks any longer; both are file descriptors."""
    for given, number in ((asked, 0), (answered, 1)):
        os.dup2(given, number)
        os.close(given)
    for line in sys.stdin:
        folder, *words = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(ended(folder, words))  # to take torch apart takes seconds
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def ended(folder: str, words: list[str]) -> int:
    """Run it there and what is registered for the end, as Python does; returns the exit status."""
    status = 0
    try:
        run(folder, words)
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - as Python itself
        sys.excepthook(*sys.exc_info())
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def run(folder: str, words: list[str]) -> None:
    """In the child: be the command."""
    os.chdir(folder)
    for name, number in (("/dev/null", 0), ("out", 1), ("err", 2)):
        opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["script.py", WEIGHTS]
    if not words:
        sys.path[0] = folder
        runpy.run_path("script.py", run_name="__main__")
        return
    from lenet_tui.cli.main import main  # noqa: PLC0415 - only here

    command = [] if words[0] == "check" else ["run"]
    main([*command, *words, "--", "script.py", WEIGHTS])
