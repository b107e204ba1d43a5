"""The command line as data: options, subcommands, and one clear line for what cannot be."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from lenet_tui.app.settings import Settings
from lenet_tui.protocol.augment import EXAMPLE
from lenet_tui.protocol.model_names import split_model
from lenet_tui.protocol.options import (
    LANGUAGES,
    LOSSES,
    OPTIMIZERS,
    PRESETS,
    SWITCHES,
    OptionError,
    Options,
    parse_value,
    resolve,
    whole_path,
)
from lenet_tui.protocol.phases import OPTIONAL
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice, verbatim
from lenet_tui.version import __version__

PROGRAM = "lenet-tui"
USAGE_ERROR = 2
LANGUAGE = ContextVar("LANGUAGE", default=LANGUAGES[0])
"""The language of what is written to standard error."""
SETTINGS = ContextVar("SETTINGS", default=Settings())  # noqa: B039 - frozen
"""What the person has chosen in the app; the options of the command line come before it."""
_ARGUMENT = "--model."
_SHAPE = re.compile(r"(\d{1,9}([,x]\d{1,9})*)?(:[a-z]\w{0,20})?")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_BESIDE_RESUME = ("resume", "lang", "ascii", "theme", "moves", "command", "model")
"""What may be given with ``--resume``: the session brings its own options."""


class CommandError(Problem):
    """Ends a command: one line for standard error, and the exit status."""

    def __init__(self, key: str | Notice, status: int = USAGE_ERROR, /, **values: Any) -> None:
        super().__init__(key, **values)
        self.status = status


class Parser(argparse.ArgumentParser):
    """Raises ``CommandError`` instead of a usage dump. ``commands``: its subparsers."""

    commands: Mapping[str, Parser] = MappingProxyType({})

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
            conflict_handler="resolve",  # the lab has an --input of its own
            **settings,
        )

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """``parse_args``, which takes the value of a misspelt option for a command."""
        import difflib  # noqa: PLC0415 - seldom needed

        known = set(self._option_string_actions)
        known |= {o for sub in self.commands.values() for o in sub._option_string_actions}
        for name in (word.partition("=")[0] for word in words):
            if name.startswith("--") and name not in known:
                for near in difflib.get_close_matches(name, known, n=1, cutoff=0.75):
                    raise CommandError("cli:no-option-near", name=name, near=near)
                raise CommandError("cli:no-option", name=name)
        return self.parse_args(words)

    def error(self, message: str) -> NoReturn:
        if found := re.match(r"argument COMMAND: invalid choice: '(.+\.py)'", message):
            raise CommandError("cli:no-command-but-file", file=found[1])
        raise CommandError(verbatim(re.sub(r"^argument (COMMAND: )?", "", message)))


def make_parser() -> tuple[Parser, Callable[..., Parser]]:
    """The parser, and what adds a subcommand to it: ``add(name, help, run)`` returns its parser.

    ``run`` takes the parsed arguments and returns the exit status. A subcommand's parser has the
    options of every command already; they may come before its name too.
    """
    parser = _parser(add_help=True)
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    parser.commands = commands.choices

    def add(name: str, help: str, run: Callable[[argparse.Namespace], int]) -> Parser:
        sub: Parser = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        add_options(sub)
        return sub

    return parser, add


def only_the_app(
    words: Sequence[str], add: Callable[[argparse.ArgumentParser], None]
) -> argparse.Namespace | None:
    """``words`` where they are good options of the app (``add`` adds some), else ``None``.

    So that the subcommands need not be imported before the first picture.
    """
    parser = _parser(add_help=False)
    add(parser)
    try:
        args, others = parser.parse_known_args(words)
    except CommandError:  # the parser that knows everything reports it better
        return None
    return None if others else args


def _parser(add_help: bool) -> Parser:
    parser = Parser(
        prog=PROGRAM,
        description="Watch a neural network learn in the terminal, one step at a time, "
        "in real PyTorch.",
        epilog="Without COMMAND: the app.",
        add_help=add_help,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    add_options(parser)
    return parser


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that every command takes. Those not given are absent from the result."""
    _add_session_options(parser)
    show = parser.add_argument_group("display")
    show.add_argument("--lang", choices=LANGUAGES, help="en or zh; else as chosen, or LANG")
    show.add_argument("--theme", metavar="NAME", help="of the app's colours, textual-light")
    show.add_argument("--ascii", action="store_true", help="nothing but ASCII characters")


