"""The parameters that a forward itself writes: weights that are clipped, normalised or averaged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor

from lenet_tui.tape.engine.entries import OpEntry
from lenet_tui.tape.engine.in_place import storage
from lenet_tui.tape.engine.module_paths import Paths


class WrittenParameters:
    """``values``: those that were written, as they were last. ``noted``: whether some are new.

    ``known``: where each new value is put too, by name. ``places``: whose memory begins where.
    """

    def __init__(self, paths: Paths) -> None:
        self.values: dict[str, Tensor] = {}
        self.known: dict[str, Tensor] | None = None
        self.noted: set[str] = set()
        found = paths.parameters()
        self._parameters, self._names = found.by_name, found.names
        self.places = dict(found.places)

    def written(self, places: Iterable[int]) -> None:
        """An op is about to write there."""
        for place in places:
            if place in self.places:
                self.noted.add(self.places[place])

    def called(self, function: str, func: Any, args: tuple[Any, ...]) -> None:
        """What returns no tensor was called: it may have set a parameter's ``data``."""
        if function != "__set__":
            return
        name = self._names.get(id(args[0])) if args else None
        if name is not None and getattr(func.__self__, "__name__", "") == "data":
            self.noted.add(name)
            self.places[storage(self._parameters[name])] = name

    def rest(self, entries: Sequence[OpEntry]) -> None:
        """Give what no op after it took to the last one."""
        if self.noted and entries:
            entries[-1].wrote += self.take()

    def take(self) -> tuple[tuple[str, Tensor], ...]:
        """The new values of those that were noted, copied."""
        taken = tuple([(n, self._parameters[n].detach().clone()) for n in sorted(self.noted)])
        self.noted.clear()
        self.values.update(taken)
        if self.known is not None:
            self.known.update(taken)
        return taken
