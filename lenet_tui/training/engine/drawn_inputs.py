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


def statements(
    inputs: tuple[Tensor, ...], target: Tensor | None, model: nn.Module, returned: Any
) -> tuple[str, ...]:
    """The lines of Python that draw again what ``draw_inputs`` and ``draw_target`` drew."""
    calls = ", ".join(_statement(t, _below(t.dtype, model)) for t in inputs)
    drawn = "None"
    if target is not None:
        real = target.is_floating_point() or target.is_complex()
        drawn = _statement(target, 0 if real else _classes(main_output(returned)))
    return f"inputs = ({calls},)", f"target = {drawn}", "batches = Batches([(inputs, target)])"


def _statement(like: Tensor, below: int) -> str:
    shape = tuple(like.shape)
    if not below:
        dtype = "" if like.dtype is torch.float32 else f", dtype={like.dtype}"
        return f"torch.randn({shape}{dtype})"
    dtype = "" if like.dtype is torch.int64 else f".to({like.dtype})"
    return f"torch.randint({below}, {shape}){dtype}"


def draw_target(returned: Any, labels: bool) -> Tensor:
    """A target for what a model returned: class labels, or normal numbers of the output's shape.

    An output of classes is (N, K, …), its labels (N, …).
    """
    output = main_output(returned)
    if not labels:
        return torch.randn(output.shape, dtype=output.dtype)
    shape = (output.shape[0], *output.shape[2:]) if output.dim() > 1 else ()
    return torch.randint(_classes(output), shape)


def _classes(output: Tensor) -> int:
    return output.shape[1] if output.dim() > 1 else output.shape[0]


def _read(spec: str) -> tuple[tuple[int, ...], torch.dtype]:
    shape, _, name = spec.partition(":")
    dtype = getattr(torch, name or "float32", None)
    if not isinstance(dtype, torch.dtype):
        raise OptionError("training:no-dtype", name=clean(name))
    return tuple(int(size) for size in shape.replace("x", ",").split(",") if size), dtype


def _draw(shape: tuple[int, ...], dtype: torch.dtype, model: nn.Module) -> Tensor:
    below = _below(dtype, model)
    if not below:
        return torch.randn(shape, dtype=dtype)
    return torch.randint(below, shape).to(dtype)


def _below(dtype: torch.dtype, model: nn.Module) -> int:
    """Below which whole number is drawn; 0: real and complex ones are."""
    if dtype.is_floating_point or dtype.is_complex:
        return 0
    sizes = [m.num_embeddings for m in model.modules() if isinstance(m, nn.Embedding)]
    return BINARY if dtype is torch.bool else min(sizes, default=BINARY)
