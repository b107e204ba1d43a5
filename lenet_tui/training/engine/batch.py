"""A batch: what a model is called with, and what its output is compared with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from torch import Tensor

TARGETS = ("labels", "label", "targets", "target", "y")
"""Under which of these names a batch that is a dictionary has its target, to be shown."""


@dataclasses.dataclass(eq=False)
class Batch:
    """``args`` and ``kwargs``: the model's. ``target``: the loss's. ``whole``: as it was drawn.

    ``samples``: what is said of its images, where it is of a data set: ``protocol.frame.Samples``,
    which is not named here, as exported scripts take this class along.
    ``by_hand``: the moves, as text, that a person has changed it by.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    target: Any
    whole: Any
    samples: Any = None
    by_hand: tuple[str, ...] = ()

    @cached_property
    def named(self) -> Mapping[str, Tensor]:
        """Its tensors by the names under which they are shown.

        Such are ``input``, ``input[1]``, ``input.mask``, ``target``.
        """
        inputs = self.args[0] if len(self.args) == 1 else self.args
        named = dict(_named("input", self.kwargs if self.kwargs else inputs))
        target = self.target
        if target is None and self.kwargs:
            target = next((self.kwargs[n] for n in TARGETS if n in self.kwargs), None)
        named.update(_named("target", target))
        for stem in ("input", "target"):
            first = next((n for n in named if n.startswith(stem)), None)
            if first is not None:
                named.setdefault(stem, named[first])
        return named

    @property
    def input(self) -> Tensor | None:
        """The first input that is a tensor."""
        return self.named.get("input")

    @property
    def labels(self) -> bool:
        """Whether its targets are classes."""
        target = self.named.get("target")
        return target is not None and not (target.is_floating_point() or target.is_complex())

    def copy(self) -> Batch:
        """The same batch in memory of its own: a model may write into its input."""
        return self.map(_clone)

    def map(self, change: Callable[[Tensor], Tensor]) -> Batch:
        """The same batch with every tensor changed."""
        made = split(mapped(self.whole, change))
        return dataclasses.replace(made, samples=self.samples, by_hand=self.by_hand)


def of_pair(image: Tensor, target: Tensor, samples: Any = None) -> Batch:
    """The batch of one input and its target."""
    return Batch((image,), {}, target, (image, target), samples)


def split(whole: Any) -> Batch:
    """A batch as its owner's data give it.

    A pair is (inputs, target); inputs go in as ``model(*tuple)``, ``model(**dict)`` or
    ``model(tensor)``; a dictionary as ``model(**batch)``; any other tuple as ``model(*batch)``.
    """
    if isinstance(whole, (tuple, list)) and not hasattr(whole, "_fields") and len(whole) == 2:
        inputs, target = whole
        return Batch(*_call(inputs), target, whole)
    return Batch(*_call(whole), None, whole)


def _call(inputs: Any) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    if isinstance(inputs, Mapping):
        return (), dict(inputs)
    if isinstance(inputs, (tuple, list)):
        return tuple(inputs), {}
    return (inputs,), {}


def mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """``value`` with every tensor in it changed: in tuples, lists, dictionaries, dataclasses."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, dict):
        changed = {key: mapped(part, change) for key, part in value.items()}
        return changed if type(value) is dict else _rebuilt(value, changed)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*[mapped(part, change) for part in value])
    if isinstance(value, (tuple, list)):
        parts = [mapped(part, change) for part in value]
        return parts if type(value) is list else tuple(parts)
    if isinstance(value, Mapping):
        return _rebuilt(value, {key: mapped(part, change) for key, part in value.items()})
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: mapped(getattr(value, f.name), change) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


def _rebuilt(value: Any, parts: dict[Any, Any]) -> Any:
    """A mapping of the same class, if it can be made of a dictionary; else the dictionary."""
    try:
        return type(value)(parts)
    except Exception:  # noqa: BLE001 - its class is its owner's
        return parts


def copied(whole: Any) -> Any:
    """A copy: a model may write into its input."""
    return mapped(whole, _clone)


def _clone(tensor: Tensor) -> Tensor:
    return tensor.clone() if not tensor.requires_grad else tensor.detach().clone().requires_grad_()


def size(whole: Any) -> int:
    """The bytes of its tensors."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors(whole))


def tensors(value: Any) -> list[Tensor]:
    """Every tensor in ``value``, in the order in which ``mapped`` meets them."""
    found: list[Tensor] = []

    def note(tensor: Tensor) -> Tensor:
        found.append(tensor)
        return tensor

    mapped(value, note)
    return found


def _named(stem: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    """The tensors in ``value`` with their names: ``stem.key``, ``stem[0]``."""
    if isinstance(value, Tensor):
        yield stem, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _named(f"{stem}.{key}", part)
    elif isinstance(value, (tuple, list)):
        for number, part in enumerate(value):
            yield from _named(f"{stem}[{number}]", part)
