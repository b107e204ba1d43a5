"""Where in the owner's code a call comes from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType

from torch import nn

from lenet_tui.tape.engine import recorder
from lenet_tui.training.engine import trainer
from lenet_tui.training.engine.frame_locals import frame_locals
from lenet_tui.training.engine.own_errors import is_own_file

OUTSIDE = (trainer.__file__, recorder.__file__)
"""The files of the frames within which the person's code is run."""


@dataclass(frozen=True, slots=True)
class OwnFrame:
    """``line``: ``file.py:17``; ``function``: the name of what it is in, empty at the top of a
    file. Both are empty where no code of the owner's is running.
    """

    line: str = ""
    function: str = ""


NOBODY = OwnFrame()


def frame_now(past: tuple[str, ...] = ()) -> OwnFrame:
    """The innermost frame that is not this package's, torch's or Python's.

    Frames around the trainer are no part of the step: a script that asks for a check. ``past``:
    names of a module's methods that only hand on what they were asked for.
    """
    frame: FrameType | None = sys._getframe(1)
    found = NOBODY
    while frame is not None:
        code = frame.f_code
        name = _named(code.co_filename)
        if name:
            function = "" if code.co_name == "<module>" else code.co_name
            found = OwnFrame(f"{name}:{frame.f_lineno}", function)
            if code.co_name not in past or not _of_module(frame):
                return found
        elif code.co_filename in OUTSIDE:
            return found
        frame = frame.f_back
    return found


def _of_module(frame: FrameType) -> bool:
    """Whether a frame is that of a module's method."""
    names = frame.f_code.co_varnames
    return bool(names) and isinstance(frame_locals(frame).get(names[0]), nn.Module)


def line_now() -> str:
    """``file.py:17`` of that frame."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        name = _named(file)
        if name:
            return f"{name}:{frame.f_lineno}"
        if file in OUTSIDE:
            return ""
        frame = frame.f_back
    return ""


@cache
def _named(file: str) -> str:
    return Path(file).name if is_own_file(file) else ""
