"""``lenet-tui info``: what this terminal can show, what is installed, which devices are here."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console

from lenet_tui.cli.blocking_engine import BlockingEngine
from lenet_tui.cli.options import language
from lenet_tui.cli.printer import Printer
from lenet_tui.cli.streams import no_screen
from lenet_tui.cli.words import words_in
from lenet_tui.protocol.frame import Device
from lenet_tui.terminal.textual_version import CHECKED, PLAIN, private_ok, textual_version
from lenet_tui.text.words import Words
from lenet_tui.training.request import ListDevices
from lenet_tui.version import __version__

PACKAGES = ("torch", "textual", "rich", "numpy")
VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL", "TMUX", "SSH_TTY")
LEAST = (60, 20)
"""Columns and rows below which the app only shows how large it needs to be."""
GIGABYTE = 2**30


def run(args: argparse.Namespace) -> int:
    """Print it all; the devices last, as torch must be imported to know them."""
    words = words_in(language(args))
    printer = Printer(bool(vars(args).get("ascii")))
    with BlockingEngine() as engine:
        devices = engine.begin(ListDevices())
        printer.line(words("info.terminal"), "bold")
        printer.table(("", ""), _terminal(words))
        printer.line("")
        printer.line(words("info.versions"), "bold")
        printer.table(("", ""), _versions(words))
        printer.line("")
        printer.line(words("info.devices"), "bold")
        printer.table(("", "", ""), (_device(d, words) for d in devices().answer or ()))
    return 0


def _terminal(words: Words) -> list[tuple[str, str]]:
    columns, rows = _size()
    fits = columns >= LEAST[0] and rows >= LEAST[1]
    console = Console(stderr=True)  # where the app draws
    colours = console.color_system if not os.environ.get("NO_COLOR") else None
    why = no_screen()
    usable = words("info.unusable", why=words.say(why)) if why else words("info.usable")
    cells = words("info.cells" if fits else "info.small", columns=columns, rows=rows)
    return [
        (words("info.size"), cells),
        (words("info.colours"), words(f"info.colours.{colours or 'none'}")),
        (words("info.encoding"), console.encoding),
        (words("info.screen"), usable),
        *((name, os.environ[name]) for name in VARIABLES if name in os.environ),
    ]


def _size() -> tuple[int, int]:
    """Columns and rows of the terminal that the app would draw on, whatever standard output is."""
    for stream in (sys.__stderr__, sys.__stdin__, sys.__stdout__):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            return os.get_terminal_size(stream.fileno())  # type: ignore[union-attr]
    return shutil.get_terminal_size()


def _versions(words: Words) -> list[tuple[str, str]]:
    rows = [("lenet-tui", __version__), ("python", platform.python_version())]
    rows += ((name, _version(name, words)) for name in PACKAGES)
    return [*rows, ("system", platform.platform())]


def _version(package: str, words: Words) -> str:
    if package == "textual":
        return _textual(words)
    try:
        return version(package)
    except PackageNotFoundError:
        return words("info.missing")


def _textual(words: Words) -> str:
    """Textual's version, and whether the app uses more than its public interface."""
    found = textual_version()
    if not found:
        return words("info.missing")
    if private_ok():
        return words("info.textual.checked", version=found)
    if found in CHECKED:
        return words("info.textual.plain", version=found, variable=PLAIN)
    return words("info.textual.unchecked", version=found, checked=", ".join(CHECKED))


def _device(device: Device, words: Words) -> tuple[str, str, str]:
    if device.problem:
        return device.name, "", words("info.absent", why=words.say(device.problem))
    if device.free is None or device.total is None:
        return device.name, device.title, ""
    free, total = (f"{size / GIGABYTE:.1f}" for size in (device.free, device.total))
    return device.name, device.title, words("info.memory", free=free, total=total)
