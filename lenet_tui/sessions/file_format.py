"""A session as a file: never unpickled, and nothing in it is believed before it is checked."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

from lenet_tui.protocol.condition import parse_watch
from lenet_tui.protocol.container import Forms, pack, unpack
from lenet_tui.protocol.moves import Draw, Edit, Set, Vector, parse_move, parse_vector
from lenet_tui.protocol.options import NET, check
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

MAX_BYTES = 64 * 2**20
"""What is saved by itself takes no more: it is written again and again."""
MOST_BYTES = 4 * 2**30
"""A file larger than this is none of ours, even where a person names it."""

_NAME = b"lenet-tui session "
FORMAT = 4
_MAGIC = _NAME + b"%d\n" % FORMAT
_DIGEST = hashlib.sha256().digest_size
_FORMS: Forms = {Set: (str, str, parse_move), Vector: (str, str, parse_vector)}
ANY_MODEL = "*"
"""Any model may be executed: the file lies where this program writes its own."""
_SLACK = 4
"""Spacings that may lie between a position and the last keyframe before it."""


class SaveError(Problem):
    """Raised for a file that is no session of this program, with one line on why."""


def encode(session: SavedSession) -> bytes:
    """The bytes of the session's file."""
    return b"".join(pieces(session))


def pieces(session: SavedSession) -> list[bytes | memoryview]:
    """The file's bytes: a line that names the format, a digest of the rest, the session."""
    snapshot = replace(session.snapshot, keyframes=(), foreign=True)
    parts = pack(replace(session, snapshot=snapshot), _FORMS)
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return [_MAGIC, whole.digest(), *parts]


def decode(data: bytes, model: str = NET) -> SavedSession:
    """The session in a file's bytes; ``SaveError`` with one line on what is wrong with them.

    ``model``: which one it may have beside the notebook's net, as it would be executed.
    """
    if not data.startswith(_NAME) or b"\n" not in data:
        raise SaveError("sessions:no-session")
    if not data.startswith(_MAGIC):
        version = clean(data[len(_NAME) : min(data.index(b"\n"), 40)].decode("utf-8", "replace"))
        raise SaveError("sessions:other-format", version=version, ours=FORMAT)
    start = len(_MAGIC) + _DIGEST
    body = memoryview(data)[start:]
    if hashlib.sha256(body).digest() != data[len(_MAGIC) : start]:
        raise SaveError("sessions:damaged")
    try:
        return _plausible(unpack(SavedSession, body, _FORMS), model)
    except Problem as error:
        raise SaveError(error.notice) from None


def _plausible(session: SavedSession, model: str) -> SavedSession:
    """The session if its parts can belong together; a ``Problem`` says which do not.

    A model that was not asked for is not executed.
    """
    options, snapshot, keyframes = check(session.options), session.snapshot, session.keyframes
    last, _, done = snapshot.end
    here = snapshot.position.iteration
    if options.model not in (NET, model) and model != ANY_MODEL:
        raise SaveError("sessions:other-model", model=clean(options.model, 300))
    if 0 not in keyframes:
        raise SaveError("sessions:no-first-keyframe")
    if max(*keyframes, here, session.losses_from) > last:
        raise SaveError("sessions:ahead-of-end")
    if here - max(n for n in keyframes if n <= here) > _SLACK * snapshot.spacing:
        raise SaveError("sessions:no-keyframe")
    if not all(e.plausible and e.iteration <= last for e in snapshot.evaluations):
        raise SaveError("sessions:odd-evaluation")
    if done != math.inf and not (done >= 0 and done.is_integer()):
        raise SaveError("sessions:no-end")
    if not 0 <= session.saved < 2**40:
        raise SaveError("sessions:no-time")
    sizes = [len(session.losses), *map(len, session.named.values())]
    if any(size % 8 for size in sizes) or max(sizes) > sizes[0]:
        raise SaveError("sessions:losses-cut-short")
    for segment in (s for _, plan in snapshot.plans for s in plan.segments):
        move = parse_move(segment.edit) if segment.edit else None
        if segment.kind.by_hand != isinstance(move, (Edit, Draw)):
            raise SaveError("sessions:no-edit")
    watches = tuple((number, str(parse_watch(text))) for number, text in snapshot.watches)
    snapshot = replace(snapshot, watches=watches, keyframes=(), foreign=True)
    torch, cpu = clean(session.torch, 60), clean(session.cpu, 60)
    named = {clean(name, 200): content for name, content in session.named.items()}
    return replace(session, snapshot=snapshot, torch=torch, cpu=cpu, named=named)
