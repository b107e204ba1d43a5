"""What an update has made of a parameter, and how the next one begins with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.training.engine.copies import copies

SAMPLE = 4096
"""Elements of a parameter that are compared, evenly spread."""
FEW = 32
"""Elements below which two draws may be alike by chance."""
UNLIKE = 0.25
"""Cosine between two values below which one was not made from the other."""
SAME, ANEW, KEPT, OTHERWISE = "same", "anew", "kept", "otherwise"
SMALL = "small"
"""It was set to something else, and is too small to say to what."""


@dataclass(slots=True, eq=False)
class Updated:
    """A sample of what a parameter was before an update and after it, in its type."""

    before: Tensor
    after: Tensor
    lr: float

    @property
    def moved(self) -> bool:
        """Whether the update made another value of it."""
        return not self.before.equal(self.after)


def sample(taped: Tensor) -> Tensor:
    """Some elements of what stands on a tape, which nothing writes: few are not copied."""
    if taped.numel() <= SAMPLE:
        return taped
    return taped.reshape(-1)[:: -(-taped.numel() // SAMPLE)].clone()


def sampled(live: Mapping[str, Tensor], names: Iterable[str]) -> dict[str, Tensor]:
    """Samples of live parameters, copied."""
    samples = {n: sample(live[n].detach()) for n in names}
    whole = {n: t for n, t in samples.items() if t.numel() == live[n].numel()}
    return samples | dict(zip(whole, copies([*whole.values()]), strict=True))


def kind_of(was: Updated, now: Tensor) -> str:
    """What was done between an update and the next one, which begins with ``now``."""
    if now.shape != was.after.shape or now.equal(was.after):
        return KEPT
    if now.equal(was.before):
        return SAME
    if float((now == was.after).float().mean()) > 0.1:
        return OTHERWISE
    if now.numel() < FEW:
        return SMALL
    pair = now.float().reshape(-1), was.after.float().reshape(-1)
    alike = torch.nn.functional.cosine_similarity(*pair, 0)
    return ANEW if abs(float(alike)) < UNLIKE else OTHERWISE


def tensors_of(optimizer: Optimizer, parameter: Tensor) -> frozenset[str]:
    """The names of the tensors that an optimizer keeps of a parameter."""
    kept = optimizer.state.get(parameter, {})
    return frozenset(name for name, value in kept.items() if isinstance(value, Tensor))
