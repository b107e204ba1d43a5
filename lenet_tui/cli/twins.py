"""``lenet-tui twins`` without a screen: where two programs part, and their losses."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from lenet_tui.cli import transcript_jsonl
from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import CommandError, complain, language
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.words import words_in
from lenet_tui.text.notice import Notice, notice
from lenet_tui.text.words import Words
from lenet_tui.twins.lines import labels, parting
from lenet_tui.twins.mistake import BY_ID, MISTAKES, Mistake
from lenet_tui.twins.result import Twins, TwinsResult
from lenet_tui.twins.script_pair import run_scripts
from lenet_tui.twins.scripts import write_scripts

DIFFERENT = 1


def run(args: argparse.Namespace, request: Twins | None, instead: Notice | None = None) -> int:
    """Print what came out: 0 if two files gave the same bits, 1 if they differ.

    Of a mistake the difference is the point: 0. Without anything asked: the list of mistakes.
    """
    given = vars(args)
    ascii = bool(given.get("ascii"))
    printer, words = Printer(ascii), words_in(language(args), ascii)
    if instead:
        complain(instead)
    if request is None:
        _list(printer, words, given.get("format") == "json")
        return 0
    if "export" in given:
        _export(BY_ID[request.mistake], Path(given["export"]))
        if "format" not in given:
            return 0
    result = _asked(request)
    if result.error is not None:
        for line in result.traceback:
            sys.stderr.write(f"{line}\n")
        raise CommandError(result.error)
    if given.get("format") == "json":
        _json(result)
    else:
        _text(printer, words, request, result)
    return DIFFERENT if result.differs and not request.mistake else 0


def _asked(request: Twins) -> TwinsResult:
    """Of two scripts without an engine: what they are compared by is their own processes' work."""
    if request.scripts:
        return run_scripts(request, None if sys.stdin is None else _piped())
    with BlockingEngine() as engine:
        return engine.ask(request)


def _piped() -> BinaryIO | None:
    """The standard input, where it is no terminal: two cannot be typed into."""
    return None if sys.stdin.isatty() else sys.stdin.buffer


def _export(mistake: Mistake, folder: Path) -> None:
    a, b = write_scripts(mistake, folder)
    complain(notice("twins:written", a=str(a), b=str(b)))


def _list(printer: Printer, words: Words, as_json: bool) -> None:
    titles = {m.id: words(f"twins.{m.id}.title") for m in MISTAKES}
    if as_json:
        sys.stdout.write(transcript_jsonl.line({"mistakes": titles}) + "\n")
        return
    printer.line(words("twins.list", count=len(MISTAKES)))
    printer.table(("", ""), [(f"  {name}", title) for name, title in titles.items()])


def _json(result: TwinsResult) -> None:
    """``first`` and ``first_number`` beside the iterations, each number in full."""
    whole: dict[str, Any] = {"names": list(result.names)}
    for key in ("first", "first_number"):
        found = getattr(result, key)
        whole[key] = None if found is None else {"iteration": found[0], **asdict(found[1])}
    whole["losses"] = [list(i.losses) for i in result.iterations if i.number]
    ended = result.ended
    whole["errors"] = [None if e is None else str(e) for e in ended.errors] if ended else None
    whole["endings"] = [None if e is None else asdict(e) for e in result.endings]
    whole["iterations"] = len([i for i in result.iterations if i.number])
    sys.stdout.write(transcript_jsonl.line(whole) + "\n")


def _text(printer: Printer, words: Words, request: Twins, result: TwinsResult) -> None:
    mistake = BY_ID.get(request.mistake)
    names = labels(result, words, mistake is not None)
    if mistake is not None:
        printer.line(words(f"twins.{mistake.id}.title"), "bold")
        for line in mistake.diff:
            printer.line(f"  {line}")
        printer.line("")
        printer.line(words(f"twins.{mistake.id}.ask"))
        printer.line(words("twins.answer", answer=words(f"twins.{mistake.id}.{mistake.right}")))
        printer.line("")
    n = result.iterations[-1].number if result.iterations else 0
    printer.line(words("twins.seed", a=names[0], b=names[1], n=n, seed=request.seed))
    for line in parting(result, words, names):
        printer.line(line, "" if line.startswith(" ") else "bold")
    ended = result.ended
    for lines in ended.tracebacks if ended else ():
        for line in lines:
            printer.line(f"  {line}")
    printer.line("")
    rows = [
        (str(i.number), *(_loss(loss) for loss in i.losses), _mark(i.losses))
        for i in result.iterations
        if i.number
    ]
    printer.table((words("twins.iteration"), *names, ""), rows, right=1)
    if mistake is not None:
        printer.line("")
        printer.line(words(f"twins.{mistake.id}.why"))


def _loss(value: float | None) -> str:
    """A loss with every digit, as a script prints it."""
    return "—" if value is None else repr(value)


def _mark(losses: tuple[float | None, float | None]) -> str:
    a, b = map(repr, losses)  # NaN is equal to NaN here
    return "=" if a == b else "≠"
