"""The steps of ``torch.optim``'s optimizers for one number, with the state that they keep.

The formulas are those of the documentation of ``torch.optim.SGD``, ``Adam``, ``AdamW`` and
``RMSprop``, in the order in which torch's single-tensor versions compute them. Hyperparameters are
those of the recorded entry, else those of the option's row, else torch's own defaults.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lenet_tui.explain.engine.terms import Index, NoArithmetic, Operands, Source, read
from lenet_tui.explain.rounding import Rounded, constant, sqrt
from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.tape.engine.entries import UpdateEntry

MOMENTUM = OPTIMIZERS["momentum"].arguments["momentum"]
DEFAULTS: dict[str, dict[str, Any]] = {
    "manual": {},
    "sgd": {"momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0},
    "adam": {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0},
    "adamw": {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01},
    "rmsprop": {"alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0},
}
KINDS = {"momentum": "sgd", "nesterov": "sgd"} | {name: name for name in DEFAULTS}
"""What steps each optimizer takes, by its name in small letters."""


class Step:
    """One number of a parameter in one step: its gradient, the state before, hyperparameters."""

    def __init__(self, entry: UpdateEntry, index: Index) -> None:
        kind = KINDS.get(entry.optimizer.lower())
        if kind is None or entry.before.is_complex():
            raise NoArithmetic(entry.optimizer)
        self.kind, self.entry, self.index = kind, entry, index
        row = OPTIMIZERS.get(entry.optimizer)
        own = dict(row.arguments) if row else {}
        self._settings = DEFAULTS[kind] | own | dict(entry.settings)
        self.lr = float(self._settings.get("lr", entry.lr))

    def get(self, name: str) -> Any:
        """A hyperparameter: a number, or whether something is switched on."""
        value = self._settings.get(name, False)
        return float(value) if isinstance(value, Tensor) else value

    def number(self, name: str) -> float:
        return float(self.get(name) or 0.0)

    @property
    def decoupled(self) -> bool:
        """Whether the weight decay leaves the gradient alone."""
        return bool(self.kind == "adamw" or self.get("decoupled_weight_decay"))

    @property
    def decay(self) -> float:
        """λ of a weight decay that is added to the gradient; 0: none is."""
        return 0.0 if self.decoupled else self.number("weight_decay")

    # Operands

    def weight(self) -> Operands:
        return read(Source(self.entry.name, self.entry.before), self.index)

    def gradient(self) -> Operands:
        assert self.entry.grad is not None
        return read(Source(f"{self.entry.name}.grad", self.entry.grad), self.index)

    def kept(self, key: str) -> bool:
        """Whether there was such a state before the step."""
        return key in self.entry.state

    def state(self, key: str) -> Operands:
        """The optimizer's tensor before the step; zero before the first one."""
        like = torch.zeros(()) if key == "step" else torch.zeros_like(self.entry.before)
        tensor: Tensor = self.entry.state.get(key, like)
        at = self.index if tensor.dim() else ()
        return read(Source(f"{self.entry.name}.{key}", tensor), at)

    @property
    def count(self) -> int:
        """Which step this is, from 1."""
        return int(self.state("step").values[0]) + 1

    # Numbers

    def sign(self) -> float:
        return -1.0 if self.get("maximize") else 1.0

    def slope(self) -> Rounded:
        """±g + λ⋅w: the gradient that the step works with."""
        g = self.gradient().number
        g = -g if self.sign() < 0 else g
        return g + constant(self.decay) * self.weight().number if self.decay else g

    def buffer(self, slope: Rounded) -> Rounded:
        """SGD's b after the step: the first time it is the gradient."""
        if not self.kept("momentum_buffer"):
            return slope
        mu, damping = self.number("momentum"), self.number("dampening")
        share = constant(1 - damping) * slope if damping else slope
        return constant(mu) * self.state("momentum_buffer").number + share

    def direction(self) -> Rounded:
        """What SGD multiplies by lr."""
        slope, mu = self.slope(), self.number("momentum")
        if not mu:
            return slope
        b = self.buffer(slope)
        return slope + constant(mu) * b if self.get("nesterov") else b

    def first(self) -> Rounded:
        """Adam's m after the step."""
        m, beta = self.state("exp_avg").number, float(self.get("betas")[0])
        return m + constant(1 - beta) * (self.slope() - m)

    def square(self, key: str, kept: float) -> Rounded:
        """The moving average of the gradient's square, after the step."""
        g = self.slope()
        return constant(kept) * self.state(key).number + constant(1 - kept) * (g * g)

    def second(self) -> Rounded:
        """Adam's v after the step."""
        return self.square("exp_avg_sq", float(self.get("betas")[1]))

    def adam(self) -> Rounded:
        """m̂ / (√v̂ + ε), times lr; with ``amsgrad``, of the largest v there was."""
        t, (beta1, beta2) = self.count, map(float, self.get("betas"))
        second = self.second()
        if self.get("amsgrad"):
            before = self.state("max_exp_avg_sq").number
            second = before if float(before.value[0]) > float(second.value[0]) else second
        size = constant(self.lr / (1 - beta1**t))
        below = sqrt(second) / constant((1 - beta2**t) ** 0.5) + constant(self.number("eps"))
        return size * (self.first() / below)

    def rmsprop(self) -> Rounded:
        """G / (√v + ε), v without its mean's square where ``centered``; with momentum its sum."""
        alpha = self.number("alpha")
        average = self.square("square_avg", alpha)
        if self.get("centered"):
            g = self.state("grad_avg").number
            mean = g + constant(1 - alpha) * (self.slope() - g)
            average = average - mean * mean
        made = self.slope() / (sqrt(average) + constant(self.number("eps")))
        if self.number("momentum"):
            made = constant(self.number("momentum")) * self.state("momentum_buffer").number + made
        return made
