"""The objects of a script, as they are in this process, in the place of a training file.

``Given`` takes what a person passes to ``lenet_tui.step``; ``LiveFile`` is to a trainer what a
training file is, and ``LiveTrainer`` runs phases on these very objects: nothing is copied, seeded,
moved or executed for it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.optim import Optimizer

from lenet_tui.protocol.model_names import SCRIPT
from lenet_tui.protocol.options import OWN, OWN_LR, RETURNED, Options
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import compiled_calls, devices, observed_calls
from lenet_tui.training.engine.determinism import choose_deterministic
from lenet_tui.training.engine.held_values import holds, inside
from lenet_tui.training.engine.iterators import is_iterator
from lenet_tui.training.engine.reached import hooks_on, is_data
from lenet_tui.training.engine.referenced import Names, defined_by_owner, referenced
from lenet_tui.training.engine.step_held import held_by
from lenet_tui.training.engine.step_objects import StepObjects
from lenet_tui.training.engine.step_parts import model_in
from lenet_tui.training.engine.together import Together
from lenet_tui.training.engine.trainer import Trainer
from lenet_tui.training.engine.training_file import DECODE, LOSS, MODEL, OPTIMIZER, TrainingFile
from lenet_tui.training.engine.usual_step import needs_closure, own_closure, usual_step
from lenet_tui.training.engine.written_places import OWN as PRIVATE


class Unusable(Problem, TypeError):
    """What was given is no step; the message is one line that says what would be one."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What a person has given of a step, checked. ``whole``: their function of the batch.

    ``step``: what runs each iteration as a whole; ``None``: the order of the app does.
    """

    model: nn.Module
    batch: Any
    loss: Callable[..., Any] | None = None
    optimizer: Optimizer | None = None
    scheduler: Any = None
    scaler: Any = None
    whole: Callable[[Any], Any] | None = None
    step: Callable[[Any], Any] | None = None

    @classmethod
    def of(
        cls,
        model: Any,
        batch: Any = None,
        loss: Any = None,
        optimizer: Any = None,
        *,
        scheduler: Any = None,
        scaler: Any = None,
    ) -> Given:
        """Check what was given: a model and what trains it, or a function and its batch.

        Raises ``Unusable``, a ``TypeError``, for what is neither.
        """
        if not isinstance(model, nn.Module):
            if not callable(model):
                raise Unusable("training:given-no-model", kind=type(model).__name__)
            others = {"loss": loss, "optimizer": optimizer, "scheduler": scheduler}
            for name, value in {**others, "scaler": scaler}.items():
                if value is not None:
                    raise Unusable("training:given-beside-step", name=name)
            return cls(_model_of(model), batch, whole=model, step=model)
        if loss is not None and not callable(loss):
            raise Unusable("training:given-no-loss", kind=type(loss).__name__)
        if optimizer is not None and not isinstance(optimizer, Optimizer):
            raise Unusable("training:given-no-optimizer", kind=type(optimizer).__name__)
        if any(is_lazy(p) for p in model.parameters()):
            raise Unusable("training:given-lazy")
        given = cls(model, batch, loss, optimizer, scheduler, scaler)
        return cls(model, batch, loss, optimizer, scheduler, scaler, None, given._step())

    def _step(self) -> Callable[[Any], Any] | None:
        """What the app's own order has no place for, as a step."""
        several = self.scheduler is not None or self.scaler is not None
        if self.optimizer is None:
            if several or _without_arguments(self.loss):
                raise Unusable("training:given-needs-optimizer")
            return None
        if self.loss is not None and _without_arguments(self.loss):
            return own_closure(self.loss, self.optimizer, self.scheduler)
        if several or needs_closure(self.optimizer) or _has_state(self.loss):
            return usual_step(self.model, self.loss, self.optimizer, self.scheduler, self.scaler)
        return None

    @property
    def title(self) -> str:
        """What it is called on a screen."""
        if self.whole is None:
            return clean(type(self.model).__name__, 100)
        return clean(getattr(self.whole, "__name__", type(self.whole).__name__), 100)

    def options(self) -> Options:
        """The options of a session on it."""
        first = next(self.model.parameters(), None)
        device = torch.device("cpu") if first is None else first.device
        usable = device.type in devices.KINDS
        loss = RETURNED if self.loss is None and self.step is None else OWN
        own = self.optimizer is not None or self.step is not None
        return Options(
            preset=OWN, model=f"{SCRIPT}:{self.title}", data=OWN, loss=loss,
            device=str(device) if usable else "cpu",
            optimizer=OWN if own else "manual", lr=OWN_LR if own else 0.01,
            threads=torch.get_num_threads(), step=self.step is not None,
        )  # fmt: skip


