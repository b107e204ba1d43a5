"""``lenet-tui tour`` without the screen: the stops as text, each with its code and its output."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rich.cells import cell_len

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import language
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.words import words_in
from lenet_tui.lab.result import RunLab
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import Options
from lenet_tui.text.words import Words
from lenet_tui.text.wrapping import wrap
from lenet_tui.tour.request import Print
from lenet_tui.tour.stop import Stop
from lenet_tui.tour.stops import STOPS

WIDTH = 80


def run(args: argparse.Namespace, asked: int | None, options: Options) -> int:
    """Print the stop asked for, or all of them."""
    ascii = "ascii" in args
    printer, words = Printer(ascii), words_in(language(args), ascii)
    with BlockingEngine() as engine:
        for number in range(len(STOPS)) if asked is None else [asked]:
            printer.rule(
                f"{number + 1} / {len(STOPS)} · {words(f'tour.{STOPS[number].key}.title')}"
            )
            for line in stop_lines(number, words):
                printer.line(line)
            printed = stop_output(STOPS[number], engine, options)
            if printed:
                printer.line("")
                printer.line(f"  {words('tour.prints')}")
            for line in printed:
                printer.line(f"    {line}")
    return 0


def stop_output(stop: Stop, engine: BlockingEngine, options: Options) -> list[str]:
    """The lines that a stop's code prints: from the engine, in the stop's own state."""
    if stop.lab:
        result = engine.ask(RunLab(stop.lab, stop.lab_input))
        return [f"torch.Size([{', '.join(map(str, result.output_shape or ()))}])"]
    if not stop.prints:
        return []
    engine.start(stop.session(options))
    texts: list[str] = []
    for moves in (stop.moves, stop.then) if stop.then else (stop.moves,):
        for move in moves:
            engine.make(parse_move(move))
        printed = engine.ask(Print(stop.prints))
        texts += printed
    return [line for text in texts for line in text.splitlines()]


def stop_lines(number: int, words: Words) -> Iterator[str]:
    """The words of a stop in lines of at most ``WIDTH`` cells, then its code, set in."""
    stop = STOPS[number]
    for paragraph in words(f"tour.{stop.key}.text").splitlines():
        yield ""
        yield from wrap(paragraph, WIDTH, cell_len)
    yield ""
    for line in stop.code.splitlines():
        yield f"    {line}" if line else ""
