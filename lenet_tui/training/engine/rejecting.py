"""What torch or the owner's code raised, as the rejection of a move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lenet_tui.protocol.options import NET
from lenet_tui.protocol.session_api import DeviceLost, MoveRejected
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem, verbatim
from lenet_tui.training.engine import devices
from lenet_tui.training.engine.own_errors import described, is_own, own_traceback

if TYPE_CHECKING:
    from lenet_tui.training.engine.trainer import Trainer

NO_MEMORY = ("DefaultCPUAllocator", "out of memory")
"""Parts of torch's messages where it has no exception class: in main memory, on Metal."""


def rejection(trainer: Trainer, error: Exception | SystemExit) -> Exception:
    """The exception to raise for one that torch or the model raised, with its first line.

    It is ``MoveRejected``, or ``DeviceLost`` if the device no longer answers, as after an
    assertion in a kernel: then all further work of this process on it fails.
    """
    reason = str(error).partition("\n")[0] or type(error).__name__
    own = trainer.options.model != NET and is_own(error)
    if isinstance(error, torch.OutOfMemoryError) or any(text in reason for text in NO_MEMORY):
        given = trainer.batch.input if trainer.batch is not None else None
        size = trainer.options.batch_size if given is None or not given.dim() else given.shape[0]
        return MoveRejected("training:out-of-memory", size=size)
    if devices.probe(str(trainer.device)):
        return DeviceLost("training:lost", device=str(trainer.device), why=clean(reason, 500))
    rejected = MoveRejected(verbatim(described(error) if own else reason))
    rejected.traceback = own_traceback(error) if own else ()
    return rejected


class rejecting:
    """Turn any exception that torch raises inside into the one that ``rejection`` gives.

    A class, as a generator under ``contextmanager`` that raises anew would make a circle of the
    exception, its frames and contextlib's: what the failed op had allocated would stay until the
    garbage collector runs, on Python 3.12 and later.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (Exception, SystemExit)) and not isinstance(error, Problem):
            raise rejection(self._trainer, error) from error
