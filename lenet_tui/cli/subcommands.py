"""The subcommands: their options, and what each does. torch and Textual are imported late."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from lenet_tui.cli import streams
from lenet_tui.cli.limited import ATTACH, CHECK, INFO, RUN, explain_group, limit
from lenet_tui.cli.options import CommandError, Parser, complain, session_options
from lenet_tui.cli.twins_command import add_twins
from lenet_tui.explain.cell_address import parse_cell
from lenet_tui.lab.layer import FIRST_LAYER, default_input
from lenet_tui.lab.parse import parse_layer, parse_shape
from lenet_tui.process import forkserver
from lenet_tui.protocol.options import SWITCHES, Options
from lenet_tui.protocol.position import LAST
from lenet_tui.text.notice import Notice, notice
from lenet_tui.text.numbers import thousands
from lenet_tui.tour.stops import PRESET, STOPS

if TYPE_CHECKING:
    from lenet_tui.app.ui.main_screen import MainScreen

_OWN = (
    "model",
    "inputs",
    "data",
    "augment",
    "train_size",
    "batch_size",
    "loss",
    "lr",
    "optimizer",
    "schedule",
    "momentum",
    "weight_decay",
    "weights",
    *SWITCHES,
)
"""Options of the session that the tour's words and numbers depend on."""


RECIPE = (
    "By itself, and with images, it trains with adamw, lr 0.005, weight-decay 1, augment"
    " shift=2,rotate=10 and a schedule of one epoch of warm-up, then a cosine, in batches of 16. If"
    " any of --optimizer, --lr, --schedule, --momentum, --weight-decay, --loss, --clip is given,"
    " what is not given is as in the app: manual, lr 0.01, no augmentation"
)
"""``train.RECIPE`` in words; a test compares them."""


class OpenApp(Protocol):
    """What runs the app; ``first``: what to open over its main screen."""

    def __call__(
        self, args: argparse.Namespace, first: Callable[[MainScreen], None] | None = None
    ) -> int: ...


