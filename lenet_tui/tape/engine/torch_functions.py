"""What is known of the functions that a recorder is given, looked at once for each function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lenet_tui.tape.engine.in_place import Writer, writer
from lenet_tui.tape.engine.making import SEEN
from lenet_tui.training.engine.compiled_calls import CompiledCall

VIEWS = ("T", "mT", "H", "mH", "real", "imag")
"""Attributes of a tensor that are ops."""
ASKING = frozenset(
    ["dim", "ndimension", "size", "stride", "numel", "nelement", "element_size", "storage_offset"]
) | {"is_floating_point", "is_complex", "is_contiguous", "data_ptr", "get_device", "__len__"}
"""Methods that only ask how a tensor lies in memory."""
MOST = 4096
"""Functions that are known at a time: a model may make new ones as it runs."""


@dataclass(frozen=True, slots=True)
class TorchFunction:
    """``name``: torch's; ``op``: what it is called on the tape.

    ``silent``: it asks for what is no tensor's numbers, so it is no op; ``seen``: who makes the
    calls makes it too. ``writer``: finds what it may write into even without ``out``.
    ``compiled``: it is a ``CompiledCall``.
    """

    name: str
    op: str
    silent: bool
    seen: bool
    writer: Writer | None
    compiled: bool

    @property
    def writes(self) -> bool:
        """Whether it may write into what it is given, even without ``out``."""
        return self.writer is not None


KNOWN: dict[Any, TorchFunction] = {}


def known(func: Any) -> TorchFunction:
    """What is known of a function, from now on in ``KNOWN`` too."""
    return KNOWN.get(func) or _learn(func)


def _learn(func: Any) -> TorchFunction:
    name = getattr(func, "__name__", "")
    read = name == "__get__"
    if read:
        name = getattr(func.__self__, "__name__", "")
    found = TorchFunction(
        name,
        name.strip("_") or name,
        name not in VIEWS if read else name in ASKING,
        name in SEEN,
        writer(func, name),
        isinstance(func, CompiledCall),
    )
    if len(KNOWN) >= MOST:
        KNOWN.clear()
    KNOWN[func] = found
    return found
