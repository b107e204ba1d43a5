"""The line of a model's ``forward`` that is being run."""

from __future__ import annotations

import inspect
import sys
from types import CodeType, FrameType
from typing import Any


class SourceLine:
    """``model``: whose ``forward`` is meant."""

    def __init__(self, model: Any) -> None:
        forward = vars(type(model)).get("forward")
        if hasattr(forward, "__wrapped__"):
            forward = inspect.unwrap(forward)
        self._code: CodeType | None = getattr(forward, "__code__", None)
        self._frame: FrameType | None = None

    @property
    def known(self) -> bool:
        """Whether there is such a ``forward``: a model may have that of its base."""
        return self._code is not None

    def now(self) -> int:
        """Its number; 0: none is."""
        if self._frame is None and self._code is not None:
            frame: FrameType | None = sys._getframe(1)
            while frame is not None:
                if frame.f_code is self._code:
                    self._frame = frame
                frame = frame.f_back
        return self._frame.f_lineno if self._frame is not None else 0
