"""Text on standard output, laid out by rich; every string is cleaned on its way."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table

from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import ascii_text
from lenet_tui.text.wide_text import WideText

WIDTH = 100
"""Columns where there is no terminal to ask."""


class Printer:
    """Writes lines, rules and tables. ``ascii``: our own signs in ASCII.

    ``stream``: where to, standard output if it is not given.
    """

    def __init__(self, ascii: bool, stream: TextIO | None = None) -> None:
        self._ascii = ascii
        self._stream = stream
        self._console = Console(
            width=None if self._out.isatty() else WIDTH, highlight=False, markup=False, emoji=False,
            force_jupyter=False,  # there it would show each line a second time
        )  # fmt: skip

    @property
    def _out(self) -> TextIO:
        return self._stream or sys.stdout

    def rule(self, title: str) -> None:
        self.line("")
        characters = "-" if self._ascii else "─"
        self._print(Rule(self._text(title), align="left", characters=characters))

    def line(self, text: str, style: str = "") -> None:
        """Write one line, however long where there is no terminal."""
        self._print(self._text(text, style), soft_wrap=not self._out.isatty())

    def indented(self, text: str) -> None:
        """Write an indented paragraph."""
        self._print(Padding(self._text(text), (0, 0, 0, 2)))

    def table(self, titles: Iterable[str], rows: Iterable[Iterable[str]], right: int = 99) -> None:
        """Write a table without lines; the columns from number ``right`` on hold numbers."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        titles = list(titles)
        table.show_header = any(titles)
        for number, title in enumerate(titles):
            table.add_column(self._text(title), justify="right" if number >= right else "left")
        for row in rows:
            table.add_row(*(self._text(cell) for cell in row))
        self._print(table)

    def _text(self, text: str, style: str = "") -> WideText:
        shown = clean(text)
        return WideText(ascii_text(shown) if self._ascii else shown, style)

    def _print(self, renderable: Any, soft_wrap: bool = False) -> None:
        """Print without the blanks that rich fills lines up with."""
        with self._console.capture() as capture:
            self._console.print(renderable, soft_wrap=soft_wrap)
        lines = (line.rstrip() for line in capture.get().splitlines())
        self._out.write("".join(f"{line}\n" for line in lines))
        self._out.flush()
