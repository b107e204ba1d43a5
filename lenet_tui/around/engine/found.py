"""Finds what a script trains: its modules and optimizers, with the names of its variables."""

from __future__ import annotations

import gc
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from lenet_tui.around.tracebacks import PACKAGE
from lenet_tui.training.engine.frame_locals import frame_locals
from lenet_tui.training.engine.step_parts import tensors_in

TORCH = f"{Path(torch.__file__).parent}/"
STDLIB = f"{sysconfig.get_paths()['stdlib']}/"
WRAPPERS = {"OptimizedModule": "_orig_mod", "DistributedDataParallel": "module",
            "DataParallel": "module"}  # fmt: skip
"""Modules that only call another one, and the attribute that it is in."""
MOST = 2_000
"""Variables of one frame that are looked at."""


@dataclass(slots=True, eq=False)
class Found:
    """``trained``: modules with parameters that an optimizer holds, by name; without an optimizer
    all that require gradients. ``others``: those that none holds. ``loose``: tensors of optimizers
    that are no module's; without both, those that the script itself holds. ``wrappers``: modules
    around one of these, with its name.
    """

    trained: dict[str, nn.Module] = field(default_factory=dict)
    others: dict[str, nn.Module] = field(default_factory=dict)
    optimizers: dict[str, Optimizer] = field(default_factory=dict)
    loose: dict[str, Tensor] = field(default_factory=dict)
    wrappers: list[tuple[str, nn.Module]] = field(default_factory=list)


def own_frames() -> list[FrameType]:
    """The frames under way that are neither this package's nor torch's, innermost first."""
    frames = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith((PACKAGE, TORCH, STDLIB, "<frozen")):
            frames.append(frame)
        frame = frame.f_back
    return frames


def loop_file(frames: Iterable[FrameType]) -> str:
    """The file that holds the innermost line of the script's own; of a library if none is."""
    files = [frame.f_code.co_filename for frame in frames]
    own = (file for file in files if "site-packages" not in file)
    return next(own, files[0] if files else "")


def has_modules() -> bool:
    """Whether there is a module with parameters that require gradients."""
    return any(
        p.requires_grad
        for module in _alive()[0]
        for p in module._parameters.values()
        if p is not None
    )


def has_optimizers() -> bool:
    """Whether the script has made an optimizer."""
    return bool(_alive()[1])


def look_for(
    frames: list[FrameType],
    called: nn.Module | None = None,
    stepped: Sequence[Optimizer] = (),
) -> Found:
    """All that is there now; ``called``: a module that is certainly wanted; ``stepped``: optimizers
    that have been used.

    An optimizer that has no name and is not used is left over from before.
    """
    modules, optimizers = _alive()
    names = _Names(frames)
    used = [o for o in optimizers if names.of(o) or any(o is each for each in stepped)]
    optimizers = used or optimizers
    held = {id(p): p for o in optimizers for g in o.param_groups for p in g["params"]}
    found = Found()
    for number, optimizer in enumerate(optimizers):
        name = names.of(optimizer) or (f"optimizer{number + 1}" if number else "optimizer")
        found.optimizers[_free(name, found.optimizers)] = optimizer
    roots = [_unwrapped(root) for root in _roots(modules)]
    named = [
        (names.of(inner) or next((n for w in outside if (n := names.of(w))), ""), inner, outside)
        for inner, outside in roots
    ]
    for own, inner, outside in sorted(named, key=lambda each: not each[0]):
        parameters = {id(p) for p in inner.parameters()}
        trained = not parameters.isdisjoint(held) or inner is called or called in outside
        trained = trained or (not optimizers and any(p.requires_grad for p in inner.parameters()))
        if not parameters or not (own or (trained and (optimizers or inner is called))):
            continue
        into = found.trained if trained else found.others
        name = _free(own or type(inner).__name__.lower(), {**found.trained, **found.others})
        into[name] = inner
        found.wrappers += [(name, module) for module in outside]
        for key in parameters:
            held.pop(key, None)
    if not (optimizers or found.trained or found.others):
        found.loose = bare_tensors(frames)
    for number, tensor in enumerate(held.values()):
        found.loose[_free(names.of(tensor) or f"parameter{number + 1}", found.loose)] = tensor
    return found


