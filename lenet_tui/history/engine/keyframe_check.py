"""Whether the bytes of a keyframe fit a session: found out before anything is replaced."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lenet_tui.history.engine import keyframe
from lenet_tui.protocol.checked_json import Malformed, within
from lenet_tui.protocol.optimizers import STATES
from lenet_tui.protocol.options import OptionError
from lenet_tui.training.engine.dataset import CLASSES, SIDE
from lenet_tui.training.engine.trainer import Trainer

_DTYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool")


def check(trainer: Trainer, blob: bytes) -> None:
    """Raise ``OptionError``, one line, unless ``keyframe.restore`` can put all of it back.

    Names, shapes and dtypes must be those of the trainer's own parameters and buffers.
    """
    try:
        header = keyframe.header(blob)
        if not isinstance(header, dict) or not isinstance(header.get("tensors"), list):
            raise Malformed("a header that is none")
        found = _tensors(header["tensors"])
        _fits(trainer, found)
        if keyframe.size(blob, found.values()) != len(blob):
            raise Malformed("another length than it says")
        _plain(header)
    except (OptionError, Malformed) as error:
        raise OptionError(f"the saved session does not fit this one: {error}") from None
    except Exception:  # noqa: BLE001 - hostile bytes may break in any way
        raise OptionError("the saved session holds a keyframe that cannot be read") from None


def _tensors(listed: list[Any]) -> dict[str, tuple[torch.dtype, torch.Size]]:
    found = {}
    for name, dtype, shape in listed:
        if dtype not in _DTYPES or not isinstance(name, str):
            raise Malformed(f"{name} of an unknown dtype")
        sizes = [within(size, f"shape of {name}", 0, 2**40) for size in shape]
        found[name] = (getattr(torch, dtype), torch.Size(sizes))
    return found


def _fits(trainer: Trainer, found: Mapping[str, tuple[torch.dtype, torch.Size]]) -> None:
    """Every tensor is one that a keyframe of this trainer may hold, and none is missing."""
    needed: dict[str, Tensor] = {f"value/{n}": p for n, p in trainer.parameters.items()}
    needed |= {f"buffer/{n}": b for n, b in trainer.buffers.items()}
    needed["rng/cpu"] = torch.get_rng_state()
    for name, tensor in needed.items():
        if found.get(name) != (tensor.dtype, tensor.shape):
            raise Malformed(f"{name} is missing or of another shape")
    for name, (dtype, shape) in found.items():
        kind, _, rest = name.partition("/")
        parameter, _, slot = rest.rpartition("/")
        p = trainer.parameters.get(rest if kind == "grad" else parameter)
        if name in needed or name == "rng/cuda":
            continue
        if kind == "fixed":
            wanted = {"0": (1, SIDE, SIDE), "1": (CLASSES,), "2": (CLASSES,)}
            fits = dtype == torch.float32 and tuple(shape[1:]) == wanted.get(rest)
        elif p is None or kind not in ("grad", "state"):
            fits = False
        elif slot == "step":
            fits = shape == torch.Size([])
        else:
            fits = (dtype, shape) == (p.dtype, p.shape) and (kind == "grad" or slot in STATES)
        if not fits:
            raise Malformed(f"{name} is unknown or of another shape")


def _plain(header: dict[str, Any]) -> None:
    """The numbers beside the tensors."""
    source, size, epoch, offset = header["data"]
    if not isinstance(source, str):
        raise Malformed("its data has no name")
    for value in (size, epoch, offset, header["accumulated"]):
        within(value, "place in the data", 0, 2**62)
    if header["loss"] != "None":
        float(header["loss"])
    json.dumps(header["options"])
    keyframe.options(header)