def add_all(add: Callable[..., Parser], open_app: OpenApp) -> None:
    """Add every subcommand with ``add`` of ``options.make_parser``."""
    parser = add("trace", "print what happens, without a screen", trace)
    group = parser.add_argument_group("transcript")
    _add_extent(group, "play moves, one a line; -: standard input")
    group.add_argument("--ops", action="store_true", help="every op of each phase too")
    group.add_argument("--format", choices=("text", "jsonl"), help="text (default) or jsonl")

    parser = add(CHECK, "what is wrong with this step: findings, exit 0 / 1 / 2", _check)
    about = "a script takes --tape-mb alone of these; its own options come behind its name"
    explain_group(parser, "session", about)
    group = parser.add_argument_group("check")
    number = _whole("iterations", 1)
    group.add_argument("--iterations", type=number, metavar="N", help="how many (3)")
    forms = ("text", "json", "github")
    group.add_argument("--format", choices=forms, help="text (default), json, or annotations")
    group = parser.add_argument_group("script")
    about = "your own script, run up to there: from its N-th update on (1)"
    group.add_argument("--at", type=_whole("at", 1), metavar="N", help=about)
    group.add_argument("-m", dest="module", action="store_true", help="SCRIPT is a module's name")
    group.add_argument("script", nargs="...", metavar="-- SCRIPT ARGS", help="as for python")

    run_lab = partial(_lab, open_app)
    parser = add("lab", "try a layer: its window, shapes, formula, numbers", run_lab)
    parser.add_argument("layer", nargs="?", metavar="LAYER", help=f"such as '{FIRST_LAYER}'")
    group = parser.add_argument_group("lab")
    group.add_argument("--input", metavar="SHAPE", help="such as 1,1,32,32")
    printed = "print, instead of opening the screen"
    group.add_argument("--format", choices=("text", "json"), help=printed)

    parser = add("tour", "the chapter, then learning, beside the app", partial(_tour, open_app))
    parser.add_argument("stop", nargs="?", metavar="STOP", help=f"1 to {len(STOPS)}, or its name")
    group = parser.add_argument_group("tour")
    group.add_argument("--format", choices=("text",), help=printed)

    parser = add("explain", "one number and where it came from", _explain)
    parser.add_argument("cell", metavar="CELL", help="such as 'conv1.weight.grad[0,0,2,3]'")
    group = parser.add_argument_group("explanation")
    number = _whole("iteration", 1)
    group.add_argument("--iteration", type=number, metavar="N", help="in which iteration (1)")
    group.add_argument("--check", action="store_true", help="a gradient by central difference too")
    group.add_argument("--format", choices=("text", "json"), help="text (default) or json")

    parser = add("export", "a session as a plain PyTorch script", _export)
    group = parser.add_argument_group("script")
    _add_extent(group, "the session of these moves, one a line")
    group.add_argument("--output", metavar="FILE", help="a new file; -: print it")
    _add_weights(group)
    group.add_argument("--force", action="store_true", help="overwrite an existing file")

    parser = add("train", "train without a screen, and evaluate", _train)
    parser.epilog = f"{RECIPE}."
    group = parser.add_argument_group("training")
    extent = group.add_mutually_exclusive_group()
    extent.add_argument("--epochs", type=_whole("epochs", 1), metavar="N", help="how many (20)")
    number = _whole("iterations", 1)
    extent.add_argument("--iterations", type=number, metavar="N", help="instead of epochs")
    group.add_argument("--checkpoint", metavar="FILE", help="write the session: --resume FILE")
    number = _whole("checkpoint-every", 0)
    about = "write it so often meanwhile (60; 0: at the end only)"
    group.add_argument("--checkpoint-every", type=number, metavar="SECONDS", help=about)
    group.add_argument("--resume", metavar="FILE", help="train on from a checkpoint")
    _add_weights(group)
    group.add_argument("--force", action="store_true", help="overwrite an existing checkpoint")
    group.add_argument("--format", choices=("text", "jsonl"), help="text (default) or jsonl")
    group.add_argument("--dry-run", action="store_true", help="draw the schedule, and end")
    verify = "stop half-way and resume in a new process: 1 if anything differs"
    group.add_argument("--verify-resume", action="store_true", help=verify)

    about = "your own script, stopped after an update and looked at"
    commands = {RUN: (parser := add(RUN, about, _run_script))}
    group = parser.add_argument_group("script")
    stop = group.add_mutually_exclusive_group()
    number = _whole("at", 1)
    stop.add_argument("--at", type=number, metavar="N", help="at its N-th update (1)")
    when = (
        "where this holds after an update: nan, 'loss > 5' (the loss of the last backward before"
        " it), 'norm(fc1.weight.grad) > 10'"
    )
    stop.add_argument("--when", metavar="CONDITION", help=when)
    group.add_argument("--moves", metavar="FILE", help="make these there, one a line, and print")
    group.add_argument("-m", dest="module", action="store_true", help="SCRIPT is a module's name")
    group.add_argument("script", nargs="...", metavar="-- SCRIPT ARGS", help="as for python")

    add_twins(add, open_app, _whole)
    about = "the screen of a session that runs elsewhere"
    parser = commands[ATTACH] = add(ATTACH, about, _attach)
    parser.add_argument("name", nargs="?", metavar="NAME", help="which, where there are several")
    parser.add_argument("--line", type=int, help=argparse.SUPPRESS)

    about = "what this terminal can show, the devices here, versions; what a checkpoint holds"
    parser = commands[INFO] = add(INFO, about, _info)
    parser.add_argument("file", nargs="?", metavar="FILE", help="a checkpoint or saved session")
    for name, command in commands.items():
        limit(name, command)


def _add_weights(group: argparse._ArgumentGroup) -> None:
    about = "write the weights alone: a state_dict (.pt), or .safetensors"
    group.add_argument("--save-weights", metavar="FILE", help=about)


def _no_resume(file: str) -> str:
    """The value of an option that is only there to be refused with the reason."""
    raise CommandError("cli:no-resume")


def _add_extent(group: argparse._ArgumentGroup, moves: str) -> None:
    """Add ``--iterations`` and ``--moves``; ``moves``: its help."""
    extent = group.add_mutually_exclusive_group()
    number = _whole("iterations", 0)
    extent.add_argument("--iterations", type=number, metavar="N", help="how many (1)")
    extent.add_argument("--moves", metavar="FILE", help=moves)
    group.add_argument("--resume", nargs="?", const="", type=_no_resume, help=argparse.SUPPRESS)


def _whole(name: str, least: int) -> Callable[[str], int]:
    """A parser of whole numbers from ``least`` on, up to the last iteration of a session."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= LAST:
            raise _not_whole(name, text, least)
        return value

    return parse


def _not_whole(name: str, text: str, least: int) -> CommandError:
    most = thousands(LAST)
    return CommandError("cli:not-whole-from", name=name, text=text, least=least, most=most)


def _prepare() -> None:
    """Before a command that prints: its engine's torch is imported while numpy is here."""
    streams.check_output()
    forkserver.prepare()


