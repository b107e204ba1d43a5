"""The groups that an optimizer has: a step may add one, as where it frees a layer."""

from __future__ import annotations

from itertools import chain
from operator import is_
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor
from torch.optim import Optimizer

LISTS = "lists"
"""The only name of the place."""
_SEEN: WeakKeyDictionary[Optimizer, dict[int, dict[str, Any]]] = WeakKeyDictionary()
"""Each group that an optimizer has had, by the identity of its list of parameters."""


class ParameterGroups(dict[str, Any]):
    """The parameters of each group of an optimizer, in its order; setting them sets its groups.

    A group is known by its list of parameters. What else is in it is a place of its own.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        groups = optimizer.param_groups
        super().__init__({LISTS: [group["params"] for group in groups]})
        self._optimizer = optimizer
        self._seen = _SEEN.setdefault(optimizer, {})
        self._seen.update((id(group["params"]), group) for group in groups)

    def parameters(self) -> list[list[Tensor]]:
        """The parameters of each group, in lists of their own."""
        return [list(several) for several in self[LISTS]]

    def same(self, parameters: list[list[Tensor]]) -> bool:
        """Whether these are the parameters of each group."""
        lists = self[LISTS]
        if [*map(len, lists)] != [*map(len, parameters)]:
            return False
        return all(map(is_, chain.from_iterable(lists), chain.from_iterable(parameters)))

    def __setitem__(self, name: str, lists: Any) -> None:
        super().__setitem__(name, lists)
        before = [p for group in self._optimizer.param_groups for p in group["params"]]
        self._optimizer.param_groups[:] = [
            self._seen.setdefault(id(several), {"params": several}) for several in lists
        ]
        left = {id(p) for several in lists for p in several}
        for p in before:
            if id(p) not in left:  # it has not been trained yet, or no longer is
                self._optimizer.state.pop(p, None)

    def __delitem__(self, name: str) -> None:
        """What was written down by an earlier version has no such place."""
