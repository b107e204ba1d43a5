"""How far a script is while it runs on: its updates, and now and then the loss of one.

The session's thread asks a few times a second. The script's thread then notes one loss: it never
waits for a device, and between two questions it only compares two values.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor

from lenet_tui.training.engine.observed_calls import Roots, observed_by


class Glance:
    """``updates``: how many there were. ``loss``: of which update, and the number; ``None``: it is
    not known.
    """

    def __init__(self) -> None:
        self.updates = 0
        self.loss: tuple[int, float] | None = None
        self.asked = False
        self._roots: Roots | None = None
        self._observing = ExitStack()
        self._copied: tuple[int, Tensor, torch.cuda.Event] | None = None

    # The session's thread

    def ask(self) -> None:
        """Have the loss of one of the next updates noted."""
        self.asked = True

    # The script's thread

    def passed(self, update: int, root: Tensor | None) -> None:
        """An update is over, which was asked for; ``root``: of its backward, if that is known."""
        roots = self._roots
        self.close()
        root = roots.root if roots is not None else root
        if self._copied is not None:
            number, copy, event = self._copied
            if event.query():  # type: ignore[no-untyped-call]
                self.loss, self._copied, self.asked = (number, float(copy)), None, False
        elif root is not None and root.numel() == 1:
            self._note(update, root.detach())

    def _note(self, update: int, loss: Tensor) -> None:
        if loss.device.type == "cpu":
            self.loss, self.asked = (update, float(loss)), False
        elif loss.device.type == "cuda" and not torch.cuda.is_current_stream_capturing():
            copy = torch.empty((), dtype=loss.dtype, pin_memory=True)
            copy.copy_(loss.reshape(()), non_blocking=True)
            event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            event.record()
            self._copied = update, copy, event

    def begin(self, may_begin: Callable[[], bool]) -> None:
        """An iteration begins of which the loss is wanted; nobody else observes its calls."""
        if self._copied is None:
            self._roots = Roots()
            self._observing.enter_context(observed_by(_Aside(self._roots, may_begin)))

    def close(self) -> None:
        """Observe no longer."""
        self._roots = None
        self._observing.close()


class _Aside:
    """Notes where a backward of the script's own thread started, and nothing else."""

    def __init__(self, roots: Roots, counts: Callable[[], bool]) -> None:
        self._roots, self._counts = roots, counts

    def called(
        self, kind: str, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        return self._roots.called(kind, make, args, kwargs) if self._counts() else make()