def _check_options(args: argparse.Namespace) -> None:
    """Say what is wrong with the options before torch is there; a file of moves has its own."""
    if "moves" not in args:
        session_options(args)


def trace(args: argparse.Namespace, why: Notice | None = None) -> int:
    """Print the transcript; ``why``: a line first, where it takes the place of the app."""
    _check_options(args)
    _prepare()
    from lenet_tui.cli import trace  # noqa: PLC0415

    return trace.run(args, why)


def _check(args: argparse.Namespace) -> int | Callable[[], int]:
    given = vars(args)
    if given.get("script") or given.get("words"):
        from lenet_tui.cli import check_script  # noqa: PLC0415

        return check_script.prepare(args)
    options = session_options(args)
    _prepare()
    from lenet_tui.cli import check  # noqa: PLC0415

    return check.run(args, options)


def _lab(open_app: OpenApp, args: argparse.Namespace) -> int:
    given = vars(args)
    layer = parse_layer(given.get("layer") or FIRST_LAYER)
    shape = parse_shape(given["input"]) if "input" in given else default_input(layer)
    instead = None
    if not given.get("format"):
        why = streams.no_screen()
        if not why:
            return open_app(args, lambda main: main.open_lab(str(layer), shape))
        instead = notice("cli:layer-printed", why=why)
    _prepare()
    from lenet_tui.cli import lab  # noqa: PLC0415

    return lab.run(args, layer, shape, instead)


def _tour(open_app: OpenApp, args: argparse.Namespace) -> int:
    number, options = _asked_stop(args), _tour_options(args)
    if not vars(args).get("format"):
        why = streams.no_screen()
        if not why:
            return open_app(args, lambda main: main.tour.open(number, fresh=True))
        streams.check_output()
        complain(notice("cli:stops-printed", why=why))
    from lenet_tui.cli import tour  # noqa: PLC0415

    return tour.run(args, number, options)


def _asked_stop(args: argparse.Namespace) -> int | None:
    """The number of the stop asked for, from 0; ``CommandError`` where there is none like that."""
    asked = vars(args).get("stop")
    if asked is None:
        return None
    names = [stop.key for stop in STOPS]
    numbers = [str(number) for number in range(1, len(names) + 1)]
    for known in (names, numbers):
        if asked in known:
            return known.index(asked)
    raise CommandError("cli:no-stop", stop=asked, count=len(names), names=", ".join(names))


def _tour_options(args: argparse.Namespace) -> Options:
    """The options of the tour's session: its own preset, on the device and seed asked for."""
    given = vars(args)
    preset = given.get("preset", PRESET)
    own = [
        f"--{name.replace('inputs', 'input').replace('_', '-')}" for name in _OWN if name in given
    ]
    if preset != PRESET or own:
        what = ", ".join(own) or f"--preset {preset}"
        raise CommandError("cli:own-session", preset=PRESET, what=what)
    args.preset = PRESET
    return session_options(args)


def _explain(args: argparse.Namespace) -> int:
    cell = parse_cell(args.cell)
    iteration = max(int(vars(args).get("iteration", 1)), cell.iteration or 0)
    if iteration > LAST:  # it is the cell's own
        raise _not_whole("iteration", str(iteration), 0)
    options = session_options(args)
    _prepare()
    from lenet_tui.cli import explain  # noqa: PLC0415

    return explain.run(args, options, cell, iteration)


def _export(args: argparse.Namespace) -> int:
    _check_options(args)
    if vars(args).get("output") == "-":
        streams.check_output()
    forkserver.prepare()
    from lenet_tui.cli import export  # noqa: PLC0415

    return export.run(args)


def _train(args: argparse.Namespace) -> int:
    if "resume" not in args:
        session_options(args)
    _prepare()
    from lenet_tui.cli import train  # noqa: PLC0415

    return train.run(args)


def _run_script(args: argparse.Namespace) -> Callable[[], int]:
    from lenet_tui.cli import run  # noqa: PLC0415

    return run.prepare(args)


def _attach(args: argparse.Namespace) -> int:
    from lenet_tui.cli import attach  # noqa: PLC0415

    return attach.run(args)


def _info(args: argparse.Namespace) -> int:
    file = vars(args).get("file")
    if file is not None:
        streams.check_output()
        from lenet_tui.cli import info_file  # noqa: PLC0415

        return info_file.run(args, file)
    _prepare()
    from lenet_tui.cli import info  # noqa: PLC0415

    return info.run(args)
