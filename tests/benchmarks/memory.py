"""Memory of the app and of its engine while iterations pile up, the history's budget being full."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.measure import Result, Row, Skipped, once
from tests.harness.terminal import Terminal

COMMAND = [sys.executable, "-m", "lenet_tui", "--history-mb", "8"]
FULL = 1_000
"""Iterations after which 8 MB of history are full: keyframes of 0.25 MB, one each 32."""
EARLY, LATE = 10_000, 100_000


@once
def peaks() -> tuple[tuple[float, float], ...]:
    """The most bytes in memory of (app, engine) on the way to ``FULL``, ``EARLY`` and ``LATE``.

    History comes and goes within its budget, by halves: so peaks are compared, not moments.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        raise Skipped("this system does not tell a process's own share of memory")
    found = []
    with Terminal(COMMAND) as terminal:
        terminal.wait_for("61,706 parameters")
        terminal.settle()
        app = terminal.process.pid
        engine = max(_family(app), key=_bytes)
        for count in (FULL, EARLY, LATE):
            terminal.send("g")
            terminal.settle()
            terminal.send(str(count), "enter")
            samples = []
            while f"iteration {count}  finished" not in terminal.text:
                terminal.read(0.5)
                samples.append((_bytes(app), _bytes(engine)))
            found.append((max(a for a, _ in samples), max(e for _, e in samples)))
    return tuple(found)


def grown(name: str, part: int) -> Result:
    """The peak up to 100,000 iterations over that up to 10,000, the budget being full in both."""
    full, early, late = (both[part] for both in peaks())
    spread = min(late / full, late / early), max(late / full, late / early)
    what = f"peak to {LATE:,} iterations over that to {EARLY:,}"
    return Result(name, late / early, spread, 1.05, True, what)


def _family(pid: int) -> list[int]:
    """The descendants of a process."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _bytes(pid: int) -> float:
    """Resident bytes of a process; of what it shares with others, its share."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(float(x.split()[1]) for x in text.splitlines() if x.startswith("Pss:")) * 1024


MEMORY = {
    "memory-app": Row(lambda: grown("memory-app", 0), 109, 0),
    "memory-engine": Row(lambda: grown("memory-engine", 1), 1, 0),
}
