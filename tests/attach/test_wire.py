"""Only plain values cross the line, whatever the other end writes on it."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenet_tui.attach.wire import Foreign, Hello, Leave, read
from lenet_tui.protocol.messages import DoMove, Start
from lenet_tui.protocol.moves import Run
from lenet_tui.protocol.options import Options
from tests.harness.driving import Drive


def test_commands_and_whole_frames_cross() -> None:
    frame = Drive().session.frame()
    again = read(pickle.dumps(frame))
    assert again.position == frame.position
    assert np.array_equal(again.losses, frame.losses)
    for message in (Hello(), Leave(), Start(Options()), DoMove(3, Run(5))):
        assert read(pickle.dumps(message)) == message


class Call:
    """Pickled as a call of a function."""

    def __init__(self, *call: Any) -> None:
        self._call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return self._call[0], self._call[1:]


def _dotted(module: str, name: str) -> bytes:
    """A pickle that names ``name`` of ``module``, which may have dots."""
    return (
        b"\x80\x04"
        + b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name))
        + b"\x93."
    )


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Call(os.system, "true")),
        pickle.dumps(Call(Path, "/")),
        pickle.dumps(Call(np.load, "x.npy")),
        _dotted("builtins", "eval"),
        _dotted("lenet_tui.protocol.new_file", "os.system"),
        _dotted("lenet_tui.protocol.new_file", "write_new"),
        _dotted("lenet_tui.process.engine.server", "Loading"),
        _dotted("lenet_tui.cli.main", "main"),
        _dotted("numpy", "load"),
        b"no pickle at all",
    ],
)
def test_nothing_else_does(data: bytes) -> None:
    with pytest.raises(Foreign):
        read(data)
