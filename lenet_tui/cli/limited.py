"""The subcommands that take few options, or few in some of their uses: the others are refused."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from lenet_tui.cli.options import CommandError, Parser

RUN, ATTACH, INFO, CHECK = "run", "attach", "info", "check"
SCRIPTED = (RUN, CHECK)
"""The subcommands that take a script with its own words, ``--`` or not."""
DASHED = (*SCRIPTED, "twins")
"""Those that take such words behind ``--``."""
_DISPLAY = ("lang", "theme", "ascii")
OF_CHECKED_SCRIPTS = ("at", "iterations", "format", "module", "script", "words", "tape_mb")
"""What ``check`` takes with a script."""
_SCRIPTS_ALONE = ("at", "module")
"""Options of ``check`` that mean nothing without a script."""
_ALONE = ("--ascii", "--help", "--version")
"""Options without a value."""


@dataclass(frozen=True, slots=True)
class Limited:
    """``takes``: options by their names in the result. ``usage`` and ``examples``: for the help."""

    takes: tuple[str, ...]
    usage: str
    examples: str


LIMITED = {
    RUN: Limited(
        ("at", "when", "moves", "module", "script", "words", "tape_mb"),
        "lenet-tui run [--at N | --when CONDITION] [--moves FILE] [-m] [--tape-mb N]\n"
        "                     [--lang {en,zh}] [--theme NAME] [--ascii] [--] SCRIPT ARGS…",
        "examples:\n"
        "  lenet-tui run --at 100 -- train.py --epochs 3     after its 100th update\n"
        "  lenet-tui run --when nan -m -- package.train      where a NaN or an infinity comes up",
    ),
    ATTACH: Limited(
        ("name", "line"),
        "lenet-tui attach [--lang {en,zh}] [--theme NAME] [--ascii] [NAME]",
        "examples:\n"
        "  LENET_TUI_TTY=wait python train.py    in one terminal: lenet_tui.step waits for it\n"
        "  lenet-tui attach                      in another one: the screen, or a list of several",
    ),
    INFO: Limited(
        ("file",),
        "lenet-tui info [--lang {en,zh}] [--theme NAME] [--ascii] [FILE]",
        "examples:\n"
        "  lenet-tui info                this terminal, the devices here, versions\n"
        "  lenet-tui info d.session      what a checkpoint holds",
    ),
}  # fmt: skip
_ALWAYS = ("command", "run", "help")
ANY = (*_DISPLAY, *_ALWAYS)
"""What every subcommand takes."""


def written(name: str) -> str:
    """An option as it is typed, of its name in the result."""
    if name == "module":
        return "-m"
    return "--" + {"inputs": "input", "model_arg": "model.ARG"}.get(name, name.replace("_", "-"))


def explain_group(parser: Parser, title: str, about: str) -> None:
    """Have the help say something of a group of options that the parser has already."""
    for group in parser._action_groups:
        if group.title == title:
            group.description = about


def limit(name: str, parser: Parser) -> None:
    """Have the subcommand's help list what it takes, with examples; the rest it still reads."""
    limited = LIMITED[name]
    for option in ("--moves", "--resume"):  # of the app
        if option not in parser._option_string_actions:
            parser.add_argument(option, nargs="?")
    shown = {*limited.takes, *_DISPLAY, "help"}
    for action in parser._actions:
        if action.dest not in shown:
            action.help = argparse.SUPPRESS
    parser.usage, parser.epilog = limited.usage, limited.examples
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def check(args: argparse.Namespace) -> None:
    """Raise ``CommandError`` for an option that the subcommand has no use for."""
    command = vars(args).get("command") or ""
    if command == CHECK:
        _check_check(args)
    limited = LIMITED.get(command)
    if limited is None:
        return
    for name in vars(args):
        if name not in (*limited.takes, *ANY):
            option = written(name)
            if command == RUN:
                raise CommandError("cli:not-of-run", option=option)
            if command == ATTACH:
                raise CommandError("cli:not-of-attach", option=option)
            raise CommandError("cli:not-of-info", option=option)


def _check_check(args: argparse.Namespace) -> None:
    """Refuse the options of a session for a script, and those of a script for a session."""
    given = vars(args)
    scripted = bool(given.get("script") or given.get("words"))
    for name in given:
        if scripted and name not in (*OF_CHECKED_SCRIPTS, *ANY):
            raise CommandError("cli:not-of-checked-script", option=written(name))
        if not scripted and name in _SCRIPTS_ALONE:
            raise CommandError("cli:not-without-script", option=written(name))


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The program's own words, and from ``--`` on those of a script, which may lack it.

    As for ``python``, what follows the script's name is the script's.
    """
    place = 0
    ran = False
    while place < len(words):
        word = words[place]
        if word == "--":
            break
        if not word.startswith("-"):
            if ran:
                return list(words[:place]), ["--", *words[place:]]
            if word not in SCRIPTED:
                break
            ran = True
        elif word.startswith("--") and "=" not in word and word not in _ALONE:
            place += list(words[place + 1 : place + 2]) != ["--"]
        place += 1
    end = words.index("--") if "--" in words else len(words)
    return list(words[:end]), list(words[end:])
