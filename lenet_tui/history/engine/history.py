"""History: keyframes, the plans between them, and the digests that a replay must give again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from lenet_tui.history.engine.near import NearStates
from lenet_tui.history.keyframe_policy import KeyframeIndex
from lenet_tui.protocol.blob import Blob, Piece, equal, taken
from lenet_tui.protocol.evaluation import Evaluations
from lenet_tui.protocol.iteration_plan import INIT, IterationPlan, regular
from lenet_tui.protocol.messages import Snapshot
from lenet_tui.protocol.position import Position
from lenet_tui.protocol.session_api import KeyframeStore
from lenet_tui.tape.engine.recorder import TapeRecorder
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice, notice

MAX_DIGESTS = 20_000
FEW = 4
"""A budget for fewer keyframes than this is remarked on."""

MEGABYTE = 2**20

Point = tuple[int, int, float]
"""(iteration, segment, ops done; infinity: all), so that points can be compared."""


def point(iteration: int, cursor: Cursor) -> Point:
    """A cursor as a point that can be compared with others."""
    return iteration, cursor.segment, inf if cursor.done is None else cursor.done


class History:
    """What was recorded. ``end``: its furthest point; ``divergence``: how a replay differed."""

    def __init__(self, store: KeyframeStore, budget: int) -> None:
        self._store = store
        self.index = KeyframeIndex(budget)
        self.plans: dict[int, IterationPlan] = {}
        self.evaluations = Evaluations()
        self.on: tuple[str, ...] = ()
        """The optional phases that were on when the session began."""
        self.end: Point = (0, 0, inf)
        self.divergence: Notice | None = None
        self.near: NearStates | None = NearStates(budget)
        self._digests: dict[Point, str] = {}
        self._remarks: list[Notice] = []
        self._remarked = False
        self._said: set[str] = set()

    def plan(self, iteration: int) -> IterationPlan:
        """The plan of an iteration, as far as recorded."""
        if iteration in self.plans:
            return self.plans[iteration]
        on = self._on(iteration)
        if iteration == 0:
            return replace(INIT, on=on)
        return regular(on) if iteration <= self.end[0] else IterationPlan(on=on)

    def _on(self, iteration: int) -> tuple[str, ...]:
        """The optional phases that are on when an iteration begins."""
        earlier = max((n for n in self.plans if n < iteration), default=-1)
        return self.on if earlier < 0 else self.plans[earlier].left_on

    def settle(self, iteration: int) -> None:
        """Drop the plan of an iteration that is over, if nothing special was asked in it."""
        plan = self.plans.get(iteration)
        if plan is not None and (plan.plain or plan == replace(INIT, on=plan.on)):
            del self.plans[iteration]

    def reached(self, iteration: int, cursor: Cursor) -> None:
        """Note how far the session has come."""
        here = point(iteration, cursor)
        self.end = max(self.end, here)

    def ahead(self, iteration: int, cursor: Cursor) -> bool:
        """Whether something is recorded after the cursor."""
        return self.end > point(iteration, cursor)

    def cut(self, iteration: int, cursor: Cursor, plan: IterationPlan) -> None:
        """Drop what is recorded after the cursor; ``plan``: what is left of its iteration."""
        here = point(iteration, cursor)
        self.plans = {i: s for i, s in self.plans.items() if i < iteration}
        self.plans[iteration] = plan
        last_whole = iteration if plan.finished() else iteration - 1
        self._drop(self.index.drop_after(last_whole))
        self.evaluations.drop_after(last_whole)
        if self.near:
            self.near.drop_after(last_whole)
        self._digests = {p: d for p, d in self._digests.items() if p <= here}
        self.end = here

    def wants(self, iteration: int) -> bool:
        """Whether a keyframe of the iteration just finished is worth capturing."""
        return self.index.planned(iteration) or iteration in self.index.sizes

    def keep(self, iteration: int, pieces: Sequence[Piece]) -> None:
        """Store a keyframe if it is due; compare it with one stored before."""
        if iteration in self.index.sizes and not equal(self._store.get(iteration), pieces):
            self.divergence = notice("history:not-reproduced", n=iteration)
        if self.index.due(iteration):
            blob = self._store.put(iteration, pieces)
            size = taken(blob)
            self._drop(self.index.add(iteration, size, self._near_bytes))
            self._remark(iteration, size)

    def keep_near(self, iteration: int, recorder: TapeRecorder) -> None:
        """Keep the state of the iteration just finished, which is on the recorder's tape."""
        if self.near:
            self.near.keep(iteration, recorder)
            self._drop(self.index.fit(self._near_bytes))

    def _remark(self, iteration: int, size: int) -> None:
        """Have it said, once, if the budget is small for keyframes of this size."""
        room = self.index.budget // size - 1  # one is for the near states
        if iteration and room < FEW and not self._remarked:
            self._remarked = True
            megabytes, budget = round(size / MEGABYTE, 1), self.index.budget // MEGABYTE
            few = notice("history:few-keyframes", size=megabytes, budget=budget, kept=room)
            over = notice("history:over-budget", size=megabytes, budget=budget)
            self._remarks.append(few if room > 1 else over)

    def remark_once(self, remark: Notice) -> None:
        """Have something said, if it has not been said before."""
        if remark.key not in self._said:
            self._said.add(remark.key)
            self._remarks.append(remark)

    def take_remarks(self) -> list[Notice]:
        """What is to be said of the budget and has not been said yet."""
        remarks, self._remarks = self._remarks, []
        return remarks

    def _drop(self, iterations: Sequence[int]) -> None:
        if iterations:
            self._store.drop(iterations)

    def nearest(self, iteration: int) -> int:
        """The last iteration up to ``iteration`` with a keyframe."""
        return self.index.nearest(iteration)

    def blob(self, iteration: int) -> Blob:
        """The bytes of a keyframe."""
        return self._store.get(iteration)

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
        """Note the digest that another engine recorded at a point."""
        self._digests[point(iteration, cursor)] = digest

    def digest(self, iteration: int, cursor: Cursor) -> str:
        """The state's digest at a point, if it has been recorded; else empty."""
        return self._digests.get(point(iteration, cursor), "")

    def snapshot(self) -> Snapshot:
        """All but the keyframes themselves; the session fills in where it is."""
        plans, keyframes = tuple(self.plans.items()), tuple(self.index.sizes.items())
        known = self.evaluations.all()
        spacing = self.index.spacing
        return Snapshot(Position(), 0, self.end, plans, keyframes, spacing, evaluations=known)

    def resume(self, snapshot: Snapshot) -> None:
        """Continue the history of an engine that has ended; its keyframes are in the store."""
        self.plans = {}
        for iteration, plan in sorted(snapshot.plans):
            self.plans[iteration] = replace(plan, on=self._on(iteration))
        self.end = snapshot.end
        self.evaluations.resume(snapshot.evaluations)
        sizes = dict(snapshot.keyframes)
        self.index = KeyframeIndex(self.index.budget, snapshot.spacing, sizes)

    @property
    def bytes(self) -> int:
        """Memory that keyframes take, in all processes."""
        return self.index.used + self._near_bytes

    @property
    def _near_bytes(self) -> int:
        return self.near.bytes if self.near else 0


class Borrowed(History):
    """A read-only view of another history, to replay it elsewhere; nothing is stored."""

    def __init__(self, own: History) -> None:
        super().__init__(own._store, own.index.budget)
        self.index = own.index.copy()
        self.plans = dict(own.plans)
        self.on = own.on
        self.end = own.end
        self.near = None

    def wants(self, iteration: int) -> bool:
        return False
