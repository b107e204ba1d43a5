"""Builds a layer of the lab in torch and runs it: shapes, numbers, or torch's reason why not."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lenet_tui.lab.cost import too_large
from lenet_tui.lab.layer import Layer, LayerError
from lenet_tui.lab.parse import parse_layer
from lenet_tui.lab.result import LabResult, RunLab
from lenet_tui.text.clean import clean

CARRIED = 2**22
"""Elements of the largest tensor that an answer carries to the screen."""
_ONE_LINE = 400


def run_text(command: RunLab) -> LabResult:
    """The command's layer as torch runs it; a text that is no layer gives an error too."""
    try:
        layer = parse_layer(command.text)
    except LayerError as error:
        return LabResult(command.text, command.input_shape, error=clean(str(error), _ONE_LINE))
    return run_layer(layer, command.input_shape, command.fill)


def run_layer(
    layer: Layer, input_shape: tuple[int, ...], fill: str = "ramp", *, carried: int = CARRIED
) -> LabResult:
    """Build ``layer`` on the CPU in float32, run it on ``fill`` of ``input_shape`` and report.

    Never raises for what the layer or the shape is. What would take too much memory or time runs
    on the meta device, which knows shapes but no values. Torch's random numbers are left as they
    were. Tensors of more than ``carried`` elements stay behind.
    """
    computed = not too_large(layer, input_shape)
    device = torch.device("cpu" if computed else "meta")
    module: nn.Module | None = None
    output: Any = None
    x: Tensor | None = None
    error = ""
    with _own_random_numbers(), torch.no_grad(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with device:
                module = getattr(nn, layer.kind)(**dict(layer.given))
            x = _input(input_shape, fill, device)
            output = module(x)
        except Exception as refusal:  # noqa: BLE001 - whatever torch says is the answer
            error = reason(refusal)
    values, indices = output if isinstance(output, tuple) else (output, None)
    weight, bias = _parameter(module, "weight"), _parameter(module, "bias")
    return LabResult(
        layer=str(layer),
        input_shape=input_shape,
        output_shape=None if values is None else tuple(values.shape),
        parameters=None if module is None else sum(p.numel() for p in module.parameters()),
        weight_shape=None if weight is None else tuple(weight.shape),
        error=error,
        warnings=tuple(_first_line(str(w.message)) for w in caught),
        computed=computed,
        input=_plain(x, carried),
        weight=_plain(weight, carried),
        bias=_plain(bias, carried),
        output=_plain(values, carried),
        indices=_plain(indices, carried),
    )


def reason(error: Exception) -> str:
    """Why torch refused, in one line: its message up to the C++ stack or the list of overloads."""
    text = str(error).partition("\nException raised from")[0]
    return _first_line(text) or type(error).__name__


def _first_line(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    return clean(lines[0].strip(), _ONE_LINE)


@contextmanager
def _own_random_numbers() -> Iterator[None]:
    """The lab's own seed inside, the session's CPU generator as it was outside.

    ``torch.manual_seed`` would seed every GPU as well, so the CPU generator is set by itself.
    """
    generator = torch.default_generator
    state = generator.get_state()
    generator.manual_seed(0)
    try:
        yield
    finally:
        generator.set_state(state)


def _input(shape: tuple[int, ...], fill: str, device: torch.device) -> Tensor:
    if device.type == "meta":
        return torch.empty(shape, device=device)
    if fill == "random":
        return torch.randn(shape, device=device)
    return torch.arange(math.prod(shape), dtype=torch.float32, device=device).view(shape)


def _parameter(module: nn.Module | None, name: str) -> Tensor | None:
    found = getattr(module, name, None)
    return found if isinstance(found, Tensor) else None


def _plain(tensor: Tensor | None, carried: int) -> npt.NDArray[Any] | None:
    if tensor is None or tensor.is_meta or tensor.numel() > carried:
        return None
    array: npt.NDArray[Any] = np.array(tensor.detach().numpy())
    array.flags.writeable = False
    return array
