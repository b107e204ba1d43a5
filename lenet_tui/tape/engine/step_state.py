"""The parameters and gradients as the tape has them while a step of one's own runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor

from lenet_tui.tape.engine.in_place import storage
from lenet_tui.training.engine.copies import clones
from lenet_tui.training.engine.same_bits import all_identical, identical
from lenet_tui.training.engine.trainer import Trainer

Mark = tuple[int, int, int, int]
"""Where a parameter's data and gradient are, and how often each has been written."""


class StepState:
    """``values`` and ``grads``: copies of the last known ones, by name; live torch may be ahead."""

    def __init__(
        self, trainer: Trainer, values: dict[str, Tensor], grads: dict[str, Tensor | None]
    ) -> None:
        self.trainer = trainer
        self.values, self.grads = values, grads
        self._marks = {name: _mark(p) for name, p in trainer.parameters.items()}
        self._memory: dict[int, dict[str, None]] = {}
        self._places: dict[str, tuple[int, ...]] = {}
        """Where in it each parameter is, while it is known."""

    @property
    def parameters(self) -> dict[str, Tensor]:
        return self.trainer.parameters

    def memory(self) -> dict[int, dict[str, None]]:
        """The names of the parameters by where their data and gradients are in memory."""
        if not self._places:
            for name, p in self.parameters.items():
                self._place(name, p)
        return self._memory

    def _place(self, name: str, p: Tensor) -> None:
        places = self._places[name] = (
            (storage(p),) if p.grad is None else (storage(p), storage(p.grad))
        )
        for place in places:
            self._memory.setdefault(place, {})[name] = None

    def _place_anew(self, name: str) -> None:
        """Note where a parameter is now, where the others are known."""
        if not self._places:
            return
        for place in self._places.pop(name):
            names = self._memory.get(place, {})
            names.pop(name, None)
            if not names:
                self._memory.pop(place, None)
        self._place(name, self.parameters[name])

    def refresh(self) -> None:
        """Forget where parameters and gradients are in memory."""
        self._memory, self._places = {}, {}

    def holds(self, args: tuple[Any, ...]) -> bool:
        """Whether the first argument is a parameter."""
        return bool(args) and id(args[0]) in self.trainer.names

    def names_of(self, tensors: Iterable[Tensor]) -> list[str]:
        """The names of those of these tensors that are parameters."""
        names = self.trainer.names
        return [names[id(t)] for t in tensors if id(t) in names]

    def touched(self, written: Iterable[int] = ()) -> list[str]:
        """The parameters that have been written or given another gradient since the last look.

        ``written``: where in memory something was written, which ``.data`` does not count.
        """
        by_hand = self.there(written)
        return [n for n, p in self.parameters.items() if n in by_hand or _mark(p) != self._marks[n]]

    def there(self, written: Iterable[int]) -> dict[str, None]:
        """The names of the parameters of which something is at these places in memory."""
        places = list(written)
        known = self.memory() if places else {}
        return {name: None for place in places for name in known.get(place, ())}

    def take_value(self, name: str) -> tuple[Tensor, Tensor]:
        """The value before, and a copy of the present one, which is known from now on."""
        return self.take_values([name])[name]

    def take_values(self, names: Sequence[str]) -> dict[str, tuple[Tensor, Tensor]]:
        """Both of each of these parameters."""
        taken = {}
        live = [self.parameters[name] for name in names]
        for name, p, after in zip(names, live, clones(live), strict=True):
            taken[name] = self.values[name], after
            self.values[name], self._marks[name] = after, _mark(p)
        return taken

    def take_gradient(self, name: str) -> tuple[Tensor | None, Tensor | None]:
        """The gradient before, and a copy of the present one, which is known from now on."""
        before, p = self.grads[name], self.parameters[name]
        after = self.grads[name] = None if p.grad is None else p.grad.detach().clone()
        self.settled(name)
        return before, after

    def took_gradient(self, name: str, copy: Tensor | None) -> None:
        """Take a copy that was made elsewhere for the present gradient."""
        self.grads[name] = copy
        self.settled(name)

    def settled(self, name: str) -> None:
        """What is known of a parameter is what it is now."""
        self._marks[name] = _mark(self.parameters[name])
        self._place_anew(name)

    def unsettle(self, name: str) -> None:
        """What is known of a parameter is out of date."""
        self._marks[name] = (0, -1, 0, 0)

    def new_value(self, name: str) -> bool:
        """Whether the value differs from the one that is known, in any bit."""
        return not identical(self.parameters[name], self.values[name])

    def new_gradient(self, name: str) -> bool:
        """Whether the gradient differs from the one that is known, in any bit."""
        grad, known = self.parameters[name].grad, self.grads[name]
        if grad is None or known is None:
            return grad is not known
        return not identical(grad, known)

    def new_gradients(self, names: Sequence[str]) -> list[str]:
        """Those of these parameters whose gradient differs from the one that is known."""
        pairs = [(self.parameters[n].grad, self.grads[n]) for n in names]
        known = [(g, k) for g, k in pairs if g is not None and k is not None]
        if len(known) == len(pairs) and all_identical(known):
            return []
        return [name for name in names if self.new_gradient(name)]

    def differing(self) -> Iterable[str]:
        """The parameters that differ from what is known, each compared whole."""
        gradients = [(p.grad, self.grads[n]) for n, p in self.parameters.items()]
        pairs = [(p, self.values[n]) for n, p in self.parameters.items()]
        pairs += [(g, known) for g, known in gradients if g is not None and known is not None]
        both = all((g is None) == (known is None) for g, known in gradients)
        if both and all_identical(pairs):
            return ()
        return (n for n in self.parameters if self.new_value(n) or self.new_gradient(n))


def _mark(parameter: Tensor) -> Mark:
    grad = parameter.grad
    try:
        place = parameter.data_ptr()
    except RuntimeError:  # it has no memory of its own
        place = storage(parameter)
    return place, parameter._version, id(grad), -1 if grad is None else grad._version
