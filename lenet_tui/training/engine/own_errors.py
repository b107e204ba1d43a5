"""An exception of the owner's code, as its owner would read it: the traceback of their frames."""

from __future__ import annotations

import sysconfig
import traceback
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from lenet_tui.protocol.messages import Raised
from lenet_tui.text.clean import clean, clean_lines
from lenet_tui.version import HOME

LONGEST = 200
"""Characters of one line of a traceback that are shown."""
MOST = 60
"""Lines of a traceback that are shown."""


def _folders() -> tuple[str, ...]:
    """Where code lies that its owner did not write: this package, torch, Python's own library.

    torch is looked for and not imported: an error may come before that.
    """
    torch = find_spec("torch")
    assert torch is not None and torch.origin is not None
    packages = (HOME, Path(torch.origin).parent)
    return tuple(f"{folder}/" for folder in (*packages, sysconfig.get_paths()["stdlib"]))


FOREIGN = _folders()


def own_traceback(error: BaseException) -> tuple[str, ...]:
    """The traceback of ``error`` without the frames that come before and after its owner's code.

    The frames of libraries between two of the owner's stay, but not ours. Where no frame is the
    owner's, only the exception itself is left. What it was raised from is not shown.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [n for n, frame in enumerate(frames) if is_own_file(frame.filename)]
    between = frames[own[0] : own[-1] + 1] if own else []
    shown = [frame for frame in between if not frame.filename.startswith(FOREIGN[0])]
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(shown)] if own else []
    lines += traceback.format_exception_only(type(error), error)
    whole = clean_lines("".join(lines), LONGEST)
    found = [line for line in whole if line.strip(" ^~")]  # marks need a fixed width
    left_out = len(found) - MOST
    return tuple(found if left_out <= 0 else [*found[: MOST // 2], "  …", *found[-MOST // 2 :]])


def raised(error: BaseException) -> Raised:
    """The exception as plain values."""
    return Raised(type(error).__name__, clean(_first_line(error), 500), own_line(error))


def described(error: BaseException) -> str:
    """The exception in one line, with the owner's last line that was run."""
    first = _first_line(error)
    what = f"{type(error).__name__}: {first}" if first else type(error).__name__
    where = own_line(error)
    return clean(f"{what} ({where})" if where else what, 500)


def _first_line(error: BaseException) -> str:
    """What it says; of a mistake in the syntax without the place, which is said apart."""
    if isinstance(error, SyntaxError) and error.msg:
        return error.msg
    return str(error).strip().partition("\n")[0]


def own_line(error: BaseException) -> str:
    """``file.py:12`` of the owner's last line that was run, or that could not be read; empty where
    there is none.
    """
    if isinstance(error, SyntaxError) and error.filename and is_own_file(error.filename):
        return f"{Path(error.filename).name}:{error.lineno or 1}"
    frames = traceback.extract_tb(error.__traceback__)
    last = next((f for f in reversed(frames) if is_own_file(f.filename)), None)
    return f"{Path(last.filename).name}:{last.lineno}" if last else ""


def is_own(error: BaseException) -> bool:
    """Whether the exception came up in the owner's code, or below it."""
    at: TracebackType | None = error.__traceback__
    while at is not None:
        if is_own_file(at.tb_frame.f_code.co_filename):
            return True
        at = at.tb_next
    return False


def is_own_file(file: str) -> bool:
    """Whether code in a file of this name is the owner's: no library's, and not ours."""
    if file.startswith("<frozen"):
        return False
    inside = file.startswith(FOREIGN)
    return not inside or ("/site-packages/" in file and not file.startswith(FOREIGN[:2]))
