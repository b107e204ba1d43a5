"""Warnings of a script's calls name the script's line, though this package hands them on."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from lenet_tui.around.tracebacks import PACKAGE, own_frames

Place = tuple[str, int]


@contextmanager
def named_by_the_script() -> Iterator[None]:
    """Meanwhile a warning that would name a file of this package names who made the call.

    Each such place is named once, as Python does it. A ``showwarning`` that the script puts in
    the place of this one is left there.
    """
    before = warnings.showwarning
    seen: set[tuple[str, type[Warning], Place]] = set()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        *rest: Any,
        **more: Any,
    ) -> None:
        if filename.startswith(PACKAGE):
            registry, (filename, lineno) = _caller(filename, lineno)
            # Python has noted the warning for this package's line, which makes all calls
            noted = [key for key in registry if isinstance(key, tuple) and key[0] == str(message)]
            for key in noted:
                del registry[key]
            key = str(message), category, (filename, lineno)
            if noted and key in seen:
                return
            seen.add(key)
        before(message, category, filename, lineno, *rest, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        if warnings.showwarning is show:
            warnings.showwarning = before


def _caller(filename: str, lineno: int) -> tuple[dict[object, object], Place]:
    """What Python has noted for a frame of this package, and who called torch or it there."""
    torch = getattr(sys.modules.get("torch"), "__file__", None)
    hidden = (PACKAGE,) if torch is None else (PACKAGE, f"{Path(torch).parent}/")
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not _is(frame, filename, lineno):
        frame = frame.f_back
    registry = {} if frame is None else frame.f_globals.get("__warningregistry__", {})
    while frame is not None and (own_frames(frame) or frame.f_code.co_filename.startswith(hidden)):
        frame = frame.f_back
    if frame is None:
        return registry, (filename, lineno)
    return registry, (frame.f_code.co_filename, frame.f_lineno)


def _is(frame: FrameType, filename: str, lineno: int) -> bool:
    return frame.f_code.co_filename == filename and frame.f_lineno == lineno
