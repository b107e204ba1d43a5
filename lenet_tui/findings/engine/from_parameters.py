"""Whether numbers come from the parameters, so that training moves them, or are data."""

from __future__ import annotations

from torch import Tensor

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.losses import producers


def from_parameters(tensor: Tensor, iteration: Iteration) -> bool:
    """Whether a parameter took part in making a tensor, whether or not autograd follows."""
    known = iteration.trainer.names
    if tensor.requires_grad or id(tensor) in known:
        return True
    makers = iteration.once(producers)
    return any(id(t) in known for call in makers.ancestors(tensor) for t, _ in call.read)


def nearest_parameters(tensor: Tensor, iteration: Iteration) -> set[str]:
    """The names of the parameters that were given to the last calls on the way to a tensor.

    It goes back from call to call, all ways at once, to the first that was given any.
    """
    makers, known = iteration.once(producers), iteration.trainer.names
    waiting, seen = [tensor], set[int]()
    while waiting:
        calls: list[Call] = []
        for each in waiting:
            call = makers.of(each)
            if call is not None and id(call) not in seen:
                seen.add(id(call))
                calls.append(call)
        given = [t for call in calls for t, _ in call.read]
        names = {known[id(t)] for t in given if id(t) in known}
        if names:
            return names
        waiting = given
    return set()
