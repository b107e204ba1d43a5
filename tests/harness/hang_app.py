"""The app with a model that hangs; started by a test in a pseudo-terminal."""

from __future__ import annotations

import sys

from lenet_tui.process import forkserver


def main() -> int:
    """Run it as the command line would."""
    forkserver.prepare()
    from lenet_tui.app.ui.app import LenetApp  # noqa: PLC0415
    from lenet_tui.process.client import EngineClient  # noqa: PLC0415
    from lenet_tui.protocol.options import resolve  # noqa: PLC0415
    from lenet_tui.terminal.ui import restore  # noqa: PLC0415

    options = resolve("digits", model="tests.harness.models:Hanging")
    return restore.run(lambda: LenetApp(EngineClient, options))


if __name__ == "__main__":
    sys.exit(main())
