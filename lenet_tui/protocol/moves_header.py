"""The first line of a file of moves: the options of the session that the moves belong to."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from lenet_tui.protocol.new_file import FileNameError
from lenet_tui.protocol.options import DRAWN, OWN, Options, resolve

_HEADER = re.compile(r"#\s*lenet-tui\s+(?:\d\S*\s+)?(--.*)")
"""A version may be named before the options. A comment that goes on in another way is none."""
_ALWAYS = ("preset", "device", "seed", "threads")
"""What the numbers depend on and no preset decides: written even where it is as by default."""
_NEVER = ("history_mb", "tape_mb", "step")


def header(options: Options) -> str:
    """``# lenet-tui`` and the options as a command line would give them.

    Raises ``FileNameError`` for data whose path is no line of text.
    """
    own = options.preset == OWN
    usual = resolve(options.preset, model=options.model)
    words = []
    for field in fields(options):
        name, value = field.name, getattr(options, field.name)
        if value in (OWN, DRAWN):
            continue
        if name in ("inputs", "model_args"):
            words += _several(name, value)
            continue
        if name in _NEVER or (name not in _always(own) and value == getattr(usual, name)):
            continue
        if name == "data" and value not in ("random", "digits"):
            value = str(Path(value).absolute())
        if name in ("data", "model") and len(value.splitlines()) > 1:
            raise FileNameError("protocol:unseen-characters", name=value)
        words += [f"--{name.replace('_', '-')}", str(value)]
    return f"# lenet-tui {shlex.join(words)}"


def _always(own: bool) -> tuple[str, ...]:
    return (*_ALWAYS, "model") if own else _ALWAYS


def _several(name: str, values: Sequence[Any]) -> list[str]:
    if name == "inputs":
        return [word for value in values for word in ("--input", value)]
    return [f"--model.{argument}={value}" for argument, value in values]


def header_words(line: str) -> list[str] | None:
    """The words of the options in a header; ``None`` for any other line.

    Raises ``ValueError`` where a quotation mark is not closed.
    """
    found = _HEADER.fullmatch(line.strip())
    return shlex.split(found[1]) if found else None
