"""A call of the script's that is made once, whatever goes wrong beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


class Once:
    """``make``, a ``partial``; ``func`` is its function. What either of them does is noted here."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._result: Any = None
        self._made = False
        self._error: BaseException | None = None
        function: Callable[..., Any] = getattr(make, "func", make)
        self.func = partial(self._noted, function)

    def __call__(self) -> Any:
        return self._noted(self._make)

    def _noted(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._made = True
        try:
            self._result = function(*args, **kwargs)
        except BaseException as error:
            self._error = error
            raise
        return self._result

    def raised(self, error: BaseException) -> bool:
        """Whether this exception is the call's own."""
        return self._error is error

    def result(self) -> Any:
        """What it returned; it is made now if it was not."""
        return self._result if self._made else self()
