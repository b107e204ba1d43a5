"""Which Textual is installed, and whether its private parts are the ones that we know.

The app paints faster by private parts of Textual, which may change in any release. They are used
only with the versions in ``CHECKED``; with any other version the app runs on public means.
``LENET_TUI_PLAIN=1`` in the environment has it run so in any case.

To check another version, add it to ``CHECKED`` and run the tests, slow ones too, with it: they
compare both ways cell by cell.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

CHECKED = ("8.2.8",)
"""The versions of Textual whose private parts are used."""
PLAIN = "LENET_TUI_PLAIN"
"""Set in the environment: use public means only."""


def private_ok() -> bool:
    """Whether this process may use private parts of Textual."""
    return not os.environ.get(PLAIN) and textual_version() in CHECKED


@lru_cache(maxsize=1)
def textual_version() -> str:
    """The version of the Textual that would be imported; empty if there is none.

    The name of the folder that pip writes beside the package has it. ``importlib.metadata`` is
    asked only where that folder is not found: its import delays the first frame by some 25 ms.
    """
    spec = find_spec("textual")
    if spec is None or spec.origin is None:
        return ""
    beside = list(Path(spec.origin).parents[1].glob("textual-*.dist-info"))
    if len(beside) == 1:
        return beside[0].name.removeprefix("textual-").removesuffix(".dist-info")
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow

    try:
        return version("textual")
    except PackageNotFoundError:
        return "unknown"
