"""``lenet-tui explain``: one number of a session, and where it came from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lenet_tui.cli import transcript_jsonl
from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import CommandError, language
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.words import words_in
from lenet_tui.explain.cell_address import Cell
from lenet_tui.explain.explanation import Explain, Explanation, Operand
from lenet_tui.explain.words.cells import difference_line, note_lines, verdict
from lenet_tui.protocol.messages import DoMove
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phase_words import phase_noticed
from lenet_tui.tensors.regions import region_text
from lenet_tui.text.numbers import aligned, index_text, number, thousands
from lenet_tui.text.words import Words

FAILED = 1
SHOWN = 20
"""Terms that the text shows; the smaller ones are folded."""
OPERANDS = 12
"""Operands of a term that the text shows."""
BESIDE = 3
"""Operands on a line."""


def run(args: argparse.Namespace, options: Options, cell: Cell, iteration: int) -> int:
    """Run the session to the iteration and print the explanation; 0 if there is one."""
    given = vars(args)
    as_json = given.get("format") == "json"
    with BlockingEngine() as engine:
        engine.start(options)
        moved = engine.move(DoMove(1, Run(iteration)))
        if moved.error:
            at = moved.frame.position
            n, phase, error = at.iteration, phase_noticed(at.phase), moved.error
            raise CommandError("cli:iteration", FAILED, n=n, phase=phase, error=error)
        check = bool(given.get("check"))
        most = None if as_json else SHOWN
        found = engine.ask(Explain(str(cell), check, most, iteration))
    if as_json:
        sys.stdout.write(transcript_jsonl.line(event(found, check)) + "\n")
    else:
        ascii = "ascii" in given
        TextPrinter(Printer(ascii), words_in(language(args), ascii)).write(found)
    return 0


def event(found: Explanation, check: bool = False) -> dict[str, Any]:
    """The explanation as plain values: every term, every number in full."""
    plain = asdict(found)
    keys = ["cell", "value", "op", "formula", "terms", "sum", "ulp", "checked"]
    return {key: plain[key] for key in keys + ["difference"] * check}


class TextPrinter:
    """Writes an explanation as text."""

    def __init__(self, printer: Printer, words: Words) -> None:
        self._printer = printer
        self._words = words

    def write(self, found: Explanation) -> None:
        printer, words = self._printer, self._words
        printer.line(f"{found.cell} = {number(found.value, 9)}", "bold")
        size = words("cells.rank", rank=thousands(found.rank), size=thousands(found.size))
        printer.line(f"{found.op} · {size}" if found.size > 1 else found.op)
        if found.formula:
            printer.line(words("cells.formula", formula=found.formula))
        if found.terms:
            printer.line("")
            self._terms(found)
            printer.line("")
        printer.line(verdict(words, found))
        difference = difference_line(words, found)
        for line in ([difference] if difference else []) + note_lines(words, found.notes):
            printer.line(line)
        read = {o.tensor for t in found.terms for o in t.operands} | {"input"}
        if found.op == "data" or not found.terms:
            read |= {name for name, _, _ in found.regions}
        regions = [f"{n}{region_text(a, b)}" for n, a, b in found.regions if a and n in read]
        if regions:
            heading = "cells.reaches" if found.op == "data" else "cells.regions"
            printer.line(f"{words(heading)}  {'  '.join(regions)}")

    def _terms(self, found: Explanation) -> None:
        words = self._words
        terms = list(found.terms[:SHOWN])
        values = [t.value for t in terms] + ([found.left_sum] if found.left else [])
        texts = aligned([*values, found.sum], 6)
        rows = []
        for text, term in zip(texts, terms, strict=False):
            first, *more = self._operands(term.operands)
            rows += [(text, first), *(("", line) for line in more)]
        if found.left:
            rows.append((texts[-2], words("cells.left", count=thousands(found.left))))
        count = thousands(len(found.terms) + found.left)
        rows.append((texts[-1], f"{words('cells.sum')} · {words('cells.terms', count=count)}"))
        self._printer.table((words("cells.term"), words("cells.operands")), rows)

    def _operands(self, operands: Sequence[Operand]) -> list[str]:
        """The operands of a term, ``BESIDE`` of them to a line; at least one line."""
        shown = [f"{o.tensor}{index_text(o.index)} {number(o.value, 6)}" for o in operands]
        if len(shown) > OPERANDS:
            more = self._words("cells.others", count=len(shown) - OPERANDS)
            shown = [*shown[:OPERANDS], more]
        starts = range(0, max(len(shown), 1), BESIDE)
        return ["   ".join(shown[n : n + BESIDE]) for n in starts]