def bare_tensors(frames: Iterable[FrameType]) -> dict[str, Tensor]:
    """The leaves that require gradients and lie in the frames' variables, by their names.

    They are looked for in lists, dictionaries and objects of the script's own classes too.
    """
    names: dict[str, Any] = {}
    own: set[str] = set()
    for frame in frames:
        own.add(frame.f_globals.get("__name__", ""))
        for place in (frame_locals(frame), frame.f_globals):
            for name, value in list(place.items())[:MOST]:
                if not name.startswith("__"):
                    names.setdefault(name, value)
    leaves: dict[str, Tensor] = {}
    with torch._C.DisableTorchFunction():
        for path, tensor in tensors_in(names, lambda value: type(value).__module__ in own).items():
            leaves[_free(path.removeprefix("self."), leaves)] = tensor
    return leaves


def _alive() -> tuple[list[nn.Module], list[Optimizer]]:
    """Every module and optimizer; a class is asked, as objects may pretend to be of another."""
    modules: list[nn.Module] = []
    optimizers: list[Optimizer] = []
    for each in gc.get_objects():
        kind = type(each)
        if issubclass(kind, nn.Module) and "_modules" in each.__dict__:
            modules.append(each)
        elif issubclass(kind, Optimizer) and each.__dict__.get("param_groups"):
            optimizers.append(each)
    inner = {id(vars(o).get("optimizer")) for o in optimizers}  # of one that wraps another
    outer = [o for o in optimizers if isinstance(vars(o).get("optimizer"), Optimizer)]
    wrapping = {id(o) for o in outer} if inner else set()
    return modules, [o for o in optimizers if id(o) not in wrapping]


def _roots(modules: list[nn.Module]) -> list[nn.Module]:
    """The modules that are in no other one."""
    inside = {id(part) for module in modules for part in module._modules.values()}
    return [module for module in modules if id(module) not in inside]


def _unwrapped(module: nn.Module) -> tuple[nn.Module, list[nn.Module]]:
    """What a module wraps, and the wrappers."""
    outside = []
    while (place := WRAPPERS.get(type(module).__name__)) and place in module._modules:
        outside.append(module)
        inner = module._modules[place]
        assert inner is not None
        module = inner
    return module, outside


class _Names:
    """The names under which the frames' variables, and attributes of them, hold objects."""

    def __init__(self, frames: list[FrameType]) -> None:
        self._names: dict[int, str] = {}
        deeper: list[tuple[str, Any]] = []
        for frame in frames:
            globals_ = frame.f_globals
            own = () if frame.f_locals is globals_ else (frame_locals(frame),)
            for place in (*own, globals_):
                for name, value in list(place.items())[:MOST]:
                    if name.startswith("__") or isinstance(value, (ModuleType, type)):
                        continue
                    self._note(name, value)
                    deeper.append((name, value))
        for name, value in deeper:
            for key, part in _parts(value):
                self._note(key if name == "self" else f"{name}.{key}", part)

    def _note(self, name: str, value: Any) -> None:
        if issubclass(type(value), (nn.Module, Optimizer, Tensor)):
            self._names.setdefault(id(value), name)

    def of(self, value: object) -> str:
        """The name of an object; empty: it has none."""
        return self._names.get(id(value), "")


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object, a list or a dictionary holds; a module's parts are known by other names."""
    kind = type(value)
    if kind in (list, tuple):
        yield from ((str(number), part) for number, part in enumerate(value[:MOST]))
    elif kind is dict:
        yield from ((str(key), part) for key, part in list(value.items())[:MOST])
    elif not issubclass(kind, (nn.Module, Optimizer, Tensor)):
        attributes = getattr(value, "__dict__", None)
        if type(attributes) is dict:
            yield from list(attributes.items())[:MOST]


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, as a key of a ``ModuleDict`` that is not taken yet."""
    name = name.replace(".", "_")
    known, number = set(taken), 2
    free = name
    while free in known:
        free, number = f"{name}_{number}", number + 1
    return free
