"""What torch or the person's own code raised, as a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable

from torch import Tensor

from lenet_tui.findings.engine.calls import Call, StopCheck, node_of
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import BACKWARD
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.text.clean import clean
from lenet_tui.training.engine.own_errors import own_line

_NODE = re.compile(
    r"Function (\w+) returned an invalid gradient at index (\d+) - got (\[[\d, ]*\]) but"
    r" expected shape compatible with (\[[\d, ]*\])"
)


class Raised(Detector):
    """An exception ends the check; the tape up to it was kept."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        error = iteration.error
        if error is None or isinstance(error, StopCheck):
            return
        call = failed_call(iteration)
        first = str(error).strip().partition("\n")[0]
        evidence: dict[str, object] = {
            "type": _kind(error, iteration),
            "message": clean(first.partition(" Hint: ")[0], 500),
        }
        if call is not None and call.name != BACKWARD.name:
            given = tensors([*call.args, *call.kwargs.values()])
            evidence["op"] = call.name
            evidence["shapes"] = [list(t.shape) for t in given]
            evidence["dtypes"] = [str(t.dtype)[6:] for t in given]
            devices = [str(t.device) for t in given if t.dim()]  # a number may be on any
            if len(set(devices)) > 1:
                evidence |= {"devices": devices, "reason": "devices"}
            elif _of_types(first, given):
                evidence["reason"] = "dtypes"
        if made := _failed_node(first, iteration):
            evidence |= made
        last = next((c for c in reversed(iteration.calls) if c.entry is not None), None)
        yield Finding(
            "raised",
            iteration.failed_phase,
            last.where if last is not None else "",
            own_line(error) or (call.line if call is not None else ""),
            evidence,
            message=error.notice if isinstance(error, MoveRejected) else None,
        )


def _of_types(message: str, given: list[Tensor]) -> bool:
    """Whether floating-point numbers of several types met, and torch complains of types."""
    types = {t.dtype for t in given if t.is_floating_point()}
    about = any(word in message for word in ("dtype", "scalar type", "expected Float"))
    return len(types) > 1 and about


def _failed_node(message: str, iteration: Iteration) -> dict[str, object] | None:
    """The op whose backward gave what does not fit, where torch names its node alone."""
    found = _NODE.match(message)
    if found is None:
        return None
    for call in iteration.calls:
        for tensor in (*call.made, *(t for t, _ in call.read)):
            node = node_of(tensor)
            if node is not None and node.name() == found[1]:
                inputs = [getattr(n, "variable", None) for n, _ in node.next_functions]
                return {
                    "reason": "node", "node": found[1], "made_at": call.line,
                    "result": [*tensor.shape], "number": int(found[2]), "got": found[3],
                    "wanted": found[4],
                    "parameters": [n for t in inputs if (n := iteration.trainer.names.get(id(t)))],
                }  # fmt: skip
    return None


def _kind(error: BaseException, iteration: Iteration) -> str:
    """The exception's name; of what was rejected before torch could raise, the phase."""
    return iteration.failed_phase if isinstance(error, MoveRejected) else type(error).__name__


def failed_call(iteration: Iteration) -> Call | None:
    """The call of torch that raised what ended the iteration; ``None``: no call did."""
    error = iteration.error
    return next((c for c in reversed(iteration.calls) if c.error is error), None)
