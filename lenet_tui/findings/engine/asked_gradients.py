"""Gradients of parameters for which a step asks ``torch.autograd.grad``, instead of a backward."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.tape.engine.in_place import tensors


@dataclass(frozen=True, slots=True)
class Asked:
    """One such call. ``outputs``: of what; ``gradients``: by the names of the parameters."""

    call: Call
    outputs: list[Tensor]
    gradients: dict[str, Tensor]


def asked_gradients(iteration: Iteration) -> list[Asked]:
    """The calls that asked for the gradients of parameters, in their order.

    Those of what is no parameter, as a penalty on the slope at an input asks, are none.
    """
    names = iteration.trainer.names
    found: list[Asked] = []
    for call in iteration.calls:
        if call.name != "grad" or call.error is not None:
            continue
        inputs = call.argument(1, "inputs")
        several = [inputs] if isinstance(inputs, Tensor) else list(inputs or ())
        made = call.result if isinstance(call.result, (tuple, list)) else ()
        pairs = zip(several, made, strict=False)
        own = {names[id(p)]: g for p, g in pairs if id(p) in names and isinstance(g, Tensor)}
        if own:
            found.append(Asked(call, tensors([call.argument(0, "outputs")]), own))
    return found


def asked_alone(iteration: Iteration) -> Asked | None:
    """The only such call of an iteration; ``None``: there are several, or none."""
    found = iteration.once(asked_gradients)
    return found[0] if len(found) == 1 else None
