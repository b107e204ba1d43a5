"""What ``lenet-tui tour`` is asked for."""

from __future__ import annotations

import argparse

from lenet_tui.cli.options import CommandError, session_options
from lenet_tui.protocol.options import SWITCHES, Options
from lenet_tui.tour.words_stops import PRESET, STOPS

_OWN = ("data", "batch_size", "loss", "lr", "optimizer", *SWITCHES)
"""Options of the session that the stops' words and numbers rest on."""


def add_tour_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``tour`` alone."""
    parser.add_argument("stop", nargs="?", metavar="STOP", help=f"1 to {len(STOPS)}, or its name")
    group = parser.add_argument_group("tour")
    group.add_argument("--format", choices=("text",), help="print, instead of opening the screen")


def asked_stop(args: argparse.Namespace) -> int | None:
    """The number of the stop asked for, from 0; ``CommandError`` where there is none like that."""
    asked = vars(args).get("stop")
    if asked is None:
        return None
    names = [stop.key for stop in STOPS]
    numbers = [str(number) for number in range(1, len(names) + 1)]
    for known in (names, numbers):
        if asked in known:
            return known.index(asked)
    raise CommandError(f"no stop {asked!r}: 1 to {len(names)}, or one of {', '.join(names)}")


def tour_options(args: argparse.Namespace) -> Options:
    """The options of the tour's session: its own preset, on the device and seed asked for."""
    given = vars(args)
    preset = given.get("preset", PRESET)
    own = [f"--{name.replace('_', '-')}" for name in _OWN if name in given]
    if preset != PRESET or own:
        what = ", ".join(own) or f"--preset {preset}"
        raise CommandError(
            f"the tour has a session of its own, the preset {PRESET}: no {what} here"
        )
    args.preset = PRESET
    return session_options(args)
