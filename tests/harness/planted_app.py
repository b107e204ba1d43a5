"""The app with something planted in it that breaks; started by a test in a pseudo-terminal.

``python -m tests.harness.planted_app KIND``: ``handler`` (the key ``a`` raises), ``pane`` (it has
a pane raise), ``thread`` (so does what waits for keys), ``save`` (each save raises), ``failing``
(the model raises after some iterations), ``exiting`` (the model ends its process), ``babbling``
(the engine sends nonsense), ``hostile`` (all the model's names, its source, what it prints),
``raising`` (its error too).
"""

from __future__ import annotations

import functools
import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, NoReturn, cast

from lenet_tui.process import forkserver

if TYPE_CHECKING:
    from lenet_tui.app.ui.main_screen import MainScreen
    from lenet_tui.tensors.ui.tensor_pane import TensorPane

SAID = "planted\x1b[31m [red]here\nand more"
MODELS = {
    "failing": "tests.harness.models:Failing",
    "exiting": "tests.harness.models:Exiting",
    "hostile": "raw_model:Net",
    "raising": "tests.harness.hostile_models:Raising",
}


def planted(*_: object, **__: object) -> NoReturn:
    raise RuntimeError(SAID)


def plant(pane: TensorPane) -> None:
    """Have a pane raise at the next frame, which comes now."""
    main = cast("MainScreen", pane.screen)
    pane.show = planted  # type: ignore[method-assign]
    assert main.frame is not None
    main.scheduler.take(main.frame, answer=False)


def babble(connection: Connection) -> None:
    """An engine that sends what is no report."""
    from lenet_tui.process.engine import server  # noqa: PLC0415

    recv = connection.recv

    class Babbling:
        """A connection on which, after a move, comes nonsense."""

        def __getattr__(self, name: str) -> object:
            return getattr(connection, name)

        def recv(self) -> object:
            command = recv()
            if type(command).__name__ == "DoMove":
                connection.send_bytes(b"\x80\x04\x95nonsense")
            return command

    server.main(Babbling())  # type: ignore[arg-type]


def main(kind: str) -> int:
    """Run it as the command line would."""
    forkserver.prepare()
    from lenet_tui.app.ui.app import LenetApp  # noqa: PLC0415
    from lenet_tui.process.client import EngineClient  # noqa: PLC0415
    from lenet_tui.process.engine import server  # noqa: PLC0415
    from lenet_tui.protocol.options import resolve  # noqa: PLC0415
    from lenet_tui.sessions import autosave  # noqa: PLC0415
    from lenet_tui.sessions.store import default_folder  # noqa: PLC0415
    from lenet_tui.tensors.ui.tensor_pane import TensorPane  # noqa: PLC0415
    from lenet_tui.terminal.ui import restore  # noqa: PLC0415
    from lenet_tui.terminal.ui.private import driver  # noqa: PLC0415

    if kind == "handler":
        TensorPane.action_toggle_numbers = planted  # type: ignore[method-assign]
    elif kind == "pane":
        TensorPane.action_toggle_numbers = plant  # type: ignore[assignment, method-assign]
    elif kind == "thread":
        read = driver.TerminalDriver._read

        def reading(self: driver.TerminalDriver) -> bytes:
            data = read(self)
            return planted() if data == b"a" else data

        driver.TerminalDriver._read = reading  # type: ignore[method-assign]
    elif kind == "save":
        autosave.pieces = planted  # type: ignore[attr-defined]
    options = resolve("digits", model=MODELS.get(kind))
    run = babble if kind == "babbling" else server.main
    engine = functools.partial(EngineClient, run=run, saves=default_folder())
    return restore.run(lambda: LenetApp(engine, options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
