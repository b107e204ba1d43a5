"""Shows what a script was stopped at on a screen, here or elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from lenet_tui.attach.client import RUNS_AGAIN
from lenet_tui.attach.engine.host import REFUSES, Host
from lenet_tui.attach.engine.left import Left
from lenet_tui.attach.opening import VARIABLE, Kind
from lenet_tui.protocol.options import Options

if TYPE_CHECKING:
    from lenet_tui.around.engine.script_session import ScriptSession
    from lenet_tui.around.program import MakeScriptSession
    from lenet_tui.protocol.session_api import Hooks

OF_SCREEN = ("lang", "theme")


class Shown:
    """``at``: the script's file and line; ``options``: as of the session that will be shown.

    ``given``: the options of the command line, of which the screen's own are handed on.
    """

    def __init__(self, at: str, options: Options, given: Mapping[str, Any]) -> None:
        words = [w for name in OF_SCREEN if name in given for w in (f"--{name}", str(given[name]))]
        words += ["--ascii"] if given.get("ascii") else []
        refuses = REFUSES | RUNS_AGAIN
        self._host = Host(at=at, refuses=refuses, keep_output=True, words=words)
        self._options = options

    @property
    def possible(self) -> bool:
        """Whether there is a terminal, or a person wants to come from another one."""
        return self._host.place.kind is not Kind.NOWHERE

    @property
    def elsewhere(self) -> bool:
        """Whether the person has said where the screen is to be."""
        return bool(os.environ.get(VARIABLE))

    def signals(self) -> AbstractContextManager[None]:
        return self._host.signals()

    def show(self, make: MakeScriptSession) -> bool:
        def session(
            options: Options, store: Any, hooks: Hooks, snapshot: Any = None
        ) -> ScriptSession:
            return make(hooks)

        return self._host.serve(session, self._options) is Left.QUIT
