"""A session as a file: never unpickled, and nothing in it is believed before it is checked."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from lenet_tui.protocol.checked_json import Malformed, entry, number, text, within
from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.options import SWITCHES, OptionError, Options, as_dict, check
from lenet_tui.sessions.saved_snapshot import as_plain, known_keyframes, plausible, snapshot_of
from lenet_tui.text.clean import clean

FORMAT = 1
MAX_BYTES = 64 * 2**20
"""A file larger than this is none of ours."""

_MAGIC = b"lenet-tui session %d\n"
_DIGEST = hashlib.sha256().digest_size
_LENGTH = struct.Struct("<Q")


class SaveError(ValueError):
    """A file that is no session of ours: one line."""


@dataclass(frozen=True, slots=True, eq=False)
class SavedSession:
    """A session with the keyframes that it can be taken up from, and what it ran on.

    ``keyframes``: bytes by iteration, 0 always among them. ``loss``: the last one, for the list.
    ``losses``: from iteration ``losses_from`` on, as ``Losses`` writes them. ``saved``: seconds
    since the epoch.
    """

    options: Options
    snapshot: Snapshot
    keyframes: Mapping[int, bytes]
    torch: str = ""
    threads: int = 1
    cpu: str = ""
    loss: float | None = None
    losses: bytes = b""
    losses_from: int = 0
    saved: float = 0.0


def encode(session: SavedSession) -> bytes:
    """The bytes of the session's file."""
    return b"".join(pieces(session))


def pieces(session: SavedSession) -> list[bytes]:
    """The file's bytes: a line that names the format, a digest of the rest, a header, keyframes.

    One after the other, as all of them together would take their memory twice.
    """
    kept = sorted(session.keyframes)
    header = {
        "options": as_dict(session.options),
        "snapshot": as_plain(session.snapshot),
        "keyframes": [[n, len(session.keyframes[n])] for n in kept],
        "torch": session.torch,
        "threads": session.threads,
        "cpu": session.cpu,
        "loss": None if session.loss is None else repr(session.loss),
        "losses": [len(session.losses), session.losses_from],
        "saved": session.saved,
    }
    head = json.dumps(header).encode()
    parts = [_LENGTH.pack(len(head)), head, *(session.keyframes[n] for n in kept), session.losses]
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return [_MAGIC % FORMAT, whole.digest(), *parts]


def decode(data: bytes) -> SavedSession:
    """The session in a file's bytes; ``SaveError`` says in a line what is wrong with them."""
    start = _body(data)
    try:
        (length,) = _LENGTH.unpack_from(data, start)
        start += _LENGTH.size
        header = json.loads(data[start : start + length])
        if not isinstance(header, dict):
            raise Malformed("its header is no object")
        return _session(header, data, start + length)
    except (Malformed, OptionError) as error:
        raise SaveError(clean(str(error), 300)) from None
    except (ValueError, TypeError, KeyError, struct.error, RecursionError):
        raise SaveError("it cannot be read: its header is damaged") from None


def _body(data: bytes) -> int:
    """Where the part begins that the digest speaks of."""
    line, end, _ = data.partition(b"\n")
    if not end or not line.startswith(b"lenet-tui session "):
        raise SaveError("it is no saved session")
    if line + end != _MAGIC % FORMAT:
        version = clean(line[18:40].decode("utf-8", "replace"))
        raise SaveError(f"it is of format {version}, and this lenet-tui reads format {FORMAT}")
    start = len(line) + 1 + _DIGEST
    if hashlib.sha256(data[start:]).digest() != data[start - _DIGEST : start]:
        raise SaveError("it is damaged: its bytes do not give its digest")
    return start


def _session(header: dict[str, Any], data: bytes, start: int) -> SavedSession:
    options = _options(entry(header, "options", dict))
    snapshot = snapshot_of(entry(header, "snapshot", dict))
    keyframes: dict[int, bytes] = {}
    for iteration, size in known_keyframes(header["keyframes"]):
        keyframes[iteration] = data[start : start + size]
        start += size
    losses, losses_from = entry(header, "losses", list)
    within(losses, "losses", 0, MAX_BYTES)
    within(losses_from, "losses", 0, snapshot.end[0])
    if start + losses != len(data) or losses % 8:
        raise Malformed("its keyframes are not as long as it says")
    plausible(snapshot, set(keyframes))
    loss = header["loss"]
    return SavedSession(
        options,
        snapshot,
        keyframes,
        clean(text(header, "torch"), 60),
        number(header, "threads", 1, 10**6),
        clean(text(header, "cpu"), 60),
        None if loss is None else float(loss),
        data[start:],
        losses_from,
        float(entry(header, "saved", (int, float))),
    )


def _options(given: dict[str, Any]) -> Options:
    """Options, each of its own kind. A model that is not the app's own is not imported."""
    plain = Options()
    if set(given) | set(SWITCHES) != {f.name for f in fields(Options)}:
        raise Malformed("its options are not those of this lenet-tui")
    for name, value in given.items():
        wanted = type(getattr(plain, name))
        fits = (int, float) if wanted is float else wanted
        if not isinstance(value, fits) or isinstance(value, bool):
            raise Malformed(f"its option {name} is no {wanted.__name__}")
    if given["model"] != plain.model:
        raise Malformed("its model is not the one of this lenet-tui")
    amounts = {n: float(v) for n, v in given.items() if isinstance(getattr(plain, n), float)}
    return check(Options(**given | amounts))
