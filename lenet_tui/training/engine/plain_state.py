"""Plain values that a training step may change beside tensors that torch registers.

Such are counters and hidden states of modules, hyperparameters of an optimizer, a scheduler's
count. Parameters and buffers are not among them: a keyframe stores those apart.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import stateful
from lenet_tui.training.engine.iterators import Iterators, Remembered

PLAIN = (type(None), bool, int, float, str)
ITERATOR = "iterator"
"""What an iterator is written down as."""
OWN = frozenset(vars(nn.Module())) - {"training"}
"""What torch itself keeps in a module; the mode can be changed by the model."""
LONGEST = 2_000
"""Items of a list or dictionary that is taken for state; a longer one is taken for constant."""


Places = Iterable[tuple[str, dict[str, Any]]]
"""Dictionaries of values, such as all that is set on a module, each with a path."""


class PlainState:
    """Writes plain values down, and restores them. ``places`` gives where they are at present.

    What is written: numbers, texts, tensors, lists, tuples and dictionaries of these, and how far
    an iterator has been drawn. All other values stay as they are. A tensor that has not changed
    since the model was made is not written again.
    """

    def __init__(self, places: Callable[[], Places], iterators: Iterators | None = None) -> None:
        self._places = places
        self._iterators = iterators or Iterators(wraps=False)
        found: list[Tensor] = []
        for _, attributes in places():
            for _, value in self._plain(attributes):
                found += _tensors(value)
        self._first = [(t, t._version, t.detach().clone()) for t in found]
        self._number = {id(t): number for number, t in enumerate(found)}
        self._written: dict[str, _Written] = {}

    def write(self) -> tuple[str, tuple[Tensor, ...]]:
        """The values as JSON, and the tensors that it refers to by number."""
        tensors: list[Tensor] = []
        texts = {path: self._text(path, a, tensors) for path, a in self._places()}
        return "{" + ", ".join(texts.values()) + "}", tuple(tensors)

    def _text(self, path: str, attributes: dict[str, Any], tensors: list[Tensor]) -> str:
        """What is written of a place; it is known as long as the same fixed values are there."""
        known = self._written.get(path)
        if known is not None and known.holds(attributes):
            return known.text
        encoded = {name: self._encoded(value, tensors) for name, value in self._plain(attributes)}
        text = f"{json.dumps(path)}: {json.dumps(encoded)}"
        if all(_fixed(value) for name, value in attributes.items() if name not in OWN):
            values = list(attributes.values())
            self._written[path] = _Written([*attributes], values, [*map(id, values)], text)
        return text

    def restore(self, text: str, tensors: Sequence[Tensor], device: torch.device) -> None:
        """Put the values back, those tensors that were not on the CPU on ``device``.

        What a place has gained since is deleted. Values that are the same stay the same objects,
        as modules may share them, and so do tensors that an optimizer may hold. Raises
        ``Problem`` for a text that ``write`` did not return.
        """
        if not tensors and self.write() == (text, ()):
            return
        values, codes = self._read(text, tensors, device), json.loads(text)
        for path, attributes in self._places():
            now, before = dict(self._plain(attributes)), values.get(path, {})
            for name in now.keys() - before.keys():
                if not isinstance(now[name], stateful.KINDS):
                    del attributes[name]
            for name, value in before.items():
                if isinstance(value, Drawn):
                    attributes[name] = self._iterators.at(value.number, value.index)
                    continue
                if isinstance(value, Kept):
                    if isinstance(attributes.get(name), stateful.KINDS):
                        stateful.set_state(attributes[name], value.state)
                    continue
                found: list[Tensor] = []
                same = name in now and self._encoded(now[name], found) == codes[path][name]
                ours = name not in OWN and (name in now or name not in attributes)
                if ours and (found or not same) and not _refilled(now.get(name), value):
                    attributes[name] = value

    def check_reachable(self, text: str) -> None:
        """Raise ``NotReachable`` or ``MoveRejected`` where an iterator cannot be put back."""
        if f'{{"{ITERATOR}": ' not in text:
            return
        for path, values in self._read(text, None, torch.device("cpu")).items():
            for name, value in values.items():
                if isinstance(value, Drawn):
                    self._iterators.check(f"{path} {name}", value.number, value.index)

    def check(self, text: str, tensors: Sequence[Tensor]) -> None:
        """Raise ``Problem`` for a text that ``write`` did not return; nothing is changed."""
        self._read(text, tensors, torch.device("cpu"))

    def _read(
        self, text: str, tensors: Sequence[Tensor] | None, device: torch.device
    ) -> dict[str, dict[str, Any]]:
        """The values; with ``tensors`` as ``None``, each tensor among them is ``None``."""
        try:
            return {
                path: {name: self._decoded(code, tensors, device) for name, code in codes.items()}
                for path, codes in json.loads(text).items()
            }
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            raise Problem("training:odd-attributes") from None

    def _encoded(self, value: Any, tensors: list[Tensor]) -> Any:
        if type(value) in PLAIN:
            return value
        if type(value) is Remembered:
            return {ITERATOR: [value.number, value.index]}
        if isinstance(value, stateful.KINDS):
            return {"state": self._encoded(stateful.state_of(value), tensors)}
        if isinstance(value, Tensor):
            number = self._number.get(id(value))
            if number is not None and value._version == self._first[number][1]:
                return {"first": number}
            tensors.append(value.detach())
            return {"tensor": [len(tensors) - 1, value.device.type != "cpu"]}
        if isinstance(value, dict):
            items = [[self._encoded(part, tensors) for part in pair] for pair in value.items()]
            return {"dict": items}
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [self._encoded(part, tensors) for part in value]}

    def _decoded(self, code: Any, tensors: Sequence[Tensor] | None, device: torch.device) -> Any:
        if not isinstance(code, dict):
            return code
        ((kind, content),) = code.items()
        if kind == ITERATOR:
            return Drawn(*content)
        if kind in ("first", "tensor") and tensors is None:
            return None
        if kind == "first":
            first, version, copy = self._first[content]
            return first if first._version == version else copy.clone()
        if kind == "tensor":
            number, on_device = content
            assert tensors is not None
            return tensors[number].to(device if on_device else "cpu", copy=True)
        if kind == "state":
            return Kept(self._decoded(content, tensors, device))
        if kind == "dict":
            pairs = [[self._decoded(part, tensors, device) for part in pair] for pair in content]
            return dict(pairs)
        parts = [self._decoded(part, tensors, device) for part in content]
        return parts if kind == "list" else tuple(parts)

    def _plain(self, attributes: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yields the attributes that can be written down; an iterator is replaced."""
        for name, value in list(attributes.items()):
            queue = isinstance(value, deque) and not writable(list(value))
            kept = isinstance(value, stateful.KINDS) and not queue
            if name in OWN:
                continue
            if kept or writable(value):
                yield name, value
            elif (iterator := self._iterators.seen(attributes, name)) is not None:
                yield name, iterator


