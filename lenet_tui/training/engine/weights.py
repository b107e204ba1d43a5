"""Weights alone: a ``state_dict`` as torch saves it, or as safetensors; no code is ever run."""

from __future__ import annotations

import io
import json
import math
import pickle
import re
import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lenet_tui.protocol.options import OptionError
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, verbatim

SAFE = ".safetensors"
DTYPES = {
    **{"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16},
    **{"I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8},
    **{"U8": torch.uint8, "BOOL": torch.bool},
}
"""torch's dtypes by the names of safetensors."""
LONGEST = 100 * 2**20
"""Bytes of a header of safetensors, at most, as its format says."""
PIECE = 2**20
"""Bytes that are read at a time."""
UNREADABLE = (
    *(RuntimeError, ValueError, TypeError, KeyError, AttributeError, EOFError, IndexError),
    *(pickle.UnpicklingError, zipfile.BadZipFile, struct.error, RecursionError, MemoryError),
)
"""What torch and JSON raise for files that are no weights."""


GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
"""Where torch says which name of code it would have to look up."""


def load(model: nn.Module, path: str) -> None:
    """Fill a model's parameters and buffers from a file: all of them, or ``OptionError``.

    A file that ends in ``.safetensors`` is of that format, any other a ``state_dict`` that torch
    saved. The names, shapes and kinds must be the model's own.
    """
    try:
        found = held(path)
        _check(model, found)
    except Problem as error:
        raise _refused(path, error.notice) from None
    with torch.no_grad():
        model.load_state_dict(found)


def held(path: str) -> Mapping[str, Tensor]:
    """The tensors of such a file by their names; ``Problem`` for any other file."""
    found = content(path)
    if not alone(found):
        raise Problem("training:no-state-dict")
    return found  # type: ignore[no-any-return]


def alone(found: Any) -> bool:
    """Whether it is nothing but tensors by their names."""
    return isinstance(found, Mapping) and all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in found.items()
    )


def content(path: str) -> Any:
    """All that torch or safetensors saved in a file; ``Problem`` where it holds code, or none."""
    try:
        return _read(Path(path))
    except OSError as error:
        raise Problem(verbatim((error.strerror or str(error)).lower())) from None


def dump(model: nn.Module, path: str) -> bytes:
    """The bytes of a file of the model's parameters and buffers, by the ending of its name."""
    held = {name: tensor.detach().cpu().contiguous() for name, tensor in _state(model).items()}
    if path.endswith(SAFE):
        return _safe(held)
    buffer = io.BytesIO()
    torch.save({name: tensor.clone() for name, tensor in held.items()}, buffer)
    return buffer.getvalue()


def _refused(path: str, why: Notice) -> OptionError:
    return OptionError("training:unusable-weights", path=clean(path), why=why)


def _state(model: nn.Module) -> dict[str, Tensor]:
    return {name: t for name, t in model.state_dict().items() if isinstance(t, Tensor)}


def _read(path: Path) -> Any:
    if not stat.S_ISREG(path.stat().st_mode):  # a named pipe would be waited for
        raise Problem("training:no-weights-file")
    try:
        if path.name.endswith(SAFE):
            return _read_safe(path)
        _check_sums(path)
        with warnings.catch_warnings():  # of what it is refused for, which is one line here
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        code = GLOBAL.search(str(error))
        if code is not None:
            raise Problem("training:holds-code", name=clean(code[1], 100)) from None
        raise Problem("training:no-state-dict") from None


def _check_sums(path: Path) -> None:
    """Read what torch does not compare with its checksum; ``BadZipFile`` where they differ.

    A record whose sum is 0 was saved without one (``set_crc32_options``), and torch's older format
    has none.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for record in archive.infolist():
            if record.CRC and record.compress_type == zipfile.ZIP_STORED:
                with archive.open(record) as stream:
                    while stream.read(PIECE):
                        pass


def _check(model: nn.Module, found: Mapping[str, Tensor]) -> None:
    """Raise a ``Problem`` unless every tensor of the model is there, and no other."""
    own = _state(model)
    for name in own.keys() - found.keys():
        raise Problem("training:weights-lack", name=clean(name, 200))
    for name in found.keys() - own.keys():
        raise Problem("training:weights-strange", name=clean(name, 200))
    for name, tensor in own.items():
        given = found[name]
        kinds = given.is_floating_point() == tensor.is_floating_point()
        if given.shape != tensor.shape or not kinds or given.layout is not torch.strided:
            theirs, ours = (f"{tuple(t.shape)} {str(t.dtype)[6:]}" for t in (given, tensor))
            raise Problem(
                "training:weights-unlike", name=clean(name, 200), theirs=theirs, ours=ours
            )


def _safe(held: Mapping[str, Tensor]) -> bytes:
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


def _read_safe(path: Path) -> dict[str, Tensor]:
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack_from("<Q", data)
    if length > min(LONGEST, len(data) - 8):
        raise ValueError(length)
    header = json.loads(bytes(data[8 : 8 + length]))
    content = memoryview(data)[8 + length :]
    found: dict[str, Tensor] = {}
    for name, given in header.items():
        if name == "__metadata__":
            continue
        dtype, shape = DTYPES[given["dtype"]], [int(size) for size in given["shape"]]
        first, last = given["data_offsets"]
        size = math.prod(shape) * torch.empty(0, dtype=dtype).element_size()
        if min(shape, default=0) < 0 or not 0 <= first <= last <= len(content):
            raise ValueError(name)
        if last - first != size:
            raise ValueError(name)
        flat = torch.empty(0, dtype=dtype)
        if size:
            flat = torch.frombuffer(content[first:last], dtype=dtype).clone()
        found[name] = flat.reshape(shape)
    return found
