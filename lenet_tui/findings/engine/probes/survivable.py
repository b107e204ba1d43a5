"""What is tried ends before a call that the device would not survive."""

from __future__ import annotations

from typing import Any

import torch

from lenet_tui.findings.engine.calls import Call
from lenet_tui.findings.engine.detectors.loss import deadly
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.tape.engine.torch_functions import known
from lenet_tui.training.engine.function_modes import OwnMode


class Survivable(OwnMode):
    """Raises ``MoveRejected`` in the place of a call whose kernel would end the process.

    Such is a label or an index outside of its range, on a GPU. To look at one waits for the device.
    """

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        call = Call(known(func).op, args, kwargs, "", torch.is_grad_enabled(), [])
        if deadly(call):
            raise MoveRejected("findings:outside-its-range", op=call.name)
        return func(*args, **kwargs)
