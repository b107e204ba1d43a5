"""The format of safetensors: a length, JSON with a place for each tensor, and their numbers."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

DTYPES = {
    **{"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16},
    **{"I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8},
    **{"U8": torch.uint8, "BOOL": torch.bool, "C64": torch.complex64},
}
"""torch's dtypes by the names of safetensors."""
LONGEST = 100 * 2**20
"""Bytes of a header, at most, as the format says."""


def written(held: Mapping[str, Tensor]) -> bytes:
    """The bytes of a file of these tensors; ``Problem`` for a dtype that the format lacks."""
    names = {dtype: name for name, dtype in DTYPES.items()}
    header, pieces, offset = {}, [], 0
    for name, tensor in held.items():
        if tensor.dtype not in names:
            raise Problem("training:no-safe-dtype", name=clean(name, 200), dtype=str(tensor.dtype))
        content = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
        span = [offset, offset + len(content)]
        header[name] = {
            "dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": span
        }  # fmt: skip
        pieces.append(content)
        offset += len(content)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *pieces])


def read(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by their names; an exception of many kinds where it is damaged.

    As the format wants it, each byte belongs to one tensor, and each name stands once.
    """
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack_from("<Q", data)
    if length > min(LONGEST, len(data) - 8):
        raise ValueError(length)
    header = json.loads(bytes(data[8 : 8 + length]), object_pairs_hook=_names_once)
    content = memoryview(data)[8 + length :]
    found: dict[str, Tensor] = {}
    spans: list[tuple[int, int]] = []
    for name, given in header.items():
        if name == "__metadata__":
            continue
        dtype, shape = DTYPES[given["dtype"]], [int(size) for size in given["shape"]]
        first, last = given["data_offsets"]
        size = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or not 0 <= first <= last <= len(content):
            raise ValueError(name)
        if last - first != size:
            raise ValueError(name)
        flat = torch.empty(0, dtype=dtype)
        if size:
            flat = torch.frombuffer(content[first:last], dtype=dtype).clone()
        found[name] = flat.reshape(shape)
        spans.append((first, last))
    reached = 0
    for first, last in sorted(spans):
        if first != reached:
            raise ValueError(first)
        reached = last
    if reached != len(content):
        raise ValueError(reached)
    return found


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(pairs[0][0])
    return found