def file_options(words: Sequence[str]) -> argparse.Namespace:
    """The options of a session as a file of moves gives them; else ``CommandError``."""
    parser = Parser(add_help=False)
    _add_session_options(parser)
    return parser.parse(spread(words))


def _add_session_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("session")
    group.add_argument("--preset", choices=PRESETS, help="digits (default) or the notebook's own")
    group.add_argument("--device", type=_device, help="auto (default), cpu, cuda[:N] or mps")
    group.add_argument(
        "--model",
        type=_model,
        metavar="WHERE[:WHAT]",
        help="your own: FILE.py or a module, which is executed, and a name in it; a file may define"
        " model, data, loss, optimizer, step. --model.ARG VALUE: an argument of what makes it",
    )
    group.add_argument("--model-arg", type=_model_argument, action="append", help=argparse.SUPPRESS)
    group.add_argument(
        "--input",
        dest="inputs",
        type=_input,
        action="append",
        metavar="SHAPE[:DTYPE]",
        help="random inputs for --model, such as 8,3,32,32 or 2,16:int64; again for each input",
    )
    group.add_argument(
        "--data",
        type=_data,
        metavar="DATA",
        help="digits, random, an .npz file, a folder with MNIST's IDX files, or one with a folder"
        " of images for each class",
    )
    group.add_argument(
        "--augment",
        type=_value("augment"),
        metavar="HOW",
        help=f"of images trained on: {EXAMPLE} (pixels, degrees, deviation), or some of these",
    )
    about = "train on the first N images only, which a net may learn by heart"
    group.add_argument("--train-size", type=_value("train-size"), metavar="N", help=about)
    group.add_argument("--batch-size", type=_value("batch-size"), metavar="N")
    group.add_argument("--loss", choices=LOSSES)
    group.add_argument("--lr", type=_value("lr"), metavar="X", help="learning rate (0.01)")
    group.add_argument("--optimizer", choices=OPTIMIZERS, help="manual: p.data.sub_(lr * grad)")
    group.add_argument(
        "--schedule",
        type=_value("schedule"),
        metavar="S",
        help="of the learning rate: constant, step:EVERY:FACTOR, cosine:ITERATIONS[:FACTOR],"
        " warmup:N, or warmup:N+cosine:M; times --lr",
    )
    group.add_argument("--momentum", type=_value("momentum"), metavar="X", help="of SGD, RMSprop")
    group.add_argument("--weight-decay", type=_value("weight-decay"), metavar="X")
    for phase in OPTIONAL:
        name = phase.option
        group.add_argument(f"--{name}", type=_value(name), metavar="X", help=phase.about)
    group.add_argument(
        "--evaluate-every",
        type=_value("evaluate-every"),
        metavar="N|epoch",
        help="on what is held out, in a run: after N iterations, or once an epoch (0: never)",
    )
    group.add_argument(
        "--weights",
        type=_weights,
        metavar="FILE",
        help="begin with these: a state_dict that torch saved (.pt), or .safetensors",
    )
    for name, about in (
        ("seed", "of all random numbers"),
        ("threads", "for torch (1)"),
        ("history-mb", "memory for stepping back; a GPU's own comes beside it"),
        ("tape-mb", "memory for what an iteration's ops make"),
    ):
        group.add_argument(f"--{name}", type=_value(name), metavar="N", help=about)


