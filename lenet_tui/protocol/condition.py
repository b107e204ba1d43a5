"""Watchpoints: a condition on one number, as plain text and as data."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from lenet_tui.text.notice import Problem

STATISTICS = ("norm", "min", "max", "mean")
"""Of any tensor by its name, a parameter's or activation's ``.grad``, a parameter's ``.update``."""

ACCURACY = "accuracy"
BARE = ("loss", "iteration", ACCURACY)
"""Quantities of the session itself, not of a tensor."""

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_QUANTITY = re.compile(
    r"(loss|iteration|accuracy)|(norm|min|max|mean|inactive|ratio)\(\s*([^()\s]+)\s*\)"
)


class WatchError(Problem, ValueError):
    """A text that is no watchpoint; the message is one line and names what would work."""


@dataclass(frozen=True, slots=True)
class Watch:
    """``quantity`` (``of`` a tensor, or empty) ``compare`` ``limit``.

    ``quantity``: ``loss``, ``iteration``, ``accuracy`` (0 to 1, of the last evaluation on what is
    held out), one of ``STATISTICS``, ``inactive`` (the share of zeros
    of a ReLU's output, 0 to 1), ``ratio`` (norm of a parameter's update over norm of its value).
    """

    quantity: str
    of: str
    compare: str
    limit: float

    def __str__(self) -> str:
        name = f"{self.quantity}({self.of})" if self.of else self.quantity
        return f"{name} {self.compare} {repr(self.limit).removesuffix('.0')}"

    def holds(self, value: float) -> bool:
        """Whether ``value`` fulfils the condition; NaN fulfils none but ``!=``."""
        return COMPARE[self.compare](value, self.limit)


def parse_watch(text: str) -> Watch:
    """``loss < 0.1``, ``norm(conv1.weight.grad) > 1``, … as a ``Watch``; else ``WatchError``."""
    match = re.fullmatch(r"\s*(\S.*?)\s*(<=|>=|==|!=|<|>|=)\s*(\S+)\s*", text)
    quantity = _QUANTITY.fullmatch(match[1]) if match else None
    if not match or not quantity:
        raise WatchError("protocol:no-watchpoint", text=text.strip())
    try:
        limit = float(match[3])
    except ValueError:
        limit = math.nan
    if math.isnan(limit):
        raise WatchError("protocol:not-compared", text=match[3], quantity=match[1])
    return Watch(quantity[1] or quantity[2], quantity[3] or "", match[2], limit)