class LiveFile(TrainingFile):
    """The objects of a script where a trainer asks for those of a training file."""

    live = True

    def __init__(self, given: Given) -> None:
        self._given = given
        own = {MODEL: given.model, LOSS: given.loss, OPTIMIZER: given.optimizer}
        if given.whole is None and given.step is not None:
            own |= {"scheduler": given.scheduler, "scaler": given.scaler}
        own = {name: value for name, value in own.items() if value is not None}
        code = getattr(inspect.unwrap(given.step), "__code__", None) if given.step else None
        fixed = {"__file__": code.co_filename if code else None, "__name__": "__main__"}
        roots = [r for r in (given.whole, given.loss, given.model.forward) if callable(r)]
        roots += [hook for p in given.model.parameters() for hook in hooks_on(p)]
        self._names = Names(referenced(*roots), {**fixed, **own} if given.whole is None else fixed)
        super().__init__(given.title, "", self._names)

    @property
    def state(self) -> Mapping[str, Any]:
        names = self._names.look().items()
        return {n: v for n, v in names if not (n.startswith("__") or is_data(v))}

    def owns(self, value: object) -> bool:
        kind = value if isinstance(value, type) else type(value)
        if kind is SimpleNamespace or defined_by_owner(kind):
            return True
        held = getattr(value, "__dict__", {})
        return any(isinstance(held.get(n), Optimizer) for n in ("optimizer", "_optimizer"))

    @property
    def iterators(self) -> list[str]:
        """The names of what can only be gone through once: it has no state to restore."""
        modules = self._given.model.named_modules(prefix="model")
        held = [("", dict(self.state)), *((path, vars(module)) for path, module in modules)]
        seen: set[int] = set()
        for path, names in list(held):
            for name, value in names.items():
                if name not in PRIVATE and holds(value):
                    held += inside(f"{path}.{name}".lstrip("."), value, seen)
        found = [(p, n) for p, names in held for n, v in names.items() if is_iterator(type(v))]
        return [f"{path}.{name}".lstrip(".") for path, name in found]

    @property
    def step(self) -> Callable[[Any], Any] | None:
        return self._given.step

    @property
    def loss(self) -> Callable[[Any, Any], Tensor] | None:
        return self._given.loss

    @property
    def decode(self) -> Callable[[Any], Any] | None:
        found = self._names.get(DECODE)
        return found if callable(found) else None

    @property
    def data(self) -> Any:
        return [self._given.batch]

    def make_model(self) -> nn.Module:
        return self._given.model

    def make_optimizer(self, parameters: Iterator[Tensor]) -> Optimizer | None:
        return self._given.optimizer


class LiveTrainer(Trainer):
    """Runs phases on the objects of a script, which stay where they are.

    ``generators``: those that something draws from which is no state otherwise, such as a loader.
    """

    def __init__(self, given: Given, generators: Iterable[object] = ()) -> None:
        observed_calls.install()
        compiled_calls.install()
        self._given, self.one_batch = given, True
        self._generators: dict[str, Any] = {str(n): g for n, g in enumerate(generators)}
        super().__init__(given.options())

    def _load(self, options: Options) -> TrainingFile:
        if self.device.type == "cuda":  # equal bits each time; the precision stays the script's
            choose_deterministic()
        return LiveFile(self._given)

    def _places(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from super()._places()
        yield "generators", self._generators

    def _put(self, module: nn.Module) -> nn.Module:
        return module

    def here(self, tensor: Tensor) -> Tensor:
        return tensor

    def _change_device(self, device: torch.device) -> None:
        raise MoveRejected("training:live-stays", option="device")

    def begin(self, iteration: int) -> None:
        torch.clear_autocast_cache()  # it would keep the weights of before the last update
        super().begin(iteration)


class _NoModel(nn.Module):
    """In the place of a model while one is looked for."""


def _model_of(step: Callable[[Any], Any]) -> nn.Module:
    """The modules with parameters that a step works with: the one, or all of them in one."""
    given = Given(_NoModel(), None, whole=step, step=step)
    found = StepObjects(LiveFile(given), given.model, step=True).modules
    models = {name: m for name, m in found.items() if next(m.parameters(), None) is not None}
    live = LiveFile(given)
    bare = None if models else model_in({**live.names, **held_by(step)}, live.owns)
    if bare is not None:
        return bare
    if not models:
        raise Unusable("training:given-no-module", name=given.title)
    if any(is_lazy(p) for model in models.values() for p in model.parameters()):
        raise Unusable("training:given-lazy")
    if len(models) == 1:
        return next(iter(models.values()))
    together: dict[str, nn.Module] = {}
    for name, model in models.items():
        plain = name.replace(".", "_")
        together[f"{plain}_" if plain in together else plain] = model
    return Together(together)


def _without_arguments(function: Any) -> bool:
    """Whether a function is called without anything, as a closure of an optimizer is."""
    if function is None or isinstance(function, nn.Module):
        return False
    try:
        return not inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _has_state(loss: Any) -> bool:
    """Whether a loss has parameters or buffers of its own, which then change too."""
    if not isinstance(loss, nn.Module):
        loss = getattr(loss, "__self__", None)
    if not isinstance(loss, nn.Module):
        return False
    return any(p.requires_grad for p in loss.parameters()) or _changing(loss)


def _changing(loss: nn.Module) -> bool:
    """Whether its buffers may change: all but constants, as the weights of classes."""
    return any(name not in ("weight", "pos_weight") for name, _ in loss.named_buffers())
