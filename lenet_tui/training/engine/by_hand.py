"""The numbers and pictures that a person puts into the next batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from lenet_tui.protocol import picture
from lenet_tui.protocol.moves import Draw, Edit, parse_move
from lenet_tui.protocol.session_api import MoveRejected
from lenet_tui.text.numbers import index_text, shape_text
from lenet_tui.training.engine.batch import Batch, split

IMAGE = 4
"""Dimensions of a batch of pictures: samples, channels, rows, columns."""


def changed(batch: Batch, texts: Sequence[str]) -> Batch:
    """The batch with the edits and drawings, which are moves as text, in their order."""
    for text in texts:
        move = parse_move(text)
        if isinstance(move, Draw):
            batch = drawn(batch, move)
        elif isinstance(move, Edit):
            batch = edited(batch, move)
    return batch


def edited(batch: Batch, move: Edit) -> Batch:
    """The batch with one number of its input set; ``MoveRejected`` where there is no such one."""
    old = _input(batch)
    check("input", old, move)
    new = old.clone()
    new[move.index] = move.value
    return _with(batch, new, batch.target, str(move))


def drawn(batch: Batch, move: Draw) -> Batch:
    """The batch with a picture as one of its samples; ``MoveRejected`` where it does not fit."""
    old = picture_input(batch)
    count, _, height, width = old.shape
    if move.sample >= count:
        raise MoveRejected("training:no-sample", sample=move.sample, count=count)
    pixels = picture.unpacked(move.pixels)
    if pixels.size != height * width:
        size = shape_text((height, width))
        raise MoveRejected("training:other-picture", count=pixels.size, size=size)
    new = old.clone()
    new[move.sample, 0] = torch.from_numpy(pixels).reshape(height, width).to(old)
    return _with(batch, new, _target(batch, move), str(move))


def picture_input(batch: Batch) -> Tensor:
    """The one input, (N, 1, H, W) of a floating type; ``MoveRejected`` if it is another."""
    try:
        found = _input(batch)
    except MoveRejected:
        raise MoveRejected("training:no-picture-input") from None
    if found.dim() != IMAGE or found.shape[1] != 1 or not found.is_floating_point():
        raise MoveRejected("training:no-picture-input")
    return found


def labels(batch: Batch) -> Tensor | None:
    """The classes of the samples, (N,) whole numbers; ``None`` if its target is another."""
    target = batch.target
    whole = isinstance(target, Tensor) and target.dim() == 1 and not target.is_floating_point()
    return target if whole else None


def check(name: str, tensor: Tensor, move: Edit) -> None:
    """``MoveRejected`` unless ``tensor`` has such an element, which can be that number."""
    shape, index = tuple(tensor.shape), move.index
    if len(index) != len(shape) or not all(i < n for i, n in zip(index, shape, strict=True)):
        size, at = shape_text(shape), index_text(index) or "[]"
        raise MoveRejected("training:no-element", name=name, index=at, size=size)
    broken = tensor.is_floating_point() or tensor.is_complex()
    if not broken and not move.value.is_integer():
        dtype = str(tensor.dtype).removeprefix("torch.")
        raise MoveRejected("training:whole-number", name=name, dtype=dtype, value=str(move.value))


def _input(batch: Batch) -> Tensor:
    """The one tensor that the model is called with."""
    if batch.kwargs or len(batch.args) != 1 or not isinstance(batch.args[0], Tensor):
        raise MoveRejected("training:no-single-input")
    return batch.args[0]


def _target(batch: Batch, move: Draw) -> object:
    """The batch's target, with the drawing's class if it has one."""
    if move.target is None:
        return batch.target
    old = labels(batch)
    if old is None:
        raise MoveRejected("training:no-class-target")
    new = old.clone()
    new[move.sample] = move.target
    return new


def _with(batch: Batch, image: Tensor, target: object, text: str) -> Batch:
    """The same kind of batch with another input and target."""
    pair = isinstance(batch.whole, (tuple, list)) and len(batch.whole) == 2
    whole = type(batch.whole)((image, target)) if pair else image
    if pair and not isinstance(batch.whole[0], Tensor):
        whole = type(batch.whole)((type(batch.whole[0])((image,)), target))
    made = split(whole)
    return replace(made, samples=batch.samples, by_hand=(*batch.by_hand, text))
