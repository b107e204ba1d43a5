"""A session whose engine is this process, a person's own: its screens are other processes.

What a caller needs::

    from lenet_tui.attach.engine.host import Host
    from lenet_tui.attach.engine.left import Left

    host = Host(title="train.py", at="train.py:57")
    if host.place.kind is Kind.NOWHERE:     # attach.opening: no terminal; host.place.why says so
        ...                                 # the caller prints instead
    left = host.serve(make_session, options)

``Host(name, title, at=, refuses=, keep_output=)`` reads ``LENET_TUI_TTY`` and starts nothing yet.
``serve(make_session, options)`` opens the screen, or waits for one, and blocks. It makes the
session *in the caller's thread*, as ``make_session(options, store, hooks, snapshot)`` (a
``protocol.session_api.MakeSession``; ``lambda *_: session`` for an object of one's own), and calls
it there too, move by move, as ``process.engine.server`` does. ``store`` keeps keyframes in this
process; ``hooks.stop_wanted()`` is true as soon as a pause, the end, or no screen is there. It
returns how the screens were left (``Left``): ``ON`` and ``DIED``: the program goes on; ``QUIT``:
the caller raises ``KeyboardInterrupt`` or ends; ``FAILED``: there was no session; ``NOWHERE``. What
is raised (``KeyboardInterrupt`` of a Ctrl-C while a screen is awaited) comes out of it, with
terminal, streams, signals and sockets as they were before; and so does every return. It may be
called again, on the same host or another. ``host.complain(notice)`` shows a line on the screens.

Only the main thread hears signals: where another one serves, the main thread is to be within
``host.signals()`` meanwhile.

While the screen is on this process's terminal: Ctrl-C is the screen's, standard output and error go
to its log pane where they are that terminal (``keep_output``: and to the terminal afterwards), and
standard input is empty. Elsewhere all of these are left alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from lenet_tui.attach.engine.door import Door, greet, pair
from lenet_tui.attach.engine.hub import Hub
from lenet_tui.attach.engine.left import Left
from lenet_tui.attach.engine.loan import Loan, deaf
from lenet_tui.attach.engine.seat import Seat
from lenet_tui.attach.opening import Kind, Place, place, say, script_path
from lenet_tui.attach.places import Refused, session_name
from lenet_tui.attach.wire import Welcome
from lenet_tui.process.engine.captured_output import catch_warnings
from lenet_tui.process.engine.server import Server
from lenet_tui.protocol.messages import Printed, Remark
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.session_api import MakeSession
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, notice

TOUR = ("tour-next", "tour-back", "tour-here", "tour-stops")
REFUSES = frozenset(
    {"restart", "reset", "device", "options", "export", "save-moves", "twins", *TOUR}
)
"""Commands (of ``stepping.ui.commands``) that make no sense in a process that is not replaced."""


class Host:
    """See above. ``title``: what the session is called on its screens; ``at``: where the program
    is, such as ``train.py:57``, which may change; ``refuses``: commands that are not offered;
    ``words``: options of the screen on the program's own terminal.
    """

    def __init__(
        self,
        name: str = "",
        title: str = "",
        *,
        at: str = "",
        refuses: Collection[str] = REFUSES,
        keep_output: bool = False,
        where: Place | None = None,
        words: Sequence[str] = (),
    ) -> None:
        self.place, self._words = where or place(), words
        script = script_path()
        self.name = session_name(self.place.name or name, script, os.getpid())
        self.title = title or Path(script).name
        self.at = at
        self._script, self._refuses, self._keep = script, frozenset(refuses), keep_output
        self._hub: Hub | None = None
        self._loan: Loan | None = None
        self._since = 0.0

    def serve(self, make_session: MakeSession, options: Options) -> Left:
        """Show the session until its last screen has been left; see above."""
        if self.place.kind is Kind.NOWHERE:
            return Left.NOWHERE
        self._since = time.time()
        hub = self._hub = Hub(options, self._alone)
        why = notice("attach:interrupted")
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: hub.close(why))
            stack.enter_context(self.signals())
            self._open_door(hub, options, stack)
            loan = self._lend(hub, options, stack)
            server = Server(hub, loan or _Nothing(), lambda: make_session)
            stack.callback(server.end)
            server.serve()
            why = notice("attach:goes-on")
            if loan and not hub.has_own:
                loan.end()
        if hub.broke is not None:
            say(hub.broke)
        return hub.left or Left.ON

    def signals(self) -> contextlib.AbstractContextManager[None]:
        """Within it the main thread leaves Ctrl-C and ctrl+z to a screen on its terminal.

        ``serve`` does so itself; another thread that serves needs the main thread's help.
        """
        return deaf(lambda: self._loan is not None and self._loan.active)

    def complain(self, what: Notice) -> None:
        """Show a line on the screens that there are."""
        if self._hub is not None:
            self._hub.send(Remark(what))

    def _open_door(self, hub: Hub, options: Options, stack: contextlib.ExitStack) -> None:
        """Let screens in from other terminals; where they cannot, the own one has to do."""
        try:
            door = Door(self.name, lambda: self._welcome(hub, options), lambda c: _join(hub, c))
        except Refused as error:
            if self.place.kind is Kind.WAITING:
                raise
            say(error.notice)
            return
        stack.callback(door.close)
        if self.place.kind is Kind.WAITING:
            say(notice("attach:waits", at=clean(self.at or self.title, 200), name=self.name))

    def _lend(self, hub: Hub, options: Options, stack: contextlib.ExitStack) -> Loan | None:
        """Start the screen where it is to be opened by us."""
        if self.place.kind is Kind.WAITING:
            return None
        line, theirs = pair()
        greet(line, lambda: self._welcome(hub, options), lambda c: _join(hub, c, own=True), None)

        def ended(status: int) -> None:
            if status < 0:
                say(notice("attach:screen-killed", why=_signal(-status)))
            if hub.visitors:
                say(notice("attach:still", name=self.name))
            hub.screen_ended()

        try:
            with theirs:
                loan = Loan(
                    self.place.terminal, theirs.fileno(), ended,
                    keep_output=self._keep, words=self._words,
                )  # fmt: skip
        except OSError as error:
            line.close()
            raise Refused("attach:no-screen", why=error.strerror or str(error)) from None
        stack.callback(loan.stop)
        self._loan = loan
        if loan.own:
            stack.enter_context(_warnings(hub))
        return loan

    def _welcome(self, hub: Hub, options: Options) -> Welcome:
        return Welcome(
            self.name, self.title, self._script, os.getpid(), self.at, self._since, options,
            self._refuses, hub.screens,
        )  # fmt: skip

    def _alone(self) -> None:
        """The last line is lost: the program waits for another screen."""
        say(notice("attach:lost", name=self.name))


def _join(hub: Hub, line: Connection, own: bool = False) -> None:
    hub.join(Seat(line, own))


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


class _Nothing:
    """What this process prints goes where it went."""

    def new_lines(self) -> Iterable[Printed]:
        return ()


@contextlib.contextmanager
def _warnings(hub: Hub) -> Iterator[None]:
    """Have Python's warnings come to the screen as such."""
    before = warnings.showwarning
    catch_warnings(hub.send)
    try:
        yield
    finally:
        warnings.showwarning = before