def session_options(args: argparse.Namespace) -> Options:
    """The options of a session, with the preset's where none is given; else ``OptionError``."""
    given = vars(args)
    names = ("device", "data", "augment", "batch_size", "loss", "lr", "optimizer", "schedule",
             "momentum", "weight_decay", *SWITCHES, "seed", "threads", "history_mb", "tape_mb",
             "train_size", "evaluate_every", "weights", "model")  # fmt: skip
    values = {name: given.get(name) for name in names}
    several = {"inputs": given.get("inputs"), "model_args": given.get("model_arg")}
    values |= {name: tuple(value) for name, value in several.items() if value}
    return resolve(given.get("preset", ""), **values)


def spread(words: Sequence[str]) -> list[str]:
    """The words of a command with ``--model.ARG VALUE`` as an option that a parser can declare."""
    spread_out: list[str] = []
    given = iter(words)
    for word in given:
        if not word.startswith(_ARGUMENT):
            spread_out.append(word)
            continue
        name, equals, value = word.removeprefix(_ARGUMENT).partition("=")
        if not equals:
            value = next(given, "")
            if not value:
                raise CommandError("cli:no-argument-value", name=name)
        spread_out.append(f"--model-arg={name}={value}")
    return spread_out


def asked_resume(args: argparse.Namespace) -> str | None:
    """The file to resume from, empty: any that was saved; ``None``: not asked for."""
    given = vars(args)
    file: str | None = given.get("resume")
    if file is not None:
        for name in given:
            if name not in _BESIDE_RESUME:
                raise CommandError("cli:resume-brings", option=name.replace("_", "-"))
    return file


def language(args: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> str:
    """The language asked for, or chosen in the app, or the locale's: Chinese for ``zh…``."""
    given: str | None = vars(args).get("lang") or SETTINGS.get().language
    if given:
        return given
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def complain(message: Notice) -> None:
    """Write one line to standard error, in ``LANGUAGE``."""
    text = message.text(LANGUAGES.index(LANGUAGE.get()))
    sys.stderr.write(f"{PROGRAM}: {clean(text, 1000)}\n")
    sys.stderr.flush()


def _value(option: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            return parse_value(option, text)
        except OptionError as error:
            raise CommandError("cli:option", option=option, error=error.notice) from None

    return parse


def _device(text: str) -> str:
    if not _DEVICE.fullmatch(text):
        unknown = notice("training:unknown-device", name=text)
        raise CommandError("cli:option", option="device", error=unknown)
    return text


def _model(text: str) -> str:
    """``FILE.py``, ``FILE.py:NAME``, ``MODULE`` or ``MODULE:NAME``; a file by its whole path."""
    file, name = split_model(text)
    if not file.endswith(".py"):
        return text
    path = Path(file)
    if not path.is_file():
        raise CommandError("cli:model-no-file", file=file)
    return f"{path.absolute()}:{name}" if name else str(path.absolute())


def _model_argument(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not name.isidentifier():
        raise CommandError("cli:argument-name", name=name)
    return name, value


def _input(text: str) -> str:
    """``SHAPE`` or ``SHAPE:DTYPE``; which dtypes there are the engine knows."""
    if not text or not _SHAPE.fullmatch(text):
        raise CommandError("cli:input-shape", text=text)
    return text


def _weights(text: str) -> str:
    """The whole path of a file that can be read; what it holds the engine finds out."""
    path = Path(text)
    if not path.is_file():
        raise CommandError("cli:weights-no-file", file=text)
    return str(path.absolute())


def _data(text: str) -> str:
    """``random``, ``digits`` or a path that can be read; what it holds the engine finds out."""
    if text in ("random", "digits"):
        return text
    if not text:
        raise CommandError("cli:data-nameless")
    try:
        path = Path(text)
        if path.is_dir():
            next(path.iterdir(), None)
            return whole_path(text)
        if path.exists() and not path.is_file():  # a named pipe would not even open
            raise CommandError("cli:data-no-file", data=text)
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError("cli:data-unreadable", data=text, why=reason) from None
    return whole_path(text)
