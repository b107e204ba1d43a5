"""Weights alone: a ``state_dict`` as torch saves it, or as safetensors; no code is ever run."""

from __future__ import annotations

import io
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
from lenet_tui.training.engine import safetensors_file

SAFE = ".safetensors"
PIECE = 2**20
"""Bytes that are read at a time."""
UNREADABLE = (
    *(RuntimeError, ValueError, TypeError, KeyError, AttributeError, EOFError, IndexError),
    *(pickle.UnpicklingError, zipfile.BadZipFile, struct.error, RecursionError, MemoryError),
)
"""What torch and JSON raise for files that are no weights."""
WRAPPED = ("module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.")
"""What a model's names begin with inside of ``DataParallel`` and of ``torch.compile``."""
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
    if alone(found):
        return found  # type: ignore[no-any-return]
    under = [key for key, value in found.items() if alone(value) and value] if _named(found) else []
    if under:
        raise Problem("training:weights-under", names=clean(", ".join(map(repr, under)), 200))
    raise Problem("training:no-state-dict")


def alone(found: Any) -> bool:
    """Whether it is nothing but tensors by their names."""
    return _named(found) and all(isinstance(tensor, Tensor) for tensor in found.values())


def _named(found: Any) -> bool:
    return isinstance(found, Mapping) and all(isinstance(name, str) for name in found)


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
        return safetensors_file.written(held)
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
            return safetensors_file.read(path)
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
    lacking = [name for name in own if name not in found]
    strange = [name for name in found if name not in own]
    for prefix in WRAPPED:
        if lacking and [prefix + name for name in lacking] == strange:
            raise Problem("training:weights-wrapped", prefix=prefix, name=clean(strange[0], 200))
    for name in lacking:
        raise Problem("training:weights-lack", name=clean(name, 200))
    for name in strange:
        raise Problem("training:weights-strange", name=clean(name, 200))
    for name, tensor in own.items():
        given = found[name]
        theirs, ours = _kind(given), _kind(tensor)
        if given.shape != tensor.shape or theirs != ours:
            raise Problem(
                "training:weights-unlike",
                name=clean(name, 200),
                theirs=_described(given),
                ours=_described(tensor),
            )


def _kind(tensor: Tensor) -> tuple[bool, bool, bool, bool]:
    """What must be the same of two tensors, one of which is copied into the other."""
    plain = tensor.layout is torch.strided and not tensor.is_meta
    return tensor.is_floating_point(), tensor.is_complex(), tensor.is_quantized, plain


def _described(tensor: Tensor) -> str:
    parts = [str(tuple(tensor.shape)), str(tensor.dtype).removeprefix("torch.")]
    if tensor.layout is not torch.strided:
        parts.append(str(tensor.layout).removeprefix("torch."))
    return " ".join([*parts, *(["meta"] if tensor.is_meta else [])])
