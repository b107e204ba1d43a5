"""Plain values, and the containers that they are in, as JSON and back.

A container is written down with all that is in it, in its order. What in it cannot be written, such
as a model, is named, and is the same object again where the container is restored.
"""

from __future__ import annotations

import copy
import json
import operator
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from lenet_tui.training.engine import stateful
from lenet_tui.training.engine.held_values import CONTAINERS, owned, title
from lenet_tui.training.engine.iterators import DEEPEST, Iterators, Remembered, is_iterator
from lenet_tui.training.engine.own_data import NotReachable
from lenet_tui.training.engine.plain_values import (
    PLAIN,
    Drawn,
    Filled,
    Kept,
    Leaf,
    Made,
    Own,
    Same,
    dense,
    enclosed,
    tensors_in,
)
from lenet_tui.training.engine.same_bits import identical

ITERATOR, OBJECT = "iterator", "object"
"""What an iterator, and an object of its owner's class, is written down as."""
FILLED, MADE, SAME, LEAF = "filled", "made", "same", "leaf"
"""What a container of another class than Python's own, a tuple of such a class, something that is
not written down itself, and a tensor that is trained by itself, is."""
MARKS = tuple(f'{{"{mark}": ' for mark in (ITERATOR, OBJECT, FILLED, MADE, SAME, LEAF))

At = tuple[str, str]
"""Where a value is: the path of its place, and the names on the way to it there."""


