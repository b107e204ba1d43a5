"""How a process under test has its forkserver forked from ``torch_template``.

Light to import: each Python process that a test starts does so, by ``sitecustomize``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ADDRESS = "LENET_TEST_TORCH"
"""The environment variable with the path of the template's socket."""
SERVER = "from multiprocessing.forkserver import main"
"""What the code of a forkserver begins with."""


def use() -> None:
    """Have the forkservers that this process starts be forked from the template, if there is one.

    Where that cannot be, they start as they always do.
    """
    if ADDRESS not in os.environ:
        return
    from multiprocessing import forkserver, util  # noqa: PLC0415 - only where it is needed

    plain, forked = util.spawnv_passfds, set()

    def spawn(path: bytes, args: Sequence[Any], passfds: Sequence[int]) -> int:
        if SERVER in str(args[-1]):
            with contextlib.suppress(OSError):
                pid = ask(str(args[-1]), passfds)
                forked.add(pid)
                return pid
        return plain(path, args, passfds)

    class Waiting:
        """The module ``os`` for ``forkserver``, which waits for no child that is not its own."""

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def waitpid(self, pid: int, options: int) -> tuple[int, int]:
            return (0 if runs(pid) else pid, 0) if pid in forked else os.waitpid(pid, options)

    util.spawnv_passfds = spawn
    forkserver.os = Waiting()  # type: ignore[attr-defined]


def ask(
    code: str,
    fds: Sequence[int],
    env: Mapping[str, str] | None = None,
    modules: Sequence[str] = (),
    numbers: Sequence[int] = (),
) -> int:
    """Have the template fork a process that runs ``code`` with ``fds`` open; its number.

    ``modules``: what the template imports before, for this process and all that come later.
    ``numbers``: of ``fds`` in that process, where they are others than here.
    ``OSError`` where it cannot.
    """
    import json  # noqa: PLC0415 - as above
    import resource  # noqa: PLC0415
    import socket  # noqa: PLC0415

    limits = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    mask = os.umask(0)
    os.umask(mask)
    asked = {
        "code": code, "fds": list(numbers or fds), "umask": mask, "cwd": str(Path.cwd()),
        "env": dict(os.environ if env is None else env), "modules": modules,
        "limits": [(limit, resource.getrlimit(limit)) for limit in limits],
    }  # fmt: skip
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(os.environ[ADDRESS])
        socket.send_fds(client, [json.dumps(asked).encode()], list(fds))
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(100)
    if not answer:
        raise OSError("the template forks none for this environment")
    return int(answer)


def runs(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except OSError:  # it has ended, and the template has taken note of it
        return False
    return True
