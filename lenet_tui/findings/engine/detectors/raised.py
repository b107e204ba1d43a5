"""What torch or the person's own code raised, as a finding."""

from __future__ import annotations

from collections.abc import Iterable

from lenet_tui.findings.engine.calls import Call, StopCheck
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.text.clean import clean
from lenet_tui.training.engine.own_errors import own_line


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
        if call is not None:
            given = tensors([*call.args, *call.kwargs.values()])
            evidence["op"] = call.name
            evidence["shapes"] = [list(t.shape) for t in given]
            evidence["dtypes"] = [str(t.dtype)[6:] for t in given]
            devices = [str(t.device) for t in given if t.dim()]  # a number may be on any
            if len(set(devices)) > 1:
                evidence |= {"devices": devices, "reason": "devices"}
        last = next((c for c in reversed(iteration.calls) if c.entry is not None), None)
        yield Finding(
            "raised",
            iteration.failed_phase,
            last.where if last is not None else "",
            own_line(error) or (call.line if call is not None else ""),
            evidence,
            message=error.notice if isinstance(error, MoveRejected) else None,
        )


def _kind(error: BaseException, iteration: Iteration) -> str:
    """The exception's name; of what was rejected before torch could raise, the phase."""
    return iteration.failed_phase if isinstance(error, MoveRejected) else type(error).__name__


def failed_call(iteration: Iteration) -> Call | None:
    """The call of torch that raised what ended the iteration; ``None``: no call did."""
    error = iteration.error
    return next((c for c in reversed(iteration.calls) if c.error is error), None)