class ValueCodes:
    """``objects``: what has been seen last at a place, with its class's name; what is not written
    down is taken from there. What was there at the beginning has a number as well.
    """

    def __init__(self, iterators: Iterators) -> None:
        self.iterators = iterators
        self.objects: dict[tuple[str, str, str], object] = {}
        self._kinds: dict[str, Any] = {}
        """The classes of tuples, by name."""
        self._held: list[object] = []
        self._held_numbers: dict[int, int] = {}
        self._beginning = False
        self._first: list[tuple[Tensor, int, Tensor]] = []
        self._numbers: dict[int, int] = {}
        self._leaves: set[int] = set()

    def begin(self, values: Iterable[tuple[At, Any]]) -> None:
        """Know the tensors and objects that there are at the beginning."""
        self._beginning, found = True, list[Tensor]()
        for at, value in values:
            self.encode(value, [], at)
            found += tensors_in(value)
        self._beginning = False
        self._first = [(t, t._version, t.detach().clone()) for t in found]
        self._numbers = {id(t): number for number, t in enumerate(found)}
        self._leaves = {n for n, t in enumerate(found) if t.is_leaf and t.requires_grad}

    def _as_at_first(self, number: int) -> bool:
        """Whether a tensor is as it was at the beginning.

        Its version alone does not tell: fused optimizers, a scaler and whoever writes through
        ``.data`` do not count what they write.
        """
        first, version, kept = self._first[number]
        return first._version == version and identical(first.detach(), kept)

    def encode(self, value: Any, tensors: list[Tensor], at: At, depth: int = 0) -> Any:
        """A value as JSON has it; its tensors are added to ``tensors``."""
        kind: Any = type(value)
        if kind in PLAIN:
            return value
        if _stays(kind) and (depth or not owned(kind)):  # as each layer in a list of them
            return self._named(value, at)
        if kind is Remembered:
            return {ITERATOR: [*value.key, value.index]}
        if not depth and owned(kind):
            return {OBJECT: title(kind)}
        if dense(value):
            return self._tensor(value, tensors)
        if isinstance(value, stateful.KINDS) and not depth:
            return {"state": self.encode(stateful.state_of(value), tensors, at, 1)}
        if isinstance(value, stateful.KINDS) or (enclosed(value) and depth <= DEEPEST):
            return self._container(value, tensors, at, depth + 1)
        return self._named(value, at)

    def _tensor(self, value: Tensor, tensors: list[Tensor]) -> Any:
        """A tensor; one that is trained by itself is the same one when its numbers are back."""
        number = self._numbers.get(id(value))
        trained = number in self._leaves
        if number is not None and self._as_at_first(number):
            return {LEAF: [number, -1]} if trained else {"first": number}
        tensors.append(value.detach())
        if trained:
            return {LEAF: [number, len(tensors) - 1]}
        more = [True] if value.requires_grad and value.is_leaf else []
        return {"tensor": [len(tensors) - 1, value.device.type != "cpu", *more]}

    def of_tensors(self, values: Mapping[str, Any], tensors: list[Tensor]) -> str | None:
        """The codes as JSON of tensors that were not there at the beginning and are not trained, as
        the state of an optimizer has them; ``None``: there are other values.
        """
        said: list[str] = []
        for number, (name, value) in enumerate(values.items(), len(tensors)):
            if type(value) is not Tensor or id(value) in self._numbers or not dense(value):
                return None
            if value.requires_grad:
                return None
            on_device = "false" if value.is_cpu else "true"
            said.append(f'{_quoted(name)}: {{"tensor": [{number}, {on_device}]}}')
        tensors += values.values()
        return f"{{{', '.join(said)}}}"

    def _container(self, value: Any, tensors: list[Tensor], at: At, depth: int) -> Any:
        kind = type(value)
        if kind is dict:
            return {
                "dict": [
                    [
                        self.encode(key, tensors, _key(at, n), depth),
                        self.encode(part, tensors, _below(at, key, n), depth),
                    ]
                    for n, (key, part) in enumerate(value.items())
                ]
            }
        if kind is list or isinstance(value, tuple):
            several = tuple.__iter__(value) if isinstance(value, tuple) else value
            parts = [
                self.encode(part, tensors, _below(at, n, n), depth)
                for n, part in enumerate(several)
            ]
            if kind is list or kind is tuple:
                return {kind.__name__: parts}
            self._kinds[title(kind)] = kind
            return {MADE: [title(kind), parts]}
        self.objects[_seen(at, title(kind))] = value
        return {FILLED: [title(kind), self.encode(stateful.state_of(value), tensors, at, depth)]}

    def _named(self, value: Any, at: At) -> Any:
        """Something that stays as it is."""
        kind: Any = type(value)
        name, strange = _named_kind(kind)
        if strange:  # an object of its owner's is looked into
            self.iterators.note_strange(*at, value)
        number = self._held_numbers.get(id(value), -1)
        if number < 0 and self._beginning:
            number = self._held_numbers[id(value)] = len(self._held)
            self._held.append(value)
        self.objects[at[0], at[1], name] = value
        return {SAME: [name, number]}

    def decode(self, code: Any, tensors: Sequence[Tensor] | None, device: torch.device) -> Any:
        """The value of a code; with ``tensors`` as ``None``, each tensor in it is ``None``."""
        if not isinstance(code, dict):
            return code
        ((kind, content),) = code.items()
        if kind == ITERATOR:
            return Drawn(*map(operator.index, content))
        if kind == OBJECT:
            return Own(content)
        if kind == SAME:
            name, number = content
            return Same(name, operator.index(number))
        if kind in ("first", "tensor", LEAF) and tensors is None:
            return None
        if kind == LEAF:
            assert tensors is not None
            number, place = content
            return self._leaf(number, place, tensors)
        if kind == "first":
            first, _, kept = self._first[content]
            return first if self._as_at_first(content) else kept.clone()
        if kind == "tensor":
            number, on_device, *trained = content
            assert tensors is not None
            made = tensors[number].to(device if on_device else "cpu", copy=True)
            return made.requires_grad_() if trained else made
        if kind == "state":
            return Kept(self.decode(content, tensors, device))
        if kind == "dict":
            pairs = [[self.decode(part, tensors, device) for part in pair] for pair in content]
            return dict(pairs)
        if kind == FILLED:
            return Filled(content[0], self.decode(content[1], tensors, device))
        several = content[1] if kind == MADE else content
        parts = [self.decode(part, tensors, device) for part in several]
        if kind == MADE:
            return Made(content[0], tuple(parts))
        return parts if kind == "list" else tuple(parts)

    def _leaf(self, number: int, place: int, tensors: Sequence[Tensor]) -> Leaf:
        first, _, kept = self._first[operator.index(number)]
        numbers = kept if place < 0 else tensors[place]
        if number not in self._leaves or numbers.shape != first.shape:
            raise ValueError(number)
        return Leaf(first, numbers)

    def put(self, value: Any, now: Any, at: At, anew: bool = False) -> Any:
        """A decoded value as it was, its iterators drawn as far; a container is filled.

        ``now``: what is there. ``anew``: it stays as it is, as something else holds it too.
        """
        if isinstance(value, Leaf):
            return value.put()
        if isinstance(value, Drawn):
            return self.iterators.at(value.iteration, value.number, value.index)
        if isinstance(value, Same):
            return self._held[value.number] if value.number >= 0 else self._last(at, value.kind)
        if isinstance(value, Filled):
            held = now if title(type(now)) == value.kind else self._last(at, value.kind)
            state = self.put(value.state, stateful.state_of(held), at)
            held = copy.copy(held) if anew else held
            stateful.set_state(held, state)
            return held
        if isinstance(value, dict):
            return self._dictionary(value, now if type(now) is dict else {}, at, anew)
        if not isinstance(value, (list, tuple, Made)):
            return value
        parts = value.parts if isinstance(value, Made) else value
        several = list(tuple.__iter__(now)) if isinstance(now, tuple) else now
        known = several if type(several) is list else []
        made = [
            self.put(part, known[n] if n < len(known) else None, _below(at, n, n))
            for n, part in enumerate(parts)
        ]
        if type(value) is list:
            if type(now) is not list or anew:
                return made
            now[:] = made
            return now
        kind: Any = self._kinds[value.kind] if isinstance(value, Made) else tuple
        alike = type(now) is kind and len(made) == len(known)
        if alike and all(a is b for a, b in zip(made, known, strict=True)):
            return now
        return stateful.remade(kind, made)

    def _dictionary(
        self, value: dict[Any, Any], now: dict[Any, Any], at: At, anew: bool
    ) -> dict[Any, Any]:
        made = {}
        for n, (code, part) in enumerate(value.items()):
            key = self.put(code, None, _key(at, n))
            made[key] = self.put(part, now.get(key), _below(at, key, n))
        if anew:
            return made
        now.clear()
        now.update(made)
        return now

    def _last(self, at: At, kind: str) -> Any:
        return self.objects[_seen(at, kind)]

    def check(self, value: Any, now: Any, at: At) -> None:
        """Raise ``NotReachable`` or ``MoveRejected`` where ``put`` would not find all of it."""
        if isinstance(value, Drawn):
            key = value.iteration, value.number
            self.iterators.check(" ".join(at).strip(), *key, value.index)
        elif isinstance(value, Same):
            lost = value.number < 0 and _seen(at, value.kind) not in self.objects
            if lost or value.number >= len(self._held):
                raise NotReachable
        elif isinstance(value, (Own, Filled)):
            if _seen(at, value.kind) not in self.objects and title(type(now)) != value.kind:
                raise NotReachable
            if isinstance(value, Filled):
                self.check(value.state, None, at)
        elif isinstance(value, Kept):
            self.check(value.state, None, at)
        elif isinstance(value, dict):
            for n, (key, part) in enumerate(value.items()):
                self.check(key, None, _key(at, n))
                self.check(part, None, _below(at, key, n))
        elif isinstance(value, (list, tuple, Made)):
            if isinstance(value, Made) and value.kind not in self._kinds:
                raise NotReachable
            for n, part in enumerate(value.parts if isinstance(value, Made) else value):
                self.check(part, None, _below(at, n, n))


@lru_cache(maxsize=2048)
def _named_kind(kind: Any) -> tuple[str, bool]:
    """The title of a class, and whether it is of iterators that are not its owner's."""
    return title(kind), is_iterator(kind) and not owned(kind)


@lru_cache(maxsize=2048)
def _stays(kind: Any) -> bool:
    """Whether what is of a class is not written down, whatever it holds."""
    written: tuple[Any, ...] = (*stateful.KINDS, *CONTAINERS, Tensor, Remembered)
    return kind not in PLAIN and not issubclass(kind, written)


_quoted = lru_cache(maxsize=256)(json.dumps)
"""A name as JSON has it."""


def _below(at: At, key: Any, number: int) -> At:
    """Where a part is: by its key, if that is plain, else by its number."""
    return at[0], f"{at[1]}.{key if type(key) in PLAIN else number}"


def _seen(at: At, kind: str) -> tuple[str, str, str]:
    """What something of a class that has been seen there is found by."""
    return at[0], at[1], kind


def _key(at: At, number: int) -> At:
    """Where a key of a dictionary is."""
    return at[0], f"{at[1]}.{number}()"
