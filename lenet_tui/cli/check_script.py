"""``lenet-tui check -- SCRIPT``: a script as it is, up to its third update, and what is wrong.

As for ``run``, neither torch nor NumPy is imported before the script has imported torch.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_tui.around.post_import import when_imported
from lenet_tui.around.script import Script
from lenet_tui.around.stop import Stop
from lenet_tui.cli import streams
from lenet_tui.cli.check import FOUND, printed
from lenet_tui.cli.options import USAGE_ERROR, complain
from lenet_tui.cli.run import script_of
from lenet_tui.findings.finding import Findings, never_ran
from lenet_tui.findings.request import ITERATIONS
from lenet_tui.protocol.options import Options
from lenet_tui.text.notice import Notice, notice

if TYPE_CHECKING:
    from lenet_tui.around.engine.observer import Observer
    from lenet_tui.around.engine.recording import Recording
    from lenet_tui.findings.engine.script_check import Looking


BROKE = "around:broke"


class Enough(SystemExit):
    """Ends the script where enough was seen of it."""


def prepare(args: argparse.Namespace) -> Callable[[], int]:
    """Returns what runs the script, with the streams as they were."""
    given = vars(args)
    words: list[str] = [*given.get("script", ()), *given.get("words", ())]
    tape_mb = given.get("tape_mb", Options().tape_mb)
    seeing = Seeing(given.get("at", 1), given.get("iterations", ITERATIONS), tape_mb)

    def run() -> int:
        script = script_of(given, words)
        if script is None:
            return USAGE_ERROR
        out, own = sys.stdout, str(Path(script.file).absolute())  # it may change folder
        with contextlib.redirect_stdout(sys.stderr):  # what is printed here is the findings alone
            raised = seeing.see(script)
        looking = seeing.looking
        if looking is None or not looking.iterations:
            if raised is not None:
                return _early(raised, args, own)
            complain(seeing.nothing)
            return USAGE_ERROR
        found = looking.findings().numbered(seeing.first)
        if seeing.broke and not found.fails:
            return USAGE_ERROR  # what was not looked at is no good news
        with contextlib.redirect_stdout(out):
            return _print(found, args, own)

    return run


def _early(error: Exception, args: argparse.Namespace, own: str) -> int:
    """Show what the script raised before a step was looked at, as Python does and as a finding."""
    from lenet_tui.training.engine.own_errors import raised  # noqa: PLC0415 - seldom needed

    sys.excepthook(type(error), error, error.__traceback__)
    return _print(never_ran(raised(error)), args, own)


def _print(found: Findings, args: argparse.Namespace, own: str) -> int:
    """The exit status, where somebody reads what was found and where nobody does."""
    try:
        printed(found, args, "script", own)
        sys.stdout.flush()
    except BrokenPipeError:
        streams.leave_unread()
        return streams.UNREAD
    return FOUND if found.fails else 0


class Seeing:
    """Runs a script until ``iterations`` of it were looked at, from the update ``first`` on."""

    def __init__(self, first: int, iterations: int, tape_mb: int) -> None:
        self.first = first
        self.looking: Looking | None = None
        self.broke = False
        """Whether the check ended by a fault of its own."""
        self._iterations = iterations
        self._tape_mb = tape_mb
        self._observer: Observer | None = None
        self._while = contextlib.ExitStack()

    @property
    def nothing(self) -> Notice:
        """Why there was nothing to look at."""
        count = self._observer.count if self._observer is not None else 0
        if self._observer is not None and self._observer.bare:
            return notice("cli:bare-tensors")
        if not count:
            return notice("cli:no-update")
        return notice("cli:nothing-trained", count=count, at=self.first)

    def see(self, script: Script) -> Exception | None:
        """Run it; returns what it raised by itself."""
        when_imported("torch", self._observe)
        try:
            script.run(self._failed)
            if self._observer is not None:
                self._observer.ended()
            if self.looking is not None and self.looking.iterations:
                self.looking.over(None)
        except SystemExit as left:
            looked = self.looking is not None and self.looking.iterations
            if isinstance(left.code, str) and not looked:  # Python says it where a script ends
                sys.stderr.write(f"{left.code}\n")
        except Exception as error:  # noqa: BLE001 - it is a finding, or the script's own
            return error
        finally:
            self._while.close()
        return None

    def _observe(self) -> None:
        from lenet_tui.around.engine.observer import Observer  # noqa: PLC0415 - with torch
        from lenet_tui.findings.engine.anomaly import no_anomaly  # noqa: PLC0415 - with torch
        from lenet_tui.findings.engine.loaders import Loaders  # noqa: PLC0415
        from lenet_tui.findings.engine.resuming import Resuming  # noqa: PLC0415
        from lenet_tui.findings.engine.script_check import Looking, Seen  # noqa: PLC0415

        looking = self.looking = Looking()
        looking.resuming = self._while.enter_context(Resuming())
        looking.loaders = self._while.enter_context(Loaders())
        observer = self._observer = Observer(
            Stop(at=self.first), self._stopped, self._tape_mb, say=self._say
        )
        seen = observer.beside = Seen(looking)
        self._while.callback(seen.collects)
        observer.ends_skipped = True
        self._while.enter_context(no_anomaly())
        observer.install()

    def _say(self, said: Notice) -> None:
        self.broke = said.key == BROKE
        complain(notice("cli:check-broke", **dict(said.values)) if self.broke else said)
        if self._observer is not None and self._observer.stop is None:
            raise Enough(FOUND)  # it would run to its end, and nobody look at it

    def _stopped(self, recording: Recording) -> Stop | None:
        """Another iteration was looked at, in the script's thread."""
        assert self.looking is not None
        if self.looking.enough(self._iterations):
            seen = self._observer.beside if self._observer is not None else None
            self.looking.over(getattr(seen, "iteration", None))
            raise Enough(0)
        return Stop(at=recording.tape.iteration + 1)

    def _failed(self, error: BaseException) -> None:
        """The script raises: what was recorded up to there is looked at."""
        if self._observer is not None and isinstance(error, Exception):
            self._observer.failed(error)
