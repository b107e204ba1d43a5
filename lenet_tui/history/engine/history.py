"""History: keyframes plus what was asked between them, and the digests that must come out again."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256

from lenet_tui.history.keyframe_policy import KeyframeIndex
from lenet_tui.protocol.iteration_plan import INIT, IterationPlan, regular
from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.session_api import KeyframeStore
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice, notice

MAX_DIGESTS = 20_000
RECENT_EVERY = 32
"""Iterations between the keyframes kept for the last stretch of a run, whatever the spacing."""

Point = tuple[int, int, float]
"""(iteration, segment, ops done; infinity: all), so that points compare in order."""


class LocalStore:
    """Keeps keyframes in this process, for tests and scripts."""

    def __init__(self) -> None:
        self.blobs: dict[int, bytes] = {}

    def put(self, iteration: int, blob: bytes) -> None:
        self.blobs[iteration] = blob

    def get(self, iteration: int) -> bytes:
        return self.blobs[iteration]

    def drop(self, iterations: Sequence[int]) -> None:
        for iteration in iterations:
            self.blobs.pop(iteration, None)


def point(iteration: int, cursor: Cursor) -> Point:
    """A cursor as something that compares in order."""
    return iteration, cursor.segment, float("inf") if cursor.done is None else cursor.done


class History:
    """What was recorded. ``end`` is its furthest point, ``divergence`` what came out otherwise."""

    def __init__(self, store: KeyframeStore, budget: int) -> None:
        self._store = store
        self.index = KeyframeIndex(budget)
        self.scripts: dict[int, IterationPlan] = {}
        self.on: tuple[str, ...] = ()
        """The optional phases that were on when the session began."""
        self.end: Point = (0, 0, float("inf"))
        self.divergence: Notice | None = None
        self._digests: dict[Point, str] = {}
        self._recent: dict[int, bytes] = {}
        self._sums: dict[int, Future[bytes]] = {}
        self._beside = ThreadPoolExecutor(1, "keyframe digests")  # no iteration waits for one

    def script(self, iteration: int) -> IterationPlan:
        """What was asked of an iteration, as far as recorded."""
        if iteration in self.scripts:
            return self.scripts[iteration]
        on = self._on(iteration)
        if iteration == 0:
            return replace(INIT, on=on)
        return regular(on) if iteration <= self.end[0] else IterationPlan(on=on)

    def _on(self, iteration: int) -> tuple[str, ...]:
        """The optional phases that are on when an iteration begins."""
        earlier = max((n for n in self.scripts if n < iteration), default=-1)
        return self.on if earlier < 0 else self.scripts[earlier].left_on

    def settle(self, iteration: int) -> None:
        """An iteration is over: forget its script if nothing special was asked."""
        script = self.scripts.get(iteration)
        if script is not None and (script.plain or script == replace(INIT, on=script.on)):
            del self.scripts[iteration]

    def reached(self, iteration: int, cursor: Cursor) -> None:
        """Note how far the session has come."""
        self.end = max(self.end, point(iteration, cursor))

    def ahead(self, iteration: int, cursor: Cursor) -> bool:
        """Whether something is recorded after the cursor."""
        return self.end > point(iteration, cursor)

    def cut(self, iteration: int, cursor: Cursor, script: IterationPlan) -> None:
        """Drop what is recorded after the cursor; ``script``: what is left of its iteration."""
        here = point(iteration, cursor)
        self.scripts = {i: s for i, s in self.scripts.items() if i < iteration}
        self.scripts[iteration] = script
        last_whole = iteration if script.finished() else iteration - 1
        self._drop(self.index.drop_after(last_whole))
        self._recent = {i: b for i, b in self._recent.items() if i <= last_whole}
        self._digests = {p: d for p, d in self._digests.items() if p <= here}
        self.end = here

    def wants(self, iteration: int) -> bool:
        """Whether a keyframe of the iteration just finished is worth capturing."""
        return (
            self.index.due(iteration)
            or iteration in self.index.sizes
            or iteration % RECENT_EVERY == 0
        )

    def keep(self, iteration: int, blob: bytes) -> None:
        """Keep a keyframe if it is due; compare it if it was kept before."""
        if iteration % RECENT_EVERY == 0:
            self._recent[iteration] = blob
            if len(self._recent) > 2:
                del self._recent[min(self._recent)]
        if iteration in self.index.sizes and self._sum(iteration) != _sum(blob):
            self.divergence = notice("history:not-reproduced", n=iteration)
        if self.index.due(iteration):
            self._store.put(iteration, blob)
            self._sums[iteration] = self._beside.submit(_sum, blob)
            self._drop(self.index.add(iteration, len(blob), self.bytes - self.index.used))
        while self._recent and self.bytes > self.index.budget:
            del self._recent[min(self._recent)]

    def _sum(self, iteration: int) -> bytes:
        """The digest of a kept keyframe: asked back for it if another engine kept it."""
        if iteration not in self._sums:
            self._sums[iteration] = self._beside.submit(_sum, self._store.get(iteration))
        return self._sums[iteration].result()

    def _drop(self, iterations: Sequence[int]) -> None:
        for iteration in iterations:
            self._sums.pop(iteration, None)
        if iterations:
            self._store.drop(iterations)

    def nearest(self, iteration: int) -> int:
        """The last iteration up to ``iteration`` with a keyframe, kept or recent."""
        recent = [i for i in self._recent if i <= iteration]
        return max([self.index.nearest(iteration), *recent])

    def blob(self, iteration: int) -> bytes:
        """The bytes of a keyframe."""
        return self._recent.get(iteration) or self._store.get(iteration)

    def check(self, iteration: int, cursor: Cursor, digest: str) -> None:
        """Record the state's digest at a point, or compare it with the one recorded before."""
        here = point(iteration, cursor)
        known = self._digests.get(here)
        if known is None:
            if len(self._digests) < MAX_DIGESTS:
                self._digests[here] = digest
        elif known != digest:
            self.divergence = notice(
                "history:other-digest", n=iteration, digest=digest[:8], known=known[:8]
            )

    def expect(self, iteration: int, cursor: Cursor, digest: str) -> None:
        """What another engine recorded at a point."""
        self._digests[point(iteration, cursor)] = digest

    def digest(self, iteration: int, cursor: Cursor) -> str:
        """The state's digest at a point, if it has been recorded; else empty."""
        return self._digests.get(point(iteration, cursor), "")

    def snapshot(self) -> Snapshot:
        """All but the keyframes themselves; the session fills in where it is."""
        return Snapshot(
            Position(),
            0,
            self.end,
            tuple(self.scripts.items()),
            tuple(self.index.sizes.items()),
            self.index.spacing,
        )

    def take_up(self, snapshot: Snapshot) -> None:
        """Carry on the history of an engine that is gone; its keyframes are in the store."""
        self.scripts = {}
        for iteration, script in sorted(snapshot.scripts):
            self.scripts[iteration] = replace(script, on=self._on(iteration))
        self.end = snapshot.end
        self.index.sizes = dict(snapshot.keyframes)
        self.index.spacing = snapshot.spacing

    @property
    def bytes(self) -> int:
        """Memory that keyframes take, in all processes."""
        return self.index.used + sum(len(b) for b in self._recent.values())


def _sum(blob: bytes) -> bytes:
    return sha256(blob).digest()


class Borrowed(History):
    """Another history, read to run it again elsewhere: it stays as it is, and nothing is kept."""

    def __init__(self, own: History) -> None:
        super().__init__(own._store, own.index.budget)
        self.index = own.index
        self.scripts = dict(own.scripts)
        self.on = own.on
        self.end = own.end
        self._recent = own._recent

    def wants(self, iteration: int) -> bool:
        return False
