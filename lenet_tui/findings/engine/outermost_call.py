"""The first call of a whole model in an iteration, to be made again by itself."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from lenet_tui.findings.engine.mode_difference import Call
from lenet_tui.findings.engine.probes.trial import Trial
from lenet_tui.training.engine import batch


class _Caught(BaseException):
    """Ends an iteration at the first call of a module."""

    def __init__(self, call: Call) -> None:
        self.call = call


def outermost_call(trial: Trial) -> Call | None:
    """The module that an iteration calls first, with copies of what it is called with.

    In a step of one's own it is the first of its modules with parameters; ``None``: it calls none.
    The trainer is where it is called afterwards.
    """
    trainer = trial.trainer
    if not trainer.options.step:
        trial.begin()
        own = trial.batch.copy()
        return trainer.model, own.args, dict(own.kwargs)
    modules = dict.fromkeys(
        m for _, m in trainer.modules() if next(m.parameters(), None) is not None
    )
    trial.begin()
    handles = [m.register_forward_pre_hook(_catch, with_kwargs=True) for m in modules]
    try:
        trial.iterate()
    except _Caught as caught:
        return caught.call
    finally:
        for handle in handles:
            handle.remove()
    return None


def _catch(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    raise _Caught((module, batch.mapped(args, _copy), batch.mapped(kwargs, _copy)))


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().clone()
