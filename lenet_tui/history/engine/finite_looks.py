"""Whether all numbers stay finite in a run: looked at now and then, and found to the iteration."""

from __future__ import annotations

from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.options import NET
from lenet_tui.watch.engine.finiteness import finite_at

EACH = 16
"""Iterations from one look to the next: each look reads every parameter."""


class FiniteLooks:
    """The looks of a run without a tape, which begins where a navigator is.

    A NaN or an infinity in a parameter is never made finite again by an optimizer of ours, so a
    look after several iterations sees what happened in any of them; in which one is found by
    running them again. Code of one's own may mend its parameters: each iteration is looked at.
    """

    def __init__(self, navigator: Navigator) -> None:
        self._navigator = navigator
        self._each = EACH if navigator.trainer.options.model == NET else 1
        self._known = navigator.iteration
        """The last iteration after which all was seen to be finite, or which nobody asked of."""

    @property
    def due(self) -> bool:
        """Whether the iteration that has just finished is to be looked at."""
        return self._navigator.iteration - self._known >= self._each

    def passed(self) -> None:
        """All numbers are finite after the iteration that has just finished."""
        self._known = self._navigator.iteration

    def go_to_first(self) -> None:
        """Go to the end of the first iteration that left something else than finite numbers.

        The session ends there then: what was run after it is dropped.
        """
        navigator = self._navigator
        first, last = self._known + 1, navigator.iteration
        newest = last
        while first < last:
            middle = (first + last) // 2
            navigator.boundary(middle)
            if finite_at(navigator.tape, navigator.cursor):
                first = middle + 1
            else:
                last = middle
        navigator.boundary(first)
        if first < newest:
            navigator.diverge()
