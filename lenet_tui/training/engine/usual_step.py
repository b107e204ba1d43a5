"""The step that ``lenet_tui.step`` runs on what it was given, where more than a loss and an
optimizer are in it: a scheduler, a scaler, an optimizer that calls back, a loss with parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from lenet_tui.training.engine.batch import split
from lenet_tui.training.engine.outputs import returned_loss


def usual_step(
    model: nn.Module,
    loss: Callable[..., Any] | None,
    optimizer: Optimizer,
    scheduler: Any = None,
    scaler: Any = None,
) -> Callable[[Any], Any]:
    """Make the step. ``loss``: ``(output, target)`` → the loss; ``None``: the model returns it."""

    def forward(batch: Any) -> Any:
        parts = split(batch)
        output = model(*parts.args, **parts.kwargs)
        if loss is None:
            return returned_loss(output)
        return loss(output, parts.target)

    def train_step(batch: Any) -> Any:
        value = forward(batch)
        optimizer.zero_grad()
        if scaler is None:
            value.backward()
            optimizer.step()
        else:
            scaler.scale(value).backward()
            scaler.step(optimizer)
            scaler.update()
        if scheduler is not None:
            scheduler.step()
        return value

    def calling_back(batch: Any) -> Any:
        def closure() -> Tensor:
            optimizer.zero_grad()
            value: Tensor = forward(batch)
            value.backward()  # type: ignore[no-untyped-call]
            return value

        value = optimizer.step(closure)  # type: ignore[arg-type]
        if scheduler is not None:
            scheduler.step()
        return value

    return calling_back if needs_closure(optimizer) else train_step


def own_closure(
    closure: Callable[[], Any], optimizer: Optimizer, scheduler: Any = None
) -> Callable[[Any], Any]:
    """Make the step of an optimizer that calls its owner's closure, which knows its batch."""

    def train_step(batch: Any) -> Any:
        value = optimizer.step(closure)
        if scheduler is not None:
            scheduler.step()
        return value

    return train_step


def needs_closure(optimizer: Optimizer) -> bool:
    """Whether an optimizer does not step without a closure, as ``LBFGS``."""
    import inspect  # noqa: PLC0415 - of no interest to who reads the step

    parameters = inspect.signature(type(optimizer).step).parameters
    return "closure" in parameters and parameters["closure"].default is inspect.Parameter.empty
