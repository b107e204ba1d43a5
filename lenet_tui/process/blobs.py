"""Sends keyframes from process to process: as bytes, or as the memory itself."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from multiprocessing.connection import Connection
from weakref import WeakValueDictionary

from lenet_tui.protocol.blob import SharedBlob, SharedFile
from lenet_tui.protocol.messages import Keyframe

_FILES: WeakValueDictionary[tuple[int, int], SharedFile] = WeakValueDictionary()
"""Those that this process has received, so that each is open once."""


def send(connection: Connection, keyframe: Keyframe) -> None:
    """Send a keyframe; only one thread may send at a time. ``OSError`` if the pipe has ended."""
    blob = keyframe.blob
    if not isinstance(blob, SharedBlob):  # pickled, its bytes would be copied
        connection.send(replace(keyframe, blob=b""))
        connection.send_bytes(blob)
        return
    connection.send(replace(keyframe, blob=b"", parts=blob.parts, files=len(blob.files)))
    with _socket(connection) as end:
        socket.send_fds(end, [b"\0"], [file.fileno() for file in blob.files])


def receive(connection: Connection, keyframe: Keyframe) -> Keyframe:
    """The keyframe with what follows it in the pipe; ``EOFError`` where that has ended."""
    if not keyframe.files:
        return replace(keyframe, blob=connection.recv_bytes())
    with _socket(connection) as end:
        _, descriptors, _, _ = socket.recv_fds(end, 1, keyframe.files)
    if len(descriptors) != keyframe.files:
        for descriptor in descriptors:
            os.close(descriptor)
        raise EOFError
    files = [_file(descriptor) for descriptor in descriptors]
    return replace(keyframe, blob=SharedBlob(files, keyframe.parts), parts=(), files=0)


def _socket(connection: Connection) -> socket.socket:
    return socket.socket(fileno=os.dup(connection.fileno()))


def _file(descriptor: int) -> SharedFile:
    file = SharedFile(descriptor)
    return _FILES.setdefault(file.identity, file)
