"""The traceback of a script's exception, without the frames of this package."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

PACKAGE = f"{Path(__file__).resolve().parent.parent}/"


def own_frames(frame: FrameType) -> bool:
    """Whether a frame is of this package, or was built by it."""
    return frame.f_code.co_filename.startswith(PACKAGE)


def shown_without(hidden: Callable[[FrameType], bool], error: BaseException) -> None:
    """Have the interpreter show an exception that ends the program without some frames.

    It goes on through frames of this package, so that it is cleaned once more when it is shown;
    an ``excepthook`` of the script's own is called as ever.
    """
    hook = sys.excepthook
    cleaned = _without(hidden, error.__traceback__)
    for other in _chain(error):
        other.__traceback__ = _without(hidden, other.__traceback__)

    def show(
        kind: type[BaseException], value: BaseException, traceback: TracebackType | None
    ) -> None:
        if value is error:
            value.__traceback__ = traceback = cleaned
        hook(kind, value, traceback)

    sys.excepthook = show


def _chain(error: BaseException) -> list[BaseException]:
    """The exceptions that are shown along with one."""
    found: list[BaseException] = []
    waiting = [error.__cause__, error.__context__]
    while waiting:
        one = waiting.pop()
        if one is not None and one is not error and all(one is not each for each in found):
            found.append(one)
            waiting += [one.__cause__, one.__context__]
            waiting += getattr(one, "exceptions", ())
    return found


def _without(
    hidden: Callable[[FrameType], bool], traceback: TracebackType | None
) -> TracebackType | None:
    """The traceback with the frames left out that are hidden."""
    kept = []
    while traceback is not None:
        if not hidden(traceback.tb_frame):
            kept.append(traceback)
        traceback = traceback.tb_next
    made: TracebackType | None = None
    for each in reversed(kept):
        made = TracebackType(made, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return made
