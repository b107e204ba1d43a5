"""One process that has imported torch, for all the apps and commands that a test run starts.

An app starts a forkserver of its own, which imports torch: more than a second of a processor for
each. Under tests that forkserver is forked from here instead, and then runs as it always does, with
the app's environment, folder and limits. Only its parent is another one. Tests that are about the
processes themselves let the app start its own (``Terminal(own_torch=True)``).

``python -m tests.harness.torch_template``: serves until its standard input ends; started once for a
test run, by ``serving``. ``shared_torch/sitecustomize.py`` makes the apps ask it.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import fcntl
import importlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.harness.torch_template_client import ADDRESS

ROOT = Path(__file__).parents[2]
READ_AT_IMPORT = ("ATEN_", "MKL_", "TORCH_", "LD_", "OMP_")
"""Variables that torch reads when it is imported: where they differ, it is imported anew."""
MOST = 1 << 20
HIGH = 200
"""File descriptors from here on are free while those that were received take their numbers."""


@contextlib.contextmanager
def serving(*, at_once: bool = False) -> Iterator[None]:
    """Have a template for what is started meanwhile; ``at_once``: it imports torch unasked."""
    with tempfile.TemporaryDirectory(prefix="lenet-tui-torch-") as folder:
        address = str(Path(folder) / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(64)
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.harness.torch_template"),
                    *(str(listener.fileno()), *(["now"] if at_once else [])),
                ],
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,
                cwd=ROOT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
                start_new_session=True,
            )
        os.environ[ADDRESS] = address
        try:
            yield
        finally:
            del os.environ[ADDRESS]
            assert server.stdin
            server.stdin.close()
            server.wait()


def serve(listener: socket.socket, *, at_once: bool = False) -> None:
    """Fork a process for each that asks, until standard input ends.

    Torch comes with the first, or ``at_once``.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    if at_once:
        _import_torch()
    while True:
        ready, _, _ = select.select([listener.fileno(), 0], [], [])
        if 0 in ready:
            return
        with listener.accept()[0] as client:
            asked, fds = _received(client)
            if asked and _same_torch(asked["env"]):
                _import_torch()
                for name in asked["modules"]:
                    importlib.import_module(name)
                pid = os.fork()
                if not pid:
                    listener.close()
                    client.close()
                    _become(asked, fds)
                client.sendall(str(pid).encode())
        for fd in fds:
            os.close(fd)


def _import_torch() -> None:
    """Import what each engine does."""
    import torch._dynamo  # noqa: F401, PLC0415 - by the first optimizer that is made

    import lenet_tui.history.engine.session  # noqa: PLC0415
    import lenet_tui.training.engine.devices  # noqa: F401, PLC0415


def _received(client: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What is asked, and the file descriptors that came with it."""
    data, fds = b"", array.array("i")
    while True:
        more, ancillary, _, _ = client.recvmsg(MOST, socket.CMSG_SPACE(64 * fds.itemsize))
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(content)
        if not more:
            return (json.loads(data) if data else {}), list(fds)
        data += more


def _same_torch(env: dict[str, str]) -> bool:
    """Whether torch would be imported alike there."""
    mine = {k: v for k, v in os.environ.items() if k.startswith(READ_AT_IMPORT)}
    theirs = {k: v for k, v in env.items() if k.startswith(READ_AT_IMPORT)}
    return {"OMP_NUM_THREADS": "1"} | theirs == mine


def _become(asked: dict[str, Any], fds: Sequence[int]) -> None:
    """Run what is asked, as the interpreter that the app would have started; never returns."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, HIGH) for fd in fds]
        for fd in fds:
            os.close(fd)
        for fd, number in zip(high, asked["fds"], strict=True):
            os.dup2(fd, number)
            os.close(fd)
        own = os.environ["PYTHONPATH"].split(os.pathsep)
        os.environ.clear()
        os.environ.update(asked["env"])
        theirs = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        sys.path[:] = ["", *theirs, *(p for p in sys.path if p not in {"", *own, *theirs})]
        os.chdir(asked["cwd"])
        os.umask(asked["umask"])
        for limit, values in asked["limits"]:
            resource.setrlimit(limit, tuple(values))
        sys.argv = ["-c"]
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(asked["code"], vars(main))
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        atexit._run_exitfuncs()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), at_once=len(sys.argv) > 2)
