"""Inputs drawn at random in given shapes, for a model that comes without data."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.protocol.options import OptionError
from lenet_tui.text.clean import clean
from lenet_tui.training.engine.outputs import main_output

BINARY = 2
"""How many different whole numbers are drawn for a model without an embedding."""


def draw_inputs(specs: tuple[str, ...], model: nn.Module) -> tuple[Tensor, ...]:
    """One tensor for each ``SHAPE`` or ``SHAPE:DTYPE``, from torch's CPU generator, in order.

    Real and complex ones are normal; whole numbers go from 0 to below the size of the model's
    smallest embedding.
    """
    return tuple([_draw(*_read(spec), model) for spec in specs])


def draw_target(returned: Any, labels: bool) -> Tensor:
    """A target for what a model returned: class labels, or normal numbers of the output's shape.

    An output of classes is (N, K, …), its labels (N, …).
    """
    output = main_output(returned)
    if not labels:
        return torch.randn(output.shape, dtype=output.dtype)
    shape = (output.shape[0], *output.shape[2:]) if output.dim() > 1 else ()
    classes = output.shape[1] if output.dim() > 1 else output.shape[0]
    return torch.randint(classes, shape)


def _read(spec: str) -> tuple[tuple[int, ...], torch.dtype]:
    shape, _, name = spec.partition(":")
    dtype = getattr(torch, name or "float32", None)
    if not isinstance(dtype, torch.dtype):
        raise OptionError("training:no-dtype", name=clean(name))
    return tuple(int(size) for size in shape.replace("x", ",").split(",") if size), dtype


def _draw(shape: tuple[int, ...], dtype: torch.dtype, model: nn.Module) -> Tensor:
    if dtype.is_floating_point or dtype.is_complex:
        return torch.randn(shape, dtype=dtype)
    sizes = [m.num_embeddings for m in model.modules() if isinstance(m, nn.Embedding)]
    return torch.randint(BINARY if dtype is torch.bool else min(sizes, default=BINARY), shape).to(
        dtype
    )
