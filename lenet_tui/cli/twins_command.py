"""``lenet-tui twins``: its options, and whether it opens the screen."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lenet_tui.cli import limited, streams
from lenet_tui.cli.options import CommandError, Parser, session_options
from lenet_tui.process import forkserver
from lenet_tui.protocol.moves import parse_move
from lenet_tui.protocol.options import Options
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, notice
from lenet_tui.twins.kinds_of_file import of_files
from lenet_tui.twins.mistake import BY_ID, ITERATIONS
from lenet_tui.twins.result import Twins

if TYPE_CHECKING:
    from lenet_tui.app.ui.main_screen import MainScreen


_OF_BOTH = ("iterations", "seed", "format", "a", "b", *limited.ANY)
_OF_SCRIPTS = (*_OF_BOTH, "module", "words", "tape_mb")
"""Options that go with two scripts."""
_OF_MISTAKES = (*_OF_BOTH, "device", "export")
"""Options that go with the two programs of a mistake."""
_NOT_OF_FILES = ("model", "moves", "resume")
"""Options that two training files leave nothing for."""
_OF_THE_APP = ("device", "seed", "threads", "history_mb", "tape_mb", *limited.ANY)
"""Options that the app's own session has too, where two programs are shown over it."""


class OpenApp(Protocol):
    """What runs the app; ``first``: what to open over its main screen."""

    def __call__(
        self, args: argparse.Namespace, first: Callable[[MainScreen], None] | None = None
    ) -> int: ...


def add_twins(
    add: Callable[..., Parser],
    open_app: OpenApp,
    whole: Callable[[str, int], Callable[[str], int]],
) -> None:
    """Add the subcommand; ``whole``: a parser of whole numbers."""
    about = (
        "two programs stepped together: where they part first, exit 0 / 1 / 2; or a mistake beside"
        " its cure"
    )
    parser = add("twins", about, partial(_twins, open_app))
    about = (
        "two training files and --other take them for both programs; two scripts take --seed and"
        " --tape-mb alone, and their own options come behind their names; a mistake takes --seed"
        " and --device alone"
    )
    limited.explain_group(parser, "session", about)
    group = parser.add_argument_group("twins")
    names = f"a training file, a script, or a mistake's name: {', '.join(BY_ID)}"
    parser.add_argument("a", nargs="?", metavar="A.py|MISTAKE", help=names)
    parser.add_argument("b", nargs="?", metavar="B.py", help="the other training file or script")
    number = whole("iterations", 1)
    group.add_argument("--iterations", type=number, metavar="N", help=f"how many ({ITERATIONS})")
    about = "beside A.py, or the session of the options: the same with another one, such as lr=1.0"
    group.add_argument("--other", action="append", metavar="OPTION=VALUE", help=about)
    group.add_argument("--export", metavar="FOLDER", help="write a mistake's two scripts there")
    printed = "print, instead of opening the screen"
    group.add_argument("--format", choices=("text", "json"), help=printed)
    group = parser.add_argument_group("scripts")
    about = "A.py and B.py are names of modules, as for python -m"
    group.add_argument("-m", dest="module", action="store_true", help=about)
    about = (
        "two scripts that run as they are: -- A.py B.py ARGS gives ARGS to both,"
        " -- A.py ARGS -- B.py ARGS gives each its own; they end when enough was seen"
    )
    group.add_argument("scripts", nargs="?", metavar="-- A.py B.py ARGS", help=about)


def _twins(open_app: OpenApp, args: argparse.Namespace) -> int:
    request = asked(args)
    given = vars(args)
    instead: Notice | None = None
    if not given.get("format") and "export" not in given:
        why = streams.no_screen()
        if not why:
            return open_app(_of_the_app(args, request), lambda main: main.open_twins(request))
        instead = notice("twins:printed", why=why)
    streams.check_output()
    if request is not None and not request.scripts:
        forkserver.prepare()
    from lenet_tui.cli import twins  # noqa: PLC0415

    return twins.run(args, request, instead)


def _of_the_app(args: argparse.Namespace, request: Twins | None) -> argparse.Namespace:
    """The options of the app under two files or scripts: those of the files are not its own."""
    if request is None or not (request.a or request.scripts):
        return args
    return argparse.Namespace(**{n: v for n, v in vars(args).items() if n in _OF_THE_APP})


