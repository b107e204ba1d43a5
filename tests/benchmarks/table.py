"""Runs benchmarks by name and prints what they give."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Result, Skipped

WIDTH = 130
"""Columns of the table where it is not printed to a terminal."""

Benchmarks = Mapping[str, Callable[[], Result]]


def run(benchmarks: Benchmarks, argv: Sequence[str] | None = None) -> int:
    """Run those that ``argv`` names (none: all); 1 if a bound does not hold, 2 for a wrong name."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(benchmarks))
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args(argv)
    unknown = [name for name in asked.names if name not in benchmarks]
    if unknown:
        sys.stderr.write(f"no benchmark {unknown[0]}: one of {', '.join(benchmarks)}\n")
        return 2
    results, skipped = [], []
    with Console(stderr=True).status("") as status:
        for name in asked.names or benchmarks:
            status.update(name)
            try:
                results.append(benchmarks[name]())
            except Skipped as why:
                skipped.append(f"{name}: skipped, {why}\n")
    if asked.format == "json":
        sys.stdout.write(json.dumps([_plain(r) for r in results]) + "\n")
    else:
        width = None if sys.stdout.isatty() else WIDTH
        Console(width=width).print(_table(results))
    sys.stderr.write("".join(skipped))
    return 0 if all(r.holds for r in results) else 1


def _plain(r: Result) -> dict[str, object]:
    return {"name": r.name, "ratio": r.ratio, "bound": r.bound, "holds": r.holds}


def _table(results: Sequence[Result]) -> Table:
    table = Table("name", "ratio", "spread", "bound", "holds", "what")
    for r in results:
        holds = "" if r.bound is None else "yes" if r.holds else "NO"
        spread = f"{r.spread[0]:.3f} … {r.spread[1]:.3f}"
        table.add_row(r.name, f"{r.ratio:.3f}", spread, _bound(r), holds, r.what)
    return table


def _bound(r: Result) -> str:
    if r.bound is None:
        return "told only"
    if r.either_way:
        return f"{1 / r.bound:.2g} … {r.bound:g}"
    return f"{'≤' if r.at_most else '≥'} {r.bound:g}"