@dataclass(frozen=True, slots=True)
class Drawn:
    """An iterator, and how many values it had given."""

    number: int
    index: int


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written of a place all of whose values are fixed: while they are the same ones.

    ``values`` keeps them, so that no other value gets the ``identities`` of one that has gone.
    """

    names: list[str]
    values: list[Any]
    identities: list[int]
    text: str

    def holds(self, attributes: dict[str, Any]) -> bool:
        """Whether the place has the same values still."""
        same = len(attributes) == len(self.names) and [*attributes] == self.names
        return same and [*map(id, attributes.values())] == self.identities


@dataclass(frozen=True, slots=True)
class Kept:
    """The state of an object that stays itself."""

    state: Any


def _refilled(now: Any, value: Any) -> bool:
    """Put numbers back into a tensor that is trained by itself, or a list of such; else false."""
    several = isinstance(now, (list, tuple)) and isinstance(value, (list, tuple))
    pairs = list(zip(now, value, strict=False)) if several else [(now, value)]
    if (several and len(now) != len(value)) or not pairs:
        return False
    for tensor, numbers in pairs:
        both = isinstance(tensor, Tensor) and isinstance(numbers, Tensor)
        if not both or not (tensor.requires_grad and tensor.is_leaf):
            return False
        if tensor.shape != numbers.shape:
            return False
    with torch.no_grad():
        for tensor, numbers in pairs:
            tensor.copy_(numbers)
    return True


def writable(value: Any) -> bool:
    """Whether a value is one that is written down."""
    if type(value) in PLAIN:
        return True
    if isinstance(value, Tensor):
        return not isinstance(value, nn.Parameter) and _dense(value)
    if type(value) in (list, tuple, dict) and len(value) > LONGEST:
        return False
    if type(value) in (list, tuple):
        return all(map(writable, value))
    return type(value) is dict and all(writable(part) for pair in value.items() for part in pair)


def _fixed(value: Any) -> bool:
    """Whether a value is written alike as long as it is the same object."""
    if type(value) is tuple:
        return all(map(_fixed, value))
    changing = isinstance(value, (Tensor, *stateful.KINDS)) or type(value) in (list, dict)
    return not changing and not hasattr(type(value), "__next__")


def _tensors(value: Any) -> list[Tensor]:
    """The tensors in a plain value."""
    if isinstance(value, Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    several = isinstance(value, (list, tuple, dict))
    return [tensor for part in parts for tensor in _tensors(part)] if several else []


def _dense(tensor: Tensor) -> bool:
    return type(tensor) is Tensor and tensor.layout is torch.strided and not tensor.is_meta