def asked(args: argparse.Namespace) -> Twins | None:
    """What is to be compared; ``None``: nothing yet, the list of mistakes is asked for."""
    given = vars(args)
    a, b = given.get("a"), given.get("b")
    extents = ("iterations", "seed", "device", "tape_mb")
    extent = {name: given[name] for name in extents if name in given}
    if given.get("scripts"):  # a third word, and no ``--`` before it
        raise CommandError("twins:two-scripts")
    if "words" in given or "module" in given:
        return _scripts(args, extent)
    if "other" in given:
        return _other(args, a, b)
    if a is None:
        if "export" in given:
            raise CommandError("twins:export")
        return None
    if b is None and a in BY_ID:
        _check_mistake(args)
        return Twins(mistake=a, **extent)
    if b is None:
        if a.endswith(".py"):
            raise CommandError("twins:second", name=a)
        raise CommandError("twins:unknown", name=a, names=", ".join(BY_ID))
    if "export" in given:
        raise CommandError("twins:export")
    files = []
    for file in (a, b):
        if not Path(file).is_file():
            raise CommandError("cli:model-no-file", file=file)
        files.append(str(Path(file).absolute()))
    request = of_files(files[0], files[1], **extent)
    if request.scripts:
        _check_scripts(args)
        return replace(request, scripts=((a,), (b,)))  # ``sys.argv[0]`` is as it was given
    return replace(request, options=_of_files(args, files[0]))


def _of_files(args: argparse.Namespace, a: str) -> Options:
    """The options of the first of two training files; the other has the same."""
    for name in _NOT_OF_FILES:
        if name in args:
            raise CommandError("twins:not-of-files", option=limited.written(name))
    return session_options(argparse.Namespace(**{**vars(args), "model": a}))


def _check_mistake(args: argparse.Namespace) -> None:
    """Refuse the options that the two programs of a mistake do not depend on."""
    for name in vars(args):
        if name not in _OF_MISTAKES:
            raise CommandError("twins:not-of-mistakes", option=limited.written(name))


def _scripts(args: argparse.Namespace, extent: dict[str, Any]) -> Twins:
    """Two scripts or modules with their words."""
    given = vars(args)
    words = given.get("words") or [w for w in (given.get("a"), given.get("b")) if w]
    if given.get("words") and given.get("a"):
        raise CommandError("cli:no-option", name="--")
    _check_scripts(args)
    halves = _halves(words)
    for half in halves:
        if "module" not in given and not Path(half[0]).is_file():
            if "--" not in words:  # the second may be a word of the first
                raise CommandError("twins:two-scripts")
            raise CommandError("around:no-script", file=clean(half[0], 200))
    return Twins(scripts=halves, module="module" in given, **extent)


def _halves(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of each script, those of both behind them where nothing parts them."""
    if "--" in words:
        place = list(words).index("--")
        a, b = tuple(words[:place]), tuple(words[place + 1 :])
    else:
        a, b = ((name, *words[2:]) for name in (*words[:2], "", "")[:2])
    if not (a and a[0] and b and b[0]):
        raise CommandError("twins:two-scripts")
    return a, b


def _check_scripts(args: argparse.Namespace) -> None:
    """Refuse the options that scripts are not run by."""
    for name in vars(args):
        if name not in _OF_SCRIPTS:
            raise CommandError("twins:not-of-scripts", option=limited.written(name))


def _other(args: argparse.Namespace, a: str | None, b: str | None) -> Twins:
    """The session of the options, or of one file, beside the same with other options."""
    if b is not None or "export" in vars(args) or a in BY_ID:
        raise CommandError("twins:other")
    if a is not None:
        if not Path(a).is_file():
            raise CommandError("cli:model-no-file", file=a)
        args.model = str(Path(a).absolute())
    moves = [parse_move(f"set {text.replace('=', ' ', 1)}") for text in args.other]
    options = session_options(args)
    seed, iterations = options.seed, vars(args).get("iterations", ITERATIONS)
    return Twins(other=tuple(map(str, moves)), options=options, seed=seed, iterations=iterations)
