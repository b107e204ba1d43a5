"""A gradient by a central difference in float64, as a check that knows nothing of the terms."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from lenet_tui.explain.engine.op_rule import Call
from lenet_tui.explain.engine.recorded_pass import RecordedPass
from lenet_tui.explain.engine.terms import Index, Source
from lenet_tui.training.engine.generators import unchanged_generators
from lenet_tui.training.engine.outputs import main_output

STEP = 1e-6
"""Of the weight, or of 1 where that is more: rounding and curvature cost about the same."""
DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d")
ALIKE = 1e-3
"""How far the copy's output may be from the recorded one, as a share of its size."""


def central_difference(
    model: nn.Module, recorded: RecordedPass, values: dict[str, Tensor], name: str, index: Index
) -> float | None:
    """(f(w + h) − f(w − h)) / 2h of the parameter ``name`` at ``index``, on a float64 CPU copy.

    f: what the recorded's backward started from; ``values``: the parameters its forward read.
    ``None``: the model cannot be copied or run again with the same result (random ops other than
    dropout, whose masks are taken from the tape), or it has complex numbers.
    """
    if any(t.is_complex() for t in (*model.parameters(), *model.buffers())):
        return None
    try:
        twin = copy.deepcopy(model).to("cpu", torch.float64)
        parameters = dict(twin.named_parameters())
        with torch.no_grad(), unchanged_generators():
            for key, p in parameters.items():
                p.copy_(values[key])
            objective, alike = _objective(twin, recorded)
            if not alike():
                return None
            cell = parameters[name]
            at = float(cell[index])
            step = STEP * max(1.0, abs(at))
            ends = []
            for signed in (step, -step):
                cell[index] = at + signed
                ends.append((float(cell[index]), float(objective())))
        (high, above), (low, below) = ends
        return (above - below) / (high - low)
    except Exception:  # noqa: BLE001 - whatever the model raises, the trial was ours
        return None


def _objective(
    twin: nn.Module, recorded: RecordedPass
) -> tuple[Callable[[], Tensor], Callable[[], bool]]:
    """What the backward started from as a function of the copy, and whether the copy is true."""
    assert recorded.backward and recorded.tape.batch and recorded.last
    segment = recorded.backward[0]
    batch = recorded.tape.batch.map(_double)
    expected = _double(recorded.last.entry.tensor)
    calls = recorded.calls[recorded.first :]
    masks = [c for c in calls if c.op in DROPOUTS and c.get("training", True)]

    def output() -> Tensor:
        with SameMasks(masks):
            made: Tensor = main_output(twin(*batch.args, **batch.kwargs))
        return made

    def alike() -> bool:
        size = float(expected.abs().max())
        return float((output() - expected).abs().max()) <= ALIKE * max(size, 1e-6)

    if segment.vector is not None:
        vector = _double(segment.vector)
        return lambda: torch.sum(output() * vector), alike
    root = next(c for c in reversed(recorded.calls) if c.entry.node is segment.root)
    if root is recorded.last:
        return lambda: torch.sum(output()), alike
    criterion = getattr(F, root.op)
    options = {
        name: _double(value.tensor) if isinstance(value, Source) else value
        for name, value in root.arguments.items()
        if name not in ("input", "target")
    }
    target = _double(root.source("target").tensor)
    return lambda: criterion(output(), target, **options), alike


def _double(tensor: Tensor) -> Tensor:
    """On the CPU; in float64, unless it holds class labels."""
    on_cpu = tensor.detach().cpu()
    return on_cpu.to(torch.float64) if on_cpu.is_floating_point() else on_cpu


class SameMasks(TorchFunctionMode):
    """Drops what dropout dropped on the tape, call by call."""

    def __init__(self, masks: list[Call]) -> None:
        super().__init__()
        self._masks = iter(masks)

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__name__", "") not in DROPOUTS or kwargs.get("training") is False:
            return func(*args, **kwargs)
        call = next(self._masks)
        kept = _double(call.entry.tensor) != 0
        return args[0] * kept / (1 - float(call.get("p", 0.5)))
