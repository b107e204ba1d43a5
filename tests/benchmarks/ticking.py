"""The app with a ticker in its event loop: ``ticking.py TICKS REPORTS [OPTION …]``, as a module.

Leaves in the file TICKS a line for each tick: when it came (monotonic, seconds) and how much later
than it should have. If REPORTS is there, its reports are said again by an engine without torch;
else it is made, of what the engine says.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
import time
from pathlib import Path
from typing import Any

TICK = 0.005
"""Seconds that the ticker asks to sleep."""


async def tick(lags: list[tuple[float, float]]) -> None:
    """Note for ever how late the loop wakes us."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(TICK)
        now = time.monotonic()
        lags.append((now, now - began - TICK))


def main(ticks: Path, reports: Path, options: list[str]) -> None:
    """Run the app with ``options`` to its end, its loop ticking from its start."""
    from lenet_tui.cli import main as cli  # noqa: PLC0415 - not in an engine's process
    from lenet_tui.process import forkserver  # noqa: PLC0415 - not in an engine's process
    from lenet_tui.terminal.ui import restore  # noqa: PLC0415

    lags: list[tuple[float, float]] = []
    said: list[Any] = []
    run, real, replayed = restore._Run._run, cli._make_engine, reports.exists()

    async def ticking(self: Any, app: Any) -> None:
        ticker = asyncio.create_task(tick(lags))
        await run(self, app)
        ticker.cancel()

    def make_engine(on_report: Any) -> Any:
        from lenet_tui.process.client import EngineClient  # noqa: PLC0415 - after the first picture
        from tests.benchmarks import replaying  # noqa: PLC0415

        if replayed:
            return EngineClient(on_report, replaying.main, (str(reports),))

        def heard(report: Any) -> None:
            said.append(report)
            on_report(report)

        return real(heard)

    restore._Run._run = ticking  # type: ignore[method-assign]
    cli._make_engine = make_engine
    if replayed:
        forkserver.PRELOAD = "tests.benchmarks.replaying"
    try:
        cli.main(options)
    finally:
        ticks.write_text("".join(f"{at:.6f} {lag:.6f}\n" for at, lag in lags), encoding="utf-8")
        if not replayed:
            reports.write_bytes(pickle.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
