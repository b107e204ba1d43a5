"""The first line of a file of moves: the options of the session that the moves belong to."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

from lenet_tui.protocol.new_file import FileNameError
from lenet_tui.protocol.options import Options, resolve

_HEADER = re.compile(r"#\s*lenet-tui\s+(?:\d\S*\s+)?(--.*)")
"""A version may be named before the options. A comment that goes on in another way is none."""
_ALWAYS = ("preset", "device", "seed", "threads")
"""What the numbers depend on and no preset decides: written even where it is as by default."""
_NEVER = ("history_mb", "model")


def header(options: Options) -> str:
    """``# lenet-tui`` and the options as a command line would give them.

    Raises ``FileNameError`` for data whose path is no line of text.
    """
    usual = resolve(options.preset)
    words = []
    for field in fields(options):
        name, value = field.name, getattr(options, field.name)
        if name in _NEVER or (name not in _ALWAYS and value == getattr(usual, name)):
            continue
        if name == "data" and value not in ("random", "digits"):
            value = str(Path(value).absolute())
            if len(value.splitlines()) > 1:
                raise FileNameError("protocol:unseen-characters", name=value)
        words += [f"--{name.replace('_', '-')}", str(value)]
    return f"# lenet-tui {shlex.join(words)}"


def header_words(line: str) -> list[str] | None:
    """The words of the options in a header; ``None`` for any other line.

    Raises ``ValueError`` where a quotation mark is not closed.
    """
    found = _HEADER.fullmatch(line.strip())
    return shlex.split(found[1]) if found else None
