"""Prints the gallery: each broken program with its finding and its evidence, and its twin.

python -m tests.findings.table [ID …]
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path

from lenet_tui.findings.words import FINDINGS, shown_evidence
from lenet_tui.text.words import Words
from tests.findings.gallery_files import BROKEN, HEALTHY, checked, id_of, programs


def main(wanted: list[str]) -> int:
    """Print the table; 1 if a broken program was missed or a healthy one accused."""
    warnings.simplefilter("ignore")
    words, wrong = Words("en", FINDINGS), 0
    for program in programs():
        if wanted and id_of(program) not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            broken = checked(program, BROKEN, Path(folder)).findings
            healthy = checked(program, HEALTHY, Path(folder)).findings
            seconds = time.perf_counter() - began
        own = [f for f in broken if f.id == id_of(program)]
        others = sorted({f.id for f in broken} - {id_of(program)})
        accused = [f.id for f in healthy if f.fails]
        wrong += not own or bool(accused)
        verdict = "MISSED" if not own else own[0].level
        print(f"{program:42} {verdict:8} {seconds:5.1f} s  twin: {accused or 'not accused'}")  # noqa: T201
        for finding in own:
            print(f"    {finding.line}  {finding.where}: {shown_evidence(finding, words)}")  # noqa: T201
        if others:
            print(f"    also: {', '.join(others)}")  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
