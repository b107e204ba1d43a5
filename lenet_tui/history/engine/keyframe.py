"""Keyframes: everything an iteration starts from, as bytes that are never unpickled."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from lenet_tui.protocol.options import Options, as_dict, check
from lenet_tui.tape.engine.digest import raw
from lenet_tui.training.engine.trainer import Trainer

_LENGTH = struct.Struct("<Q")


def capture(trainer: Trainer) -> bytes:
    """The trainer's state: parameters, gradients (``None`` too), buffers, optimizer, RNG, data."""
    tensors: dict[str, Tensor] = {}
    for name, p in trainer.parameters.items():
        tensors[f"value/{name}"] = p
        if p.grad is not None:
            tensors[f"grad/{name}"] = p.grad
        for key, value in trainer.updater.state(name).items():
            tensors[f"state/{name}/{key}"] = value
    tensors |= {f"buffer/{name}": b for name, b in trainer.buffers.items()}
    tensors["rng/cpu"] = torch.get_rng_state()
    if trainer.device.type == "cuda":
        tensors["rng/cuda"] = torch.cuda.get_rng_state(trainer.device)
    if trainer.data.fixed:
        tensors |= {f"fixed/{n}": t for n, t in enumerate(trainer.data.fixed)}
    state = trainer.data
    header = {
        "options": as_dict(trainer.options),
        "data": [state.source, state.size, state.epoch, state.offset],
        "fresh_vector": trainer.fresh_vector,
        "loss": repr(trainer.last_loss),
        "accumulated": trainer.accumulated,
        "tensors": [[key, str(t.dtype)[6:], list(t.shape)] for key, t in tensors.items()],
    }
    head = json.dumps(header).encode()
    return b"".join((_LENGTH.pack(len(head)), head, *(raw(t) for t in tensors.values())))


def header(blob: bytes) -> Any:
    """What a keyframe's bytes say of themselves."""
    return json.loads(blob[_LENGTH.size : _start(blob)])


def options(header: dict[str, Any]) -> Options:
    """The options in a keyframe's header; ``OptionError`` or ``TypeError`` if they are none."""
    return check(Options(**header["options"]))


def size(blob: bytes, tensors: Iterable[tuple[torch.dtype, torch.Size]]) -> int:
    """How long the bytes must be to hold ``tensors``."""
    return _start(blob) + sum(shape.numel() * dtype.itemsize for dtype, shape in tensors)


def _start(blob: bytes) -> int:
    (length,) = _LENGTH.unpack_from(blob)
    start: int = _LENGTH.size + length
    return start


def unpack(blob: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors (on the CPU, copied) of a keyframe's bytes."""
    start = _start(blob)
    header: dict[str, Any] = json.loads(blob[_LENGTH.size : start])
    tensors: dict[str, Tensor] = {}
    buffer = bytearray(blob)
    for key, dtype_name, shape in header["tensors"]:
        dtype: torch.dtype = getattr(torch, dtype_name)
        count = torch.Size(shape).numel()
        tensors[key] = (
            torch.frombuffer(buffer, dtype=dtype, count=count, offset=start).reshape(shape).clone()
            if count
            else torch.empty(shape, dtype=dtype)
        )
        start += count * dtype.itemsize
    return header, tensors


def restore(trainer: Trainer, blob: bytes, device: str = "") -> None:
    """Put the trainer back to the state that ``capture`` took, on the device that it was on.

    ``device``: on this one instead. The tensors take the dtype of the trainer's parameters.
    """
    header, tensors = unpack(blob)
    kept = options(header)
    trainer.change(replace(kept, device=device) if device else kept)
    states: dict[str, dict[str, Tensor]] = {name: {} for name in trainer.parameters}
    with torch.no_grad():
        for name, p in trainer.parameters.items():
            p.data.copy_(tensors[f"value/{name}"])
            grad = tensors.get(f"grad/{name}")
            p.grad = None if grad is None else grad.to(p)
        for name, buffer in trainer.buffers.items():
            buffer.copy_(tensors[f"buffer/{name}"])
    for key, value in tensors.items():
        if key.startswith("state/"):
            _, name, slot = key.split("/")
            p = trainer.parameters[name]
            states[name][slot] = value if slot == "step" else value.to(p.device, p.dtype)
    trainer.updater.load(states)
    torch.set_rng_state(tensors["rng/cpu"])
    if "rng/cuda" in tensors and trainer.device.type == "cuda":
        torch.cuda.set_rng_state(tensors["rng/cuda"], trainer.device)
    source, size, epoch, offset = header["data"]
    trainer.data.source, trainer.data.size = source, size
    trainer.data.epoch, trainer.data.offset = epoch, offset
    fixed = [tensors[k] for k in ("fixed/0", "fixed/1", "fixed/2") if k in tensors]
    trainer.data.fixed = (fixed[0], fixed[1], fixed[2]) if fixed else None
    trainer.fresh_vector = bool(header["fresh_vector"])
    trainer.last_loss = None if header["loss"] == "None" else float(header["loss"])
    trainer.accumulated = int(header["accumulated"])
    trainer.forget()
