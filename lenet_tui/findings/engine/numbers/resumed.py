"""Whether what a step works with has been restored in part: optimizer, scheduler and scaler.

One process can see where their counts disagree before anything has run. Whether the generators
were restored it cannot: a state of theirs is as good as another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from lenet_tui.training.engine.trainer import Trainer


@dataclass(frozen=True, slots=True)
class Lack:
    """``what``: ``scheduler`` (at its start though the optimizer is not), ``rate`` (the optimizer
    has another learning rate than the scheduler says) or ``moments`` (the scheduler is not at its
    start, the optimizer is). ``where``: its name in the file.
    """

    what: str
    where: str
    steps: int
    epochs: int
    rate: float
    scheduled: float


def lacks(trainer: Trainer) -> Iterator[Lack]:
    """What disagrees in the state that a session starts from."""
    objects = trainer.objects
    schedulers = {
        name: value
        for name, value in {**(objects.others if objects else {}), **trainer.file.names}.items()
        if isinstance(value, LRScheduler)
    }
    seen: set[int] = set()
    for name, scheduler in schedulers.items():
        optimizer = getattr(scheduler, "optimizer", None)
        if id(scheduler) in seen or not isinstance(optimizer, Optimizer):
            continue
        seen.add(id(scheduler))
        yield from _of(name, scheduler, optimizer, trainer)


def _of(
    name: str, scheduler: LRScheduler, optimizer: Optimizer, trainer: Trainer
) -> Iterator[Lack]:
    steps, epochs = steps_of(optimizer), int(scheduler.last_epoch)
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    said = [float(rate) for rate in getattr(scheduler, "_last_lr", rates)]
    facts = (name, steps or 0, epochs, rates[0], said[0])
    drawn = trainer.own_data if not trainer.file.live else None  # its length is that of an epoch
    length = drawn.length if drawn is not None else 0
    if steps and len(said) == len(rates) and any(map(_apart, rates, said)):
        yield Lack("rate", *facts)
    elif steps and epochs == 0 and 0 < length <= steps:
        yield Lack("scheduler", *facts)
    elif epochs > 0 and steps == 0:
        yield Lack("moments", *facts)


def steps_of(optimizer: Optimizer) -> int | None:
    """How many steps its state is of; 0: it has none yet; ``None``: it does not count them."""
    states = [optimizer.state[p] for p in list(optimizer.state)]
    counts = [state["step"] for state in states if "step" in state]
    if counts:
        return max(int(n.item()) if isinstance(n, Tensor) else int(n) for n in counts)
    group = optimizer.param_groups[0]
    keeps = "betas" in group or bool(group.get("momentum"))
    return 0 if keeps and not any(states) else None


def _apart(a: float, b: float) -> bool:
    return abs(a - b) > 1e-6 * max(abs(a), abs(b))
