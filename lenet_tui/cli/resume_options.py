"""The options of ``--resume``; light, as it is imported before the first picture."""

from __future__ import annotations

import argparse

from lenet_tui.cli.options import CommandError

_BESIDE = ("resume", "lang", "ascii", "moves", "command")
"""What may be given with it: the session brings its own options."""


def add_resume_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--resume [FILE]``."""
    parser.add_argument(
        "--resume", nargs="?", const="", metavar="FILE", help="offer the last sessions back"
    )


def asked_resume(args: argparse.Namespace) -> str | None:
    """The file to resume from, empty: any that was saved; ``None``: not asked for."""
    given = vars(args)
    file: str | None = given.get("resume")
    if file is not None:
        for name in given:
            if name not in _BESIDE:
                option = name.replace("_", "-")
                raise CommandError(
                    f"--resume brings the session's own {option}: leave out --{option}"
                )
    return file
