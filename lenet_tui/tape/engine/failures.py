"""Where a forward failed, and with what."""

from __future__ import annotations

from lenet_tui.protocol.frame import Failure
from lenet_tui.tape.engine.forward_recorder import ForwardRecorder
from lenet_tui.tape.engine.in_place import tensors


def failure_of(
    recorder: ForwardRecorder, iteration: int, phase: str, traceback: tuple[str, ...]
) -> Failure:
    """What was called when a forward failed: the op under way, or the owner's code after it."""
    name, args, kwargs = recorder.attempt
    given = tensors((*args, *kwargs.values()))
    shapes = tuple([tuple(t.shape) for t in given])
    dtypes = tuple([str(t.dtype)[6:] for t in given])
    done = len(recorder.entries)
    return Failure(iteration, phase, done, name, shapes, dtypes, recorder.failed_line, traceback)
