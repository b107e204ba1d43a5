"""The calls of a step of one's own that are observed: backward, clipping, the scaler, schedulers.

They are replaced once, in the engine's process, before its owner's file is executed (which may
import them by name); where nobody observes, each only calls the original.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import nn
from torch.nn.utils import clip_grad
from torch.optim import lr_scheduler

BACKWARD = "backward"
ZERO_GRAD = "zero_grad"
CLIP = "clip"
UNSCALE = "unscale"
SCALE = "scale"
RESCALE = "rescale"
SCHEDULE = "schedule"
"""The kinds of calls; ``rescale``: the scaler's update of its scale."""

Call = Callable[[], Any]


class Observer(Protocol):
    """Sees a call and makes it: ``make`` calls the original with its arguments."""

    def called(
        self, kind: str, make: Call, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any: ...


class Roots:
    """Notes from what the last backward started, without the scale of a scaler."""

    def __init__(self) -> None:
        self.root: torch.Tensor | None = None
        self.backwards = 0
        """How many there were since ``begin_anew``."""
        self.line: int | None = None
        self._unscaled: dict[int, tuple[torch.Tensor, torch.Tensor, float]] = {}

    def called(self, kind: str, make: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kind == BACKWARD:
            self.backwards += 1
            self.root = self.unscaled(next(iter(roots(args, kwargs)), None))
        made = make()
        if kind == SCALE:
            self.note_scaled(made, args)
        return made

    def begin_anew(self) -> tuple[torch.Tensor | None, int]:
        """An update is over: the last root since the one before, and of how many backwards."""
        found = self.root, self.backwards
        self.root, self.backwards = None, 0
        return found

    def note_scaled(self, made: object, args: tuple[Any, ...]) -> None:
        """Note of which loss a scaler returned a multiple."""
        if isinstance(made, torch.Tensor) and isinstance(args[1], torch.Tensor):
            self._unscaled[id(made)] = made, args[1], float(args[0].get_scale())

    def unscaled(self, root: torch.Tensor | None) -> torch.Tensor | None:
        """The loss of which ``root`` is a multiple; else ``root`` itself."""
        known = self._unscaled.get(id(root))
        return known[1] if known else root

    def begin(self, root: torch.Tensor | None, line: int) -> torch.Tensor | None:
        """Note from what a backward starts, and the line that calls it, until its ``end``."""
        self.root, self.line = self.unscaled(root), line
        return self.root

    def end(self, root: torch.Tensor | None) -> float:
        """The backward is over: by which factor ``root`` is larger than its loss."""
        self.line = None
        return self.scale(root)

    def scale(self, root: torch.Tensor | None) -> float:
        """By which factor ``root`` is larger than its loss."""
        known = self._unscaled.get(id(root))
        return known[2] if known else 1.0


def roots(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[torch.Tensor]:
    """The tensors from which a call of ``torch.autograd.backward`` starts."""
    given = args[0] if args else kwargs.get("tensors", ())
    several = (given,) if isinstance(given, torch.Tensor) else tuple(given)
    return [t for t in several if isinstance(t, torch.Tensor)]


_observers: list[Observer] = []
_clearing: list[Callable[[Call], Any]] = []
"""By whom ``zero_grad`` is made; the last one makes it."""
_originals: list[tuple[Any, str, Any]] = []
"""What has been replaced: where, by which name, and what was there."""


@contextmanager
def observed_by(observer: Observer) -> Iterator[None]:
    """Have an observer see the calls meanwhile."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.pop()


@contextmanager
def clearing_by(how: Callable[[Call], Any]) -> Iterator[None]:
    """Have ``zero_grad`` made by ``how`` meanwhile, whose two calls for each parameter may be of no
    interest to who looks on at each.
    """
    _clearing.append(how)
    try:
        yield
    finally:
        _clearing.pop()


@contextmanager
def unobserved() -> Iterator[None]:
    """Have nobody see the calls meanwhile."""
    observers = _observers[:]
    _observers.clear()
    try:
        yield
    finally:
        _observers[:] = observers


def call(kind: str, make: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Make a call before the eyes of whoever observes now."""
    return _observers[-1].called(kind, make, args, kwargs) if _observers else make()


def install() -> Callable[[], None]:
    """Replace the calls; a second time nothing happens. Returns what undoes it, if this did it."""
    if _originals:
        return lambda: None
    _replace(torch.autograd, "backward", BACKWARD)
    _replace(torch.optim.Optimizer, "zero_grad", ZERO_GRAD)
    _replace(nn.Module, "zero_grad", ZERO_GRAD)
    for name in ("clip_grad_norm_", "clip_grad_value_"):
        original = getattr(clip_grad, name)
        _replace(clip_grad, name, CLIP)
        _replace_imported(original, getattr(clip_grad, name))
    for method, kind in (("unscale_", UNSCALE), ("scale", SCALE), ("update", RESCALE)):
        _replace(torch.amp.GradScaler, method, kind)
    for scheduler in vars(lr_scheduler).values():
        if isinstance(scheduler, type) and "step" in vars(scheduler):
            _replace(scheduler, "step", SCHEDULE)
    return uninstall


def uninstall() -> None:
    """Put the originals back."""
    while _originals:
        place, name, original = _originals.pop()
        setattr(place, name, original)


def _replace_imported(original: Any, observed: Any) -> None:
    """Replace a function in the modules that have imported it by name already."""
    name = observed.__name__
    for module in list(sys.modules.values()):
        if getattr(module, "__dict__", {}).get(name) is original:
            _originals.append((module, name, original))
            setattr(module, name, observed)


def _replace(place: Any, name: str, kind: str) -> None:
    original = getattr(place, name)

    @functools.wraps(original)
    def observed(*args: Any, **kwargs: Any) -> Any:
        if not _observers:
            return original(*args, **kwargs)
        make = functools.partial(original, *args, **kwargs)
        if kind == ZERO_GRAD and _clearing:
            make = functools.partial(_clearing[-1], make)
        return call(kind, make, args, kwargs)

    _originals.append((place, name, original))
    setattr(place, name, observed)
