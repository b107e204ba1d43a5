"""Where a model of one's own comes from, and what its session is called on the screen."""

from __future__ import annotations

from pathlib import PurePath

from lenet_tui.protocol.options import NET, Options

SCRIPT = "<script>"
"""In the place of a file where the objects are those of a script that runs: no file is called so.
"""


def split_model(where: str) -> tuple[str, str]:
    """The file or module of ``WHERE[:WHAT]``, and the name in it; empty: none is given."""
    head, colon, tail = where.rpartition(":")
    if not colon or tail.endswith(".py") or "/" in tail or "\\" in tail:
        return where, ""
    return head, tail


def session_name(options: Options) -> str:
    """``digits``, ``mnist.npz``, ``train.py``, ``train.py:GPT``, ``torch.nn:Linear``; ``GPT`` of a
    script.
    """
    if options.model.startswith(SCRIPT):
        return split_model(options.model)[1]
    if options.model != NET:
        return PurePath(options.model).name
    named = options.data in ("digits", "random")
    return options.preset if named else PurePath(options.data).name
