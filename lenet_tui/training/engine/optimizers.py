"""The update of the parameters: by hand as in the notebook, or by ``torch.optim``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.training.engine.parameter_groups import ParameterGroups

T = TypeVar("T")

ONE_BY_ONE = tuple(
    getattr(torch.optim, name)
    for name in (
        *("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam"),
        *("RAdam", "ASGD", "Rprop"),
    )
)
"""The optimizers that treat each parameter by itself."""


LARGE = 2**18
"""Elements from which a gradient is scaled by itself: those of all at once would take as much
memory as the model."""


class Aliases(Generic[T]):
    """``make(parameters)``, called again where a model has put other data into a parameter.

    The cached value holds the old data, so that nothing else can be allocated at its address.
    """

    def __init__(self, parameters: Sequence[Tensor], make: Callable[[Sequence[Tensor]], T]) -> None:
        self._parameters = parameters
        self._make = make
        self._addresses: list[int] = []
        self._value: T

    def __call__(self) -> T:
        addresses = [p.data_ptr() for p in self._parameters]
        if not self._addresses or addresses != self._addresses:
            self._addresses, self._value = addresses, self._make(self._parameters)
        return self._value


def follow(optimizer: torch.optim.Optimizer) -> None:
    """Put what an optimizer keeps for its parameters where they are now.

    Counts stay on the CPU but for those that torch wants beside the parameters: the same rule as
    that of ``load_state_dict``.
    """
    for group in optimizer.param_groups:
        counts = bool(group.get("capturable") or group.get("fused"))
        for p in group["params"]:
            state = optimizer.state.get(p) or {}
            for key, value in state.items():
                if key != "step" or counts:
                    state[key] = _there(value, p.device)


def _there(value: Any, device: torch.device) -> Any:
    """A tensor, or a list of tensors as L-BFGS keeps them, on this device."""
    if isinstance(value, list):
        return [_there(part, device) for part in value]
    return value.to(device) if isinstance(value, Tensor) else value


class Updater:
    """Updates parameters, all at once or one at a time, with equal bits."""

    def __init__(
        self,
        kind: str,
        lr: float,
        parameters: dict[str, Tensor],
        own: torch.optim.Optimizer | None = None,
        settings: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.kind = kind
        self._parameters = parameters
        self._values = Aliases(list(parameters.values()), lambda all_: [p.data for p in all_])
        self._own = own
        self._optimizer = own
        if own is not None:
            self.lr = float(own.param_groups[0]["lr"])
            if lr != self.lr:
                self.set_lr(lr)
            return
        self.lr = lr
        row = OPTIMIZERS[kind]
        if row.made_by and parameters:  # torch makes none for a model without parameters
            make = getattr(torch.optim, row.made_by)
            given = row.given(settings)
            self._optimizer = make(list(parameters.values()), lr=lr, **given)

    def set(self, settings: Mapping[str, float]) -> None:
        """Set the optimizer's other arguments of the next step; those not given are its own."""
        if self._own is None and self._optimizer is not None:
            row = OPTIMIZERS[self.kind]
            given = {**dict.fromkeys(row.takes, 0), **row.given(settings)}
            for group in self._optimizer.param_groups:
                group.update(given)

    def set_lr(self, lr: float) -> None:
        """Set the learning rate of the next step."""
        self.lr = lr
        for group in self._optimizer.param_groups if self._optimizer else ():
            group["lr"] = lr

    @property
    def told(self) -> bool:
        """Whether it has arguments that its kind does not have by itself."""
        row, groups = (
            OPTIMIZERS.get(self.kind),
            self._optimizer.param_groups if self._optimizer else (),
        )
        return row is not None and any(
            group[name] != row.arguments.get(name, 0) for group in groups for name in row.takes
        )

    @property
    def own(self) -> bool:
        """Whether it is an optimizer of one's own."""
        return self._own is not None

    @property
    def own_lr(self) -> float | None:
        """The present learning rate of the first group of an optimizer of one's own."""
        return None if self._own is None else float(self._own.param_groups[0]["lr"])

    @property
    def title(self) -> str:
        """The kind, or the class of an optimizer of one's own."""
        return self.kind if self._own is None else type(self._own).__name__

    @property
    def keeps_state(self) -> bool:
        """Whether it may have tensors of its own for a parameter."""
        return self._optimizer is not None

    @property
    def has_state(self) -> bool:
        """Whether it has something of its own for any parameter now."""
        if self._optimizer is None:
            return False
        return any(type(held) is not dict or held for held in self._optimizer.state.values())

    @property
    def separable(self) -> bool:
        """Whether a step of some parameters leaves the same bits as their part of a whole one."""
        return self._own is None or type(self._own) in ONE_BY_ONE

    def groups(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The hyperparameters of each parameter, by torch's names; empty: it is in no group."""
        if self._optimizer is None:
            settings = {"lr": self.lr}
            return dict.fromkeys(names, settings)
        found: dict[int, dict[str, Any]] = {}
        for group in self._optimizer.param_groups:
            its = {key: value for key, value in group.items() if key != "params"}
            found |= {id(p): its for p in group["params"]}
        return {name: found.get(id(self._parameters[name]), {}) for name in names}

    def places(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yields the hyperparameters and states of an optimizer of one's own, to be stored."""
        if self._own is not None:
            yield from optimizer_places("optimizer", self._own)

    def move(self, others: Iterable[torch.optim.Optimizer] = ()) -> None:
        """Move what the optimizer keeps to where the parameters are, and that of ``others``."""
        for optimizer in (*others, *((self._optimizer,) if self._optimizer else ())):
            follow(optimizer)

    def step(self, names: Sequence[str] | None = None) -> None:
        """Update the parameters of these names, or all: those of them that have a gradient.

        Raises ``MoveRejected`` (nothing changed) where the manual update finds no gradient at all.
        """
        self._step(names, copied=False)

    def step_copied(self, names: Sequence[str] | None = None) -> dict[str, Tensor]:
        """``step``, which returns copies of new values, of those parameters where it has one."""
        return self._step(names, copied=True)

    def _step(self, names: Sequence[str] | None, copied: bool) -> dict[str, Tensor]:
        chosen = None if names is None else [self._parameters[name] for name in names]
        if self._optimizer:
            self._step_optimizer(self._optimizer, chosen)
            return {}
        if self._parameters and all(p.grad is None for p in self._parameters.values()):
            raise MoveRejected("training:no-gradient", name=next(iter(self._parameters)))
        values = self._values() if chosen is None else [p.data for p in chosen]
        named = zip(self._parameters if names is None else names, values, strict=True)
        triples = [(n, v, g) for n, v in named if (g := self._parameters[n].grad) is not None]
        # As ``p.data.sub_(p.grad * lr)`` does for each: the same products and differences.
        small = [triple for triple in triples if triple[2].numel() < LARGE]
        made: dict[str, Tensor] = {}
        if small:
            live = [value for _, value, _ in small]
            scaled = torch._foreach_mul([grad for _, _, grad in small], self.lr)
            if copied and all(grad.layout is torch.strided for _, _, grad in small):
                new = torch._foreach_sub(live, scaled)
                torch._foreach_copy_(live, new)
                made = dict(zip([name for name, _, _ in small], new, strict=True))
            else:
                torch._foreach_sub_(live, scaled)
        for _, value, grad in triples if len(small) < len(triples) else ():
            if grad.numel() >= LARGE:
                value.sub_(grad * self.lr)
        return made

    def _step_optimizer(
        self, optimizer: torch.optim.Optimizer, chosen: list[Tensor] | None
    ) -> None:
        if chosen is None:
            optimizer.step()
            return
        groups = [(group, group["params"]) for group in optimizer.param_groups]
        wanted = set(map(id, chosen))
        for group, parameters in groups:
            group["params"] = [p for p in parameters if id(p) in wanted]
        try:
            optimizer.step()
        finally:
            for group, parameters in groups:
                group["params"] = parameters

    def state(self, name: str) -> dict[str, Tensor]:
        """The optimizer's own tensors for a parameter, live (empty before its first step)."""
        if self._optimizer is None or not self._optimizer.state:
            return {}
        state = self._optimizer.state.get(self._parameters[name], {})
        return {key: value for key, value in state.items() if isinstance(value, Tensor)}

    def stored(self, name: str) -> dict[str, Tensor]:
        """What ``load`` restores of a parameter; nothing where ``places`` has it."""
        return {} if self._own is not None else self.state(name)

    def load(self, states: dict[str, dict[str, Tensor]]) -> None:
        """Restore what ``stored`` returned, copied."""
        if self._optimizer is None or self._own is not None:
            return
        self._optimizer.state.clear()
        for name, state in states.items():
            if state:
                p = self._parameters[name]
                self._optimizer.state[p] = {k: v.clone() for k, v in state.items()}


def optimizer_places(
    name: str, optimizer: torch.optim.Optimizer
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields an optimizer's groups, hyperparameters and states, each with a path, to be stored."""
    yield f"{name} groups", ParameterGroups(optimizer)
    for number, group in enumerate(optimizer.param_groups):
        yield f"{name} {number}", group
        parameters = group["params"]
        states = map(optimizer.state.__getitem__, parameters)
        yield from zip(_paths(name, number, len(parameters)), states, strict=True)


@lru_cache(maxsize=64)
def _paths(name: str, group: int, count: int) -> list[str]:
    """The paths of the states of a group's parameters."""
    return [f"{name} {group} {place}" for place in range(count)]


def flat_numbers(parameters: Sequence[Tensor]) -> list[npt.NDArray[np.float32]]:
    """A flat view of each parameter's live numbers; empty if NumPy cannot see them."""
    plain = all(
        p.device.type == "cpu" and p.is_contiguous() and p.dtype != torch.bfloat16
        for p in parameters
    )
    return [p.detach().view(-1).numpy() for p in parameters] if plain else []
