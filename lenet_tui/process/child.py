"""One engine's process, from its start to its end; its reports are handed on as they come."""

from __future__ import annotations

import io
import pickle
import queue
import signal
import threading
from collections.abc import Callable
from multiprocessing import connection as connections
from multiprocessing.connection import Connection
from typing import Any

from lenet_tui.process import blobs, group
from lenet_tui.process.forkserver import start_method
from lenet_tui.process.patience import Patience
from lenet_tui.protocol import messages
from lenet_tui.protocol.sent_rows import SentRows
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice, verbatim

TICK = 0.25


class _Unpickler(pickle.Unpickler):
    """Unpickles plain values, our own reports and arrays, and nothing else.

    A stray ``torch.Size`` in a report would import torch into the app.
    """

    def find_class(self, module: str, name: str) -> Any:
        top, *inner = module.split(".")
        if top == "numpy" or (top == "lenet_tui" and not {"engine", "ui", "cli"} & {*inner}):
            return super().find_class(module, name)
        raise Problem("process:not-plain", what=clean(f"{module}.{name}", 500))


def _plain(data: bytes) -> messages.Report:
    report: messages.Report = _Unpickler(io.BytesIO(data)).load()
    return report


class EngineProcess:
    """A process that runs ``run(connection, *args)``, and the threads that talk to it.

    Returns at once and never blocks: the process is started on a thread of its own, as the
    template may still be importing torch. ``receive`` is called there with each report, and at
    last with ``Died``, unless it was ended by ``kill``.
    """

    def __init__(
        self,
        run: Callable[..., None],
        args: tuple[object, ...],
        receive: Callable[[EngineProcess, messages.Report], None],
    ) -> None:
        self._receive = receive
        self._outbox: queue.SimpleQueue[messages.Command | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._patience = Patience()
        self._killed = False
        self._started = False
        context: Any = start_method()
        self._connection: Connection
        self._connection, engine_end = context.Pipe()
        self._process = context.Process(
            target=run, args=(engine_end, *args), name="lenet-tui engine", daemon=True
        )
        threading.Thread(target=self._live, args=(engine_end,), name="engine", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process's number, once it has been started."""
        pid: int | None = self._process.pid
        return pid

    def send(self, command: messages.Command) -> None:
        self._patience.sent(command)
        self._outbox.put(command)

    def kill(self) -> None:
        """End the process at once, whatever it does; nothing more is received from it."""
        with self._lock:
            self._killed = True
            if self._started:
                self._end()
        self._outbox.put(None)

    def _live(self, engine_end: Connection) -> None:
        try:
            self._process.start()
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no engine
            self._report(messages.Died(notice("process:cannot-start", why=_line(error))))
            return
        finally:
            engine_end.close()
        with self._lock:
            self._started = True
            self._patience.begin()
            if self._killed:
                self._end()
        threading.Thread(target=self._write, name="engine commands", daemon=True).start()
        try:
            self._read()
            why = self._exit_reason()
        except (EOFError, OSError):
            why = self._exit_reason()
        except Problem as error:
            why = error.notice
            self._process.kill()
        except Exception as error:  # noqa: BLE001 - damaged data raises what it likes
            why = notice("process:makes-no-sense", why=_line(error))
            self._process.kill()
        self._end()
        self._outbox.put(None)
        self._report(messages.Died(why))

    def _write(self) -> None:
        while (command := self._outbox.get()) is not None:
            try:
                if isinstance(command, messages.Keyframe):
                    blobs.send(self._connection, command)
                else:
                    self._connection.send(command)
            except OSError:  # the reader meets the end too, and reports it
                return

    def _read(self) -> None:
        """Hand on reports until the pipe or the process ends."""
        rows = SentRows()
        while not self._killed:
            ready = connections.wait([self._connection, self._process.sentinel], TICK)
            if self._connection in ready or (ready and self._connection.poll(TICK)):
                report = rows.whole(_plain(self._connection.recv_bytes()))
                if isinstance(report, messages.Keyframe):
                    report = blobs.receive(self._connection, report)
                self._patience.heard(report)
                self._report(report)
            elif ready:  # ended, while a child of its own holds the pipe
                return
            elif silent := self._patience.over():
                self._report(silent)

    def _report(self, report: messages.Report) -> None:
        if not self._killed:
            self._receive(self, report)

    def _end(self) -> None:
        group.end(self._process.pid)
        self._process.kill()

    def _exit_reason(self) -> Notice:
        """How the process ended: ``SIGSEGV``, ``exit status 1``."""
        self._process.join(1)
        code: int | None = self._process.exitcode
        if code is None:
            self._process.kill()
            return notice("process:pipe-broke")
        try:
            if code < 0:
                return verbatim(signal.Signals(-code).name)
            return notice("process:exit-status", code=code)
        except ValueError:
            return notice("process:signal", number=-code)


def _line(error: Exception) -> str:
    return clean(str(error) or type(error).__name__, 500)
