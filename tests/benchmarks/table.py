"""Runs benchmarks by name and prints each one's row when it is done."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from tests.benchmarks.measure import CPU, EFFORT, Result, Row, Skipped

PATIENCE = 3
"""A row is ended after so many times the seconds that it should take."""
PATIENCE_FLOOR = 75
"""No row is ended before so many seconds: alone, it makes the measurement that it shares."""

LONGEST = 120
"""Characters of the reason that a row gives."""

Rows = Mapping[str, Row]


def run(rows: Rows, argv: Sequence[str] | None = None) -> int:
    """Run those that ``argv`` names (none: all).

    Returns 1 if a bound does not hold on a quiet machine or a row fails, 2 for a wrong name.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(rows))
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--quick", action="store_true", help="rough figures in two minutes, the longest left out"
    )
    parser.add_argument(
        "--device", default=CPU, help="where the nets of other sizes train: cpu, cuda[:N]"
    )
    asked = parser.parse_args(argv)
    unknown = [name for name in asked.names if name not in rows]
    if unknown:
        sys.stderr.write(f"no benchmark {unknown[0]}: one of {', '.join(rows)}\n")
        return 2
    EFFORT.quick, EFFORT.device = asked.quick, asked.device
    if asked.device == CPU:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # so that the device auto is the CPU in every row
    printer = JsonPrinter() if asked.format == "json" else TextPrinter()
    status = 0
    for name in asked.names or rows:
        printer.begin(name)
        try:
            found = _measured(rows[name], asked.quick)
        except Skipped as why:
            printer.skipped(name, str(why))
        except Exception as error:  # noqa: BLE001 - the other rows are measured whatever it is
            status = 1
            printer.failed(name, _line(error))
            traceback.print_exc()
        else:
            status |= not (found.holds or found.busy)
            printer.row(found)
    printer.end()
    return status


def _measured(row: Row, quick: bool) -> Result:
    """A row's result. ``Skipped``, or whatever it raises; ``TimeoutError`` where it hangs."""
    allowed = row.quick if quick else row.seconds
    if not allowed:
        raise Skipped(f"it takes {row.seconds:.0f} s, which --quick leaves out")
    EFFORT.until = time.monotonic() + allowed
    with _ended_after(max(PATIENCE * allowed, PATIENCE_FLOOR)):
        return row.measure()


@contextmanager
def _ended_after(limit: float) -> Iterator[None]:
    """Raise ``TimeoutError`` in what runs longer than ``limit`` seconds, whatever it waits for."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not done after {limit:.0f} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class TextPrinter:
    """A line for each row, and one below it where the machine was busy."""

    def __init__(self) -> None:
        _write(f"{'name':20}{'ratio':>9}  {'spread':21}{'bound':14}{'holds':7}what\n")

    def begin(self, name: str) -> None:
        _write(f"{name:20}")

    def row(self, r: Result) -> None:
        spread = f"{r.spread[0]:.3f} … {r.spread[1]:.3f}"
        holds = "" if r.bound is None else "yes" if r.holds else "busy" if r.busy else "NO"
        _write(f"{r.ratio:9.3f}  {spread:21}{_bound(r):14}{holds:7}{r.what}\n")
        if r.busy:
            low, high = min(r.baseline), max(r.baseline)
            _write(f"{'':20}the machine is busy: the baseline took {low:.3g} to {high:.3g} s\n")

    def skipped(self, name: str, why: str) -> None:
        _write(f"  skipped: {why}\n")

    def failed(self, name: str, why: str) -> None:
        _write(f"  FAILED: {why}\n")

    def end(self) -> None:
        pass


class JsonPrinter:
    """One array, an object for each row that was measured or failed; the rest on stderr."""

    def __init__(self) -> None:
        self._before = "[\n"

    def begin(self, name: str) -> None:
        pass

    def row(self, r: Result) -> None:
        more = {"busy": True} if r.busy else {}
        self._object({"name": r.name, "ratio": r.ratio, "bound": r.bound, "holds": r.holds, **more})

    def skipped(self, name: str, why: str) -> None:
        sys.stderr.write(f"{name}: skipped, {why}\n")

    def failed(self, name: str, why: str) -> None:
        self._object({"name": name, "ratio": None, "bound": None, "holds": False, "why": why})

    def end(self) -> None:
        _write("[]\n" if self._before == "[\n" else "\n]\n")

    def _object(self, values: Mapping[str, object]) -> None:
        _write(self._before + json.dumps(values))
        self._before = ",\n"


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _line(error: Exception) -> str:
    """The first line of an error, with its kind; what is too long for a row is left out."""
    first = str(error).strip().partition("\n")[0]
    line = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _bound(r: Result) -> str:
    if r.bound is None:
        return "none"
    if r.either_way:
        return f"{1 / r.bound:.2g} … {r.bound:g}"
    return f"{'≤' if r.at_most else '≥'} {r.bound:g}"
