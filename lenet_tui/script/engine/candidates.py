"""What among a function's variables may be the model, the batch, the loss and the optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.loss import _Loss
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

MODELS = ("model", "net", "network", "module")
OPTIMIZERS = ("optimizer", "optim", "opt")
LOSSES = (
    *("criterion", "loss_fn", "loss_func", "loss_function", "loss_f", "lossfn", "crit"),
    *("objective", "compute_loss", "loss"),
)
BATCHES = ("batch", "data", "inputs", "sample", "samples")
STEPS = ("train_step", "training_step", "train_batch")
PAIRS = (
    *(("x", "y"), ("X", "y"), ("X", "Y"), ("xb", "yb"), ("xs", "ys"), ("x", "target")),
    *(("inputs", "targets"), ("inputs", "labels"), ("inputs", "target"), ("input", "target")),
    *(("images", "labels"), ("images", "targets"), ("images", "target"), ("imgs", "labels")),
    *(("image", "label"), ("data", "target"), ("data", "targets"), ("data", "labels")),
    *(("batch_x", "batch_y"), ("x_batch", "y_batch"), ("src", "tgt"), ("features", "labels")),
)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """``text``: how it is written at that line. ``fits``: how well its name and use fit."""

    text: str
    value: Any
    fits: int = 0


def visible(local: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """The variables by how they are written; what ``self`` holds too: ``self.model``."""
    names = {**others, **local}  # the nearer one of a name
    owner = local.get("self")
    if owner is not None and not isinstance(owner, type):
        held = dict(getattr(owner, "__dict__", {}))
        if isinstance(owner, nn.Module):
            held |= owner._modules
        names |= {f"self.{name}": value for name, value in held.items()}
    return {n: v for n, v in names.items() if not n.startswith("_")}


def _rank(text: str, names: tuple[str, ...]) -> int:
    """How well a name fits: the first of ``names`` best; 0: not at all."""
    plain = text.rpartition(".")[2].lower()
    return len(names) - names.index(plain) + 1 if plain in names else 0


def optimizers(names: Mapping[str, Any]) -> list[Candidate]:
    """Every optimizer, each once."""
    return _best((n, v, _rank(n, OPTIMIZERS)) for n, v in names.items() if isinstance(v, Optimizer))


def models(names: Mapping[str, Any], trained: Iterable[Optimizer]) -> list[Candidate]:
    """Modules with parameters, no parts of another; first those that an optimizer moves."""
    held = {
        id(p)
        for optimizer in trained
        for p in chain.from_iterable(group["params"] for group in optimizer.param_groups)
    }
    found = [
        (name, value)
        for name, value in names.items()
        if isinstance(value, nn.Module) and next(value.parameters(), None) is not None
    ]
    inner = {id(part) for _, value in found for part in list(value.modules())[1:]}
    return _best(
        (name, value, 10 * any(id(p) in held for p in value.parameters()) + _rank(name, MODELS))
        for name, value in found
        if id(value) not in inner
    )


def losses(names: Mapping[str, Any], model: nn.Module | None) -> list[Candidate]:
    """Functions and modules that are a loss by their class or their name."""
    found = []
    for name, value in names.items():
        known = isinstance(value, _Loss)
        fits = _rank(name, LOSSES)
        function = callable(value) and not isinstance(value, (type, Tensor)) and value is not model
        if known or (function and fits):
            found.append((name, value, fits + 10 * known))
    return _best(found)


def batches(names: Mapping[str, Any]) -> list[Candidate]:
    """Pairs of tensors under the names of inputs and targets, and what is called a batch."""
    found = [
        (f"({one}, {two})", (names[one], names[two]), len(PAIRS) - number)
        for number, (one, two) in enumerate(PAIRS)
        if _holds_tensor(names.get(one)) and _holds_tensor(names.get(two))
    ]
    taken = {id(part) for _, pair, _ in found for part in pair}
    for name, value in names.items():
        fits = _rank(name, BATCHES)
        if fits and _holds_tensor(value) and id(value) not in taken:
            found.append((name, value, fits + len(PAIRS) * (name == "batch")))
    return _best(found)


def steps(names: Mapping[str, Any]) -> list[Candidate]:
    """Functions that are a whole step of a batch, by their name."""
    return _best(
        (name, value, 0)
        for name, value in names.items()
        if _rank(name, STEPS) and callable(value) and not isinstance(value, (type, nn.Module))
    )


def schedulers(names: Mapping[str, Any]) -> list[Candidate]:
    """Every scheduler of a learning rate."""
    kinds = (LRScheduler, ReduceLROnPlateau)
    return _best((n, v, 0) for n, v in names.items() if isinstance(v, kinds))


def scalers(names: Mapping[str, Any]) -> list[Candidate]:
    """Every scaler of gradients."""
    return _best((n, v, 0) for n, v in names.items() if isinstance(v, torch.amp.GradScaler))


def functional(batch: Any) -> list[Candidate]:
    """Losses without a variable, for a batch with a target: those that its numbers allow."""
    target = batch[1] if isinstance(batch, tuple) and len(batch) == 2 else None
    if not isinstance(target, Tensor):
        return []
    numbers = ["mse_loss", "l1_loss", "binary_cross_entropy_with_logits"]
    names = numbers if target.is_floating_point() else ["cross_entropy", "nll_loss"]
    functions: list[tuple[str, Callable[..., Any]]] = [
        (name, getattr(nn.functional, name)) for name in names
    ]
    return [Candidate(f"torch.nn.functional.{name}", function) for name, function in functions]


def _holds_tensor(value: Any) -> bool:
    """Whether it is a tensor, or a tuple, list or dictionary of some."""
    if isinstance(value, Tensor):
        return True
    parts = value.values() if isinstance(value, Mapping) else value
    several = isinstance(value, (Mapping, tuple, list)) and 0 < len(value) <= 64
    return several and any(isinstance(part, Tensor) for part in parts)


def _best(found: Iterable[tuple[str, Any, int]]) -> list[Candidate]:
    """The candidates, those that fit best first; one object is one, by the name that fits best."""
    ranked = sorted(found, key=lambda each: -each[2])
    made: list[Candidate] = []
    seen: set[Any] = set()
    for text, value, fits in ranked:
        several = type(value) in (tuple, list)
        key = tuple(map(id, value)) if several else id(value)
        if key not in seen:
            seen.add(key)
            made.append(Candidate(text, value, fits))
    return made
