"""``lenet-tui tour`` without the screen: the stops as text, each with its code."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rich.cells import cell_len

from lenet_tui.command.parser import language
from lenet_tui.command.sheet import Sheet
from lenet_tui.command.tour_options import asked_stop
from lenet_tui.core.wrapping import wrap
from lenet_tui.text import words as words_of
from lenet_tui.text.tour import STOPS
from lenet_tui.text.words import Words

WIDTH = 80


def run(args: argparse.Namespace) -> int:
    """Print the stop asked for, or all of them."""
    ascii = "ascii" in args
    sheet, say = Sheet(ascii), words_of(language(args), ascii)
    asked = asked_stop(args)
    for number in range(len(STOPS)) if asked is None else [asked]:
        sheet.rule(f"{number + 1} / {len(STOPS)} · {say(f'tour.{STOPS[number].key}.title')}")
        for line in stop_lines(number, say):
            sheet.line(line)
    return 0


def stop_lines(number: int, say: Words) -> Iterator[str]:
    """The words of a stop in lines of at most ``WIDTH`` cells, then its code, set in."""
    stop = STOPS[number]
    for paragraph in say(f"tour.{stop.key}.text").splitlines():
        yield ""
        yield from wrap(paragraph, WIDTH, cell_len)
    yield ""
    for line in stop.code.splitlines():
        yield f"    {line}" if line else ""
