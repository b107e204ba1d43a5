"""What a function of ``torch.nn.functional`` was called with, by the names of its arguments."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from torch.nn import functional

from lenet_tui.tape.engine.entries import OpEntry


def called_with(op: OpEntry) -> dict[str, Any]:
    """The arguments of an op by name, with the defaults of those not given.

    Empty for an op of which no signature is known.
    """
    signature = _signature(op.op)
    if signature is None:
        return {}
    try:
        bound = signature.bind(*op.args, **op.kwargs)
    except TypeError:
        return {}
    bound.apply_defaults()
    return dict(bound.arguments)


@cache
def _signature(name: str) -> inspect.Signature | None:
    try:
        return inspect.signature(getattr(functional, name))
    except (AttributeError, ValueError, TypeError):
        return None
