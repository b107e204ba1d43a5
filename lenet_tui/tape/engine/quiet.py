"""When a recorder of a step records no op: while it looks at the state, and inside of optimizers.

There its mode is taken off where it is the innermost one, as an optimizer makes thousands of calls.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from lenet_tui.training.engine.function_modes import OwnMode, look_again, look_away


class Quiet:
    """Counts who wants none recorded; true while somebody does. ``mode``: that of the recorder."""

    def __init__(self, mode: OwnMode) -> None:
        self._of = weakref.ref(mode)
        self.count = 0
        self._updates: list[bool] = []
        """For each update under way whether the mode was taken off for it."""

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def _mode(self) -> OwnMode:
        mode = self._of()
        assert mode is not None
        return mode

    def meanwhile(self) -> Meanwhile:
        """``with quiet.meanwhile()``: inside no op is recorded."""
        return Meanwhile(self, self._mode)

    def begin_update(self) -> None:
        """The step of an optimizer begins."""
        self.count += 1
        self._updates.append(look_away(self._mode))

    def end_update(self) -> None:
        """It is over."""
        if self._updates and self._updates.pop():
            look_again(self._mode)
        self.count -= 1

    def over(self) -> None:
        """No step of an optimizer is under way any longer: it has ended by an exception."""
        if any(self._updates):
            look_again(self._mode)
        self._updates.clear()

    def broken(self, run: Callable[[], Any]) -> Any:
        """Run something inside of an update, such as a closure, whose ops are recorded."""
        count, self.count = self.count, 0
        updates, self._updates = self._updates, []
        if any(updates):
            look_again(self._mode)
        try:
            return run()
        finally:
            self.over()
            if any(updates):
                look_away(self._mode)
            self.count, self._updates = count, updates


class Meanwhile:
    """No op is recorded inside of it."""

    def __init__(self, quiet: Quiet, mode: OwnMode) -> None:
        self._quiet, self._mode = quiet, mode
        self._away = False

    def __enter__(self) -> None:
        self._quiet.count += 1
        self._away = look_away(self._mode)

    def __exit__(self, *error: object) -> None:
        if self._away:
            look_again(self._mode)
        self._quiet.count -= 1
