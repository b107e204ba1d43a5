"""``lenet-tui check``: what is wrong with a step, as text, JSON or annotations."""

from __future__ import annotations

import argparse
import sys

from lenet_tui.cli.blocking_engine import BlockingEngine, EngineFailed
from lenet_tui.cli.options import complain, language
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.words import words_in
from lenet_tui.findings import report
from lenet_tui.findings.finding import ERROR, NOTE, WARNING, Finding, Findings, never_ran
from lenet_tui.findings.request import ITERATIONS, Check
from lenet_tui.findings.words import said, shown_evidence
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import INIT
from lenet_tui.text.words import Words

FOUND = 1
STYLES = {ERROR: "bold red", WARNING: "bold yellow", NOTE: "bold"}


def run(args: argparse.Namespace, options: Options) -> int:
    """Check the step and print what was found; 1 if any of it is an error or a warning."""
    with BlockingEngine() as engine:
        try:
            engine.start(options)
            found = engine.ask(Check(vars(args).get("iterations", ITERATIONS)))
        except EngineFailed as failed:
            if failed.raised is None:
                raise
            complain(failed.notice)
            found = never_ran(failed.raised, INIT.name)
    own, _, _ = options.model.rpartition(".py")
    return FOUND if printed(found, args, own=f"{own}.py" if own else "").fails else 0


def printed(
    found: Findings, args: argparse.Namespace, door: str = "app", own: str = ""
) -> Findings:
    """Print what was found in the form that is asked for; returns it.

    ``door``: where probes are to be had for it, ``app`` or ``script``; ``own``: the file checked.
    """
    given = vars(args)
    form, ascii = given.get("format", "text"), "ascii" in given
    words = words_in(language(args), ascii)
    if form == "json":
        sys.stdout.write(report.json_text(found, words) + "\n")
    elif form == "github":
        lines = report.host_annotations(found, words, own)
        sys.stdout.write(f"{lines}\n" if lines else "")
    else:
        TextPrinter(Printer(ascii), words).write(found, door)
    return found


class TextPrinter:
    """Writes findings as text for people."""

    def __init__(self, printer: Printer, words: Words) -> None:
        self._printer = printer
        self._words = words

    def write(self, found: Findings, door: str = "app") -> None:
        """Write each, then how many; where nothing is wrong, also what a check does not try."""
        words = self._words
        for finding in found.findings:
            self._finding(finding)
        key = "findings.count" if found.findings else "findings.none"
        counts = dict.fromkeys(STYLES, 0)
        for finding in found.findings:
            counts[finding.level] += 1
        counted = words(key, count=found.iterations, **counts)
        self._printer.line(f"{counted}{report.unseen(found, words)}")
        if not found.fails:
            self._printer.line(words("findings.not-tried", door=words(f"findings.door.{door}")))

    def _finding(self, finding: Finding) -> None:
        printer, words = self._printer, self._words
        title, why, fix = said(finding, words)
        level = words(f"findings.level.{finding.level}")
        printer.line(f"{level}  {finding.id}", STYLES[finding.level])
        for text in (
            *report.whole_place(finding, words),
            title,
            why,
            f"{words('findings.fix')}: {fix}",
        ):
            if text:
                printer.indented(text)
        evidence = shown_evidence(finding, words)
        if evidence:
            printer.indented(f"{words('findings.evidence')}: {evidence}")
        printer.line("")
