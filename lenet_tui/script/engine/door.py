"""What ``lenet_tui.step`` does: a screen on the step where there can be one, else words."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from torch.utils.data import get_worker_info

from lenet_tui.app.settings import default_path, load
from lenet_tui.around.own_warnings import named_by_the_script
from lenet_tui.attach.engine.host import Host
from lenet_tui.attach.engine.left import Left
from lenet_tui.attach.opening import Kind
from lenet_tui.cli.options import LANGUAGE, SETTINGS, complain, language
from lenet_tui.history.engine.live_session import Lent
from lenet_tui.protocol.messages import Remark, Snapshot
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.session_api import Hooks, KeyframeStore, OwnError, Session
from lenet_tui.script.engine.printed import print_iteration
from lenet_tui.script.instead import no_screen, rather
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice
from lenet_tui.training.engine.live_objects import Given, Unusable

_inside: list[bool] = []
"""Whether a step is being looked at: what it calls is not to look at itself."""
_said: set[Notice] = set()


def line_of(frame: FrameType) -> str:
    """``train.py:57``."""
    return clean(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}", 200)


def prevented(at: str) -> bool:
    """Whether no look is to be taken here; then one line has said what to do instead, once."""
    if _inside:
        return True
    SETTINGS.set(load(default_path()))
    LANGUAGE.set(language(argparse.Namespace()))
    said = rather(at, worker=get_worker_info() is not None)
    if said is not None and said not in _said:
        _said.add(said)
        complain(said)
    return said is not None


def step(at: str, given: tuple[Any, ...], more: dict[str, Any], keep: bool) -> None:
    """Look at the step of what was given, called at the line ``at``, and undo it."""
    if prevented(at):
        return
    try:
        checked = Given.of(*given, **more)
    except Unusable as error:
        raise TypeError(str(error)) from None
    look(at, checked, keep)


def look(at: str, given: Given, keep: bool = False, took: Notice | None = None) -> None:
    """Show the step, or print it where there can be no screen; afterwards it is undone.

    ``took``: what the screen is to say first.
    """
    _inside.append(True)
    try:
        with Lent(given, keep) as lent:
            why = no_screen() or _shown(at, lent, took)
            if why is not None:
                _print(at, lent, why)
    finally:
        _inside.pop()


def _shown(at: str, lent: Lent, took: Notice | None) -> Notice | None:
    """Show the screen until it is left; returns why there is none."""

    def make_session(
        options: Options, store: KeyframeStore, hooks: Hooks, snapshot: Snapshot | None = None
    ) -> Session:
        session = lent.make_session(options, store, hooks, snapshot)
        if took is not None and snapshot is None:
            hooks.send(Remark(took))
        return session

    try:
        host = Host(title=lent.given.title, at=at)
        if host.place.kind is Kind.NOWHERE:
            return host.place.why or notice("attach:dumb")
        left = host.serve(make_session, lent.given.options())
    except Problem as error:
        return error.notice
    if left is Left.QUIT:
        raise KeyboardInterrupt
    return None


def _print(at: str, lent: Lent, why: Notice) -> None:
    complain(notice("script:printed", at=at, why=why))
    try:
        with named_by_the_script():
            failed = print_iteration(lent, LANGUAGE.get())
    except Problem as error:
        failed = error.notice
        for line in error.traceback if isinstance(error, OwnError) else ():
            sys.stderr.write(f"{line}\n")
    if failed is not None:
        complain(notice("script:failed", at=at, error=failed))
