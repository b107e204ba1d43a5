"""What a model builds in its first forward and no keyframe can hold: hooks, and odd objects.

A model that installs hooks once notes so in a plain attribute. Where that attribute goes back to
what it was, the hooks must too; and an engine that takes up a session has to build them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from torch import nn

from lenet_tui.training.engine.plain_values import writable

PLACE = "built"
"""The path of the place that they have among the plain values of a session."""
HOOKS = tuple(name for name in vars(nn.Module()) if "_hooks" in name and "state_dict" not in name)
"""The attributes of a module in which torch keeps its hooks."""

Hooks = dict[str, tuple[dict[Any, Any], ...]]
Place = tuple[str, dict[str, Any]]
"""The path of a module, and its attributes."""

_sets = itemgetter(*HOOKS)


def _hooked(several: Iterable[dict[str, Any]]) -> bool:
    """Whether any module, by its attributes, has a hook."""
    some = list(several)
    try:
        return any(chain.from_iterable(map(_sets, some)))
    except KeyError:  # made by an earlier torch
        return any(attributes.get(name) for attributes in some for name in HOOKS)


class BuiltLazily(dict[str, Any]):
    """``hooks``: which of the sets of hooks seen so far the modules have; 0: those of the start.

    ``gained``: the attributes that cannot be written down and were not there at the start. To set
    ``hooks`` puts that set of hooks back, if this process has seen it.
    """

    def __init__(self, modules: Callable[[], Iterator[tuple[str, nn.Module]]]) -> None:
        super().__init__()
        self._modules = modules
        present = self._present()
        self._first = {path: frozenset(attributes) for path, attributes in present}
        self._seen = [self._hooks(present)]
        self._asked = False
        self.look()

    def look(self) -> BuiltLazily:
        """Note what there is now; returns itself."""
        modules = self._present()
        hooks = self._hooks(modules)
        if hooks not in self._seen:
            self._seen.append(hooks)
        self |= {"hooks": self._seen.index(hooks), "gained": tuple(self._gained(modules))}
        return self

    def _present(self) -> list[Place]:
        return [(path, module.__dict__) for path, module in self._modules()]

    def _hooks(self, modules: Sequence[Place]) -> Hooks:
        if not _hooked(attributes for _, attributes in modules):
            return {}
        return {
            path: tuple([dict(attributes.get(name) or {}) for name in HOOKS])
            for path, attributes in modules
            if _hooked([attributes])
        }

    def _gained(self, modules: Sequence[Place]) -> Iterator[str]:
        first = self._first
        more = [(p, a) for p, a in modules if p in first and not first[p].issuperset(a)]
        for path, attributes in more:
            for name in attributes.keys() - first[path]:
                if not writable(attributes[name]):
                    yield f"{path}.{name}"

    def lacks(self, text: str) -> bool:
        """Whether plain values, as JSON, are of a model that had built more than this one.

        True once at most: a model that does not build it in its first iteration will not later.
        """
        if self._asked:
            return False
        try:
            then = json.loads(text)[PLACE]
            (names,) = then["gained"].values()  # a tuple's; in earlier versions a list's
            lacking = set(names) - set(self._gained(self._present()))
            self._asked = then["hooks"] >= len(self._seen) or bool(lacking)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False  # written by an earlier version, or by nobody that we know
        return self._asked

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if name != "hooks" or not 0 <= value < len(self._seen):
            return
        then = self._seen[value]
        for path, module in self._modules():
            for attribute, hooks in zip(HOOKS, then.get(path, ({},) * len(HOOKS)), strict=True):
                present = vars(module).get(attribute)
                if present is not None and present != hooks:
                    present.clear()
                    present.update(hooks)
