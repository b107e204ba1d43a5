"""A snapshot as plain values for a file, and back, with every value checked."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Any

from lenet_tui.protocol.checked_json import Malformed, entry, number, text, within
from lenet_tui.protocol.condition import WatchError, parse_watch
from lenet_tui.protocol.iteration_plan import Change, Script, Segment
from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.moves import Move, MoveError, Set, parse_move, parse_vector
from lenet_tui.protocol.phases import PHASES
from lenet_tui.protocol.position import Position

_MOST = 10**8
"""Iterations that a file may speak of: each takes memory, so that none may claim more."""
_MOST_OPS = 10**6
_HOW = ("init", "turn", "skip", "do")
_SLACK = 4
"""Spacings that may lie between a position and the last keyframe before it."""


def as_plain(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as JSON can hold it; its keyframes stand elsewhere in the file."""
    iteration, segment, done = snapshot.end
    return {
        "position": asdict(snapshot.position),
        "segment": snapshot.segment,
        "end": [iteration, segment, None if math.isinf(done) else int(done)],
        "scripts": [[n, _script_as_plain(s)] for n, s in snapshot.scripts],
        "spacing": snapshot.spacing,
        "watches": [[n, watch] for n, watch in snapshot.watches],
        "digest": snapshot.digest,
    }


def snapshot_of(given: dict[str, Any]) -> Snapshot:
    """The snapshot that ``as_plain`` gave; ``Malformed`` for anything else."""
    place = entry(given, "position", dict)
    position = Position(
        number(place, "iteration", 0, _MOST),
        _phase(place),
        None if place.get("op") is None else number(place, "op", 1, _MOST_OPS),
        number(place, "index", 0, _MOST_OPS),
    )
    iteration, segment, done = _several(entry(given, "end", list), 3)
    scripts = [_several(s, 2) for s in entry(given, "scripts", list)]
    watches = [_several(w, 2) for w in entry(given, "watches", list)]
    return Snapshot(
        position,
        number(given, "segment", 0, _MOST_OPS),
        (
            within(iteration, "end", 0, _MOST),
            within(segment, "end", -1, _MOST_OPS),
            math.inf if done is None else float(within(done, "end", 0, _MOST_OPS)),
        ),
        tuple((within(n, "scripts", 0, _MOST), _script(s)) for n, s in scripts),
        spacing=number(given, "spacing", 1, 2**40),
        watches=tuple((within(n, "watches", 1, _MOST), _watch(w)) for n, w in watches),
        digest=text(given, "digest"),
        foreign=True,
    )


def known_keyframes(given: Any) -> list[tuple[int, int]]:
    """Iterations and sizes in bytes of the keyframes in a file."""
    if not isinstance(given, list):
        raise Malformed("its keyframes are no list")
    pairs = [_several(pair, 2) for pair in given]
    return [
        (within(n, "keyframes", 0, _MOST), within(size, "keyframes", 1, 2**40)) for n, size in pairs
    ]


def plausible(snapshot: Snapshot, keyframes: AbstractSet[int]) -> None:
    """Raise ``Malformed`` if the keyframes cannot be those of the snapshot."""
    here = snapshot.position.iteration
    if 0 not in keyframes:
        raise Malformed("the keyframe it starts from is missing")
    if max(keyframes) > snapshot.end[0] or here > snapshot.end[0]:
        raise Malformed("it is ahead of its own end")
    if here - max(n for n in keyframes if n <= here) > _SLACK * snapshot.spacing:
        raise Malformed("the keyframe before its position is missing")


def _script_as_plain(script: Script) -> dict[str, Any]:
    return {
        "segments": [[s.phase, s.how, str(s.vector or "")] for s in script.segments],
        "changes": [[c.segment, c.done, str(c.move)] for c in script.changes],
    }


def _script(given: Any) -> Script:
    if not isinstance(given, dict):
        raise Malformed("one of its scripts is no object")
    segments = [_several(s, 3) for s in entry(given, "segments", list)]
    changes = [_several(c, 3) for c in entry(given, "changes", list)]
    return Script(
        tuple(_segment(*s) for s in segments),
        tuple(
            Change(
                within(segment, "changes", -1, _MOST_OPS),
                None if done is None else within(done, "changes", 0, _MOST_OPS),
                _set(move),
            )
            for segment, done, move in changes
        ),
    )


def _segment(phase: Any, how: Any, vector: Any) -> Segment:
    if phase not in PHASES or how not in _HOW or not isinstance(vector, str):
        raise Malformed("one of its phases is unknown")
    try:
        return Segment(phase, how, parse_vector(vector) if vector else None)
    except MoveError as error:
        raise Malformed(str(error)) from None


def _set(line: Any) -> Set:
    try:
        move: Move | None = parse_move(line) if isinstance(line, str) else None
    except MoveError as error:
        raise Malformed(str(error)) from None
    if not isinstance(move, Set):
        raise Malformed("one of its changes is no change of an option")
    return move


def _watch(line: Any) -> str:
    try:
        return str(parse_watch(line if isinstance(line, str) else ""))
    except WatchError as error:
        raise Malformed(str(error)) from None


def _phase(place: dict[str, Any]) -> str:
    phase = text(place, "phase")
    if phase not in PHASES:
        raise Malformed("its phase is unknown")
    return phase


def _several(values: Any, count: int) -> list[Any]:
    if not isinstance(values, list) or len(values) != count:
        raise Malformed("one of its lists is not as long as it should be")
    return values
