"""The losses of a step of one's own that has several: each by the name that its owner gave it."""

from __future__ import annotations

import ast
import linecache
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor

from lenet_tui.training.engine.frame_locals import frame_locals
from lenet_tui.training.engine.observed_calls import BACKWARD, Call, Roots, observed_by
from lenet_tui.training.engine.training_file import TrainingFile

_INSIDE = tuple(
    str(Path(os.path.abspath(place)).parent) + os.sep  # noqa: PTH100 - as a code's file is called
    for place in (torch.__file__, Path(__file__).parent.parent)
)
"""Where the frames between a backward and whoever calls it are: torch, and this package."""


class NamedLosses:
    """The losses from which backwards started, by name.

    The name is that of the variable at the line that calls the backward; one that is in no variable
    there is called by the line, as ``:12``. ``file``: the owner's.
    """

    def __init__(self, file: TrainingFile) -> None:
        self._training = file
        self._names: dict[tuple[CodeType, int], str] = {}
        self.known: list[str] = []
        """All names so far, in the order in which they came."""
        self.values: dict[str, float] = {}
        """Of the last iteration that was run without a tape: of each name the last one. Empty while
        only one name is known: it is the loss then."""

    @property
    def several(self) -> bool:
        """Whether the step has more than one loss."""
        return len(self.known) > 1

    @contextmanager
    def observed(self) -> Iterator[Roots]:
        """Meanwhile note the losses of an iteration that is run without a tape."""
        watch = _Watch(self)
        with observed_by(watch):
            yield watch
        found = watch.losses if self.several else {}
        self.values = {
            name: float(loss) for name, (loss, version) in found.items()
            if loss._version == version
        }  # fmt: skip

    def name(self, root: Tensor | None) -> str | None:
        """The name of the loss from which a backward starts now; ``None``: it is no single number.

        A call on the way of the backward asks.
        """
        if root is None or root.numel() != 1 or root.is_complex():
            return None
        frame = _calling(self._file())
        if frame is None:
            return None
        place = frame.f_code, frame.f_lineno
        name = self._names.get(place)
        if name is None:
            calls = _backwards(frame.f_code.co_filename, frame.f_lineno)
            name = _variable(calls, frame, root) or self._line(frame)
            if len(calls) < 2:  # of several in a line each has its own
                self._names[place] = name
            if name not in self.known:
                self.known.append(name)
        return name

    def _file(self) -> str:
        return self._training.names.get("__file__") or ""

    def _line(self, frame: FrameType) -> str:
        file = frame.f_code.co_filename
        return f"{'' if file == self._file() else Path(file).name}:{frame.f_lineno}"


class _Watch(Roots):
    """Notes the losses as well, each as it is when its backward begins."""

    def __init__(self, names: NamedLosses) -> None:
        super().__init__()
        self._names_of = names
        self.losses: dict[str, tuple[Tensor, int]] = {}
        """The last one of each name, without its graph, and how often it had been written to."""

    def called(self, kind: str, make: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kind != BACKWARD:
            return super().called(kind, make, args, kwargs)

        def run() -> Any:
            if (name := self._names_of.name(self.root)) and self.root is not None:
                loss = self.root.detach()
                self.losses[name] = loss, loss._version
            return make()

        return super().called(kind, run, args, kwargs)


def _calling(file: str) -> FrameType | None:
    """The innermost frame of the owner's file, or else of whoever calls torch."""
    first: FrameType | None = sys._getframe(2)
    frame, outside = first, None
    while frame is not None:
        name = frame.f_code.co_filename
        if name == file:
            return frame
        if outside is None and not name.startswith(_INSIDE) and not name.startswith("<frozen"):
            outside = frame
        frame = frame.f_back
    return outside


def _backwards(file: str, line: int) -> list[ast.Call]:
    """The calls of a ``backward`` that stand in a line of a file."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return []
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and "backward" in ast.unparse(node.func).rpartition(".")[2]
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]


def _variable(calls: list[ast.Call], frame: FrameType, root: Tensor) -> str | None:
    """The variable in a call that holds the loss itself."""
    for node in (n for call in calls for n in ast.walk(call)):
        if isinstance(node, (ast.Name, ast.Attribute)) and _held(node, frame) is root:
            return ast.unparse(node)
    return None


def _held(node: ast.expr, frame: FrameType) -> object:
    """What a variable, or an attribute of one, holds; none of the owner's code is run."""
    if isinstance(node, ast.Name):
        return frame_locals(frame).get(node.id, frame.f_globals.get(node.id))
    if isinstance(node, ast.Attribute):
        return getattr(_held(node.value, frame), "__dict__", {}).get(node.attr)
    return None
