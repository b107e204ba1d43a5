"""``python -m tests.benchmarks [--format json] [NAME …]``: every figure with its bound."""

from __future__ import annotations

import argparse
import json
import sys

import torch
from rich.console import Console
from rich.table import Table

from tests.benchmarks.engine import BENCHMARKS as ENGINE
from tests.benchmarks.live import LIVE
from tests.benchmarks.measure import Result
from tests.benchmarks.start import START

BENCHMARKS = ENGINE | START | LIVE


def main() -> int:
    """Run what is asked for; 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {unknown[0]}: one of {', '.join(BENCHMARKS)}")
    torch.set_num_threads(1)
    results = [BENCHMARKS[name]() for name in asked.names or BENCHMARKS]
    if asked.format == "json":
        sys.stdout.write(json.dumps([_plain(r) for r in results]) + "\n")
    else:
        Console().print(_table(results))
    return 0 if all(r.holds for r in results) else 1


def _plain(r: Result) -> dict[str, object]:
    return {"name": r.name, "ratio": r.ratio, "bound": r.bound, "holds": r.holds}


def _table(results: list[Result]) -> Table:
    table = Table("name", "ratio", "spread", "bound", "holds", "what")
    for r in results:
        table.add_row(
            r.name,
            f"{r.ratio:.3f}",
            f"{r.spread[0]:.3f} … {r.spread[1]:.3f}",
            f"{'≤' if r.at_most else '≥'} {r.bound:g}",
            "yes" if r.holds else "NO",
            r.what,
        )
    return table


sys.exit(main())
