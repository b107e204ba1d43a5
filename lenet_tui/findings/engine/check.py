"""Runs a few iterations, recorded, has detectors look at them, and undoes everything."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from torch import Tensor

from lenet_tui.findings.consequences import said_after, with_causes
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.table import DETECTORS
from lenet_tui.findings.engine.mode_changes import told
from lenet_tui.findings.engine.numbers.stays_finite import StaysFinite
from lenet_tui.findings.engine.pattern import Pattern, begins, pattern
from lenet_tui.findings.engine.plain_run import run_plain, runs_alike
from lenet_tui.findings.engine.recording import copies, record
from lenet_tui.findings.engine.seedings import Seeding, Seedings
from lenet_tui.findings.finding import ERROR, LEVELS, NOTE, WARNING, Finding, Findings
from lenet_tui.history.engine.held_state import held_state, put_back
from lenet_tui.history.engine.keyframe import TrainerState
from lenet_tui.protocol.session_api import MoveRejected, OwnError
from lenet_tui.tape.engine.collection import collection_as_usual, collection_put_off
from lenet_tui.tape.engine.op_names import first_of
from lenet_tui.training.engine.trainer import Trainer

MOST = 8
"""Iterations that are run where a detector wants to see more than were asked for."""
GRAVITY = (ERROR, WARNING, NOTE)
SAYS_WHY = frozenset({"inplace-overwrite", "double-backward", "graph-across-iterations"})
"""Findings that are made of what backward raised: they name the line that is to blame for it."""

WITHOUT = "does not require grad"
"""What torch says of a loss that no way leads to."""


def check(
    trainer: Trainer,
    iterations: int,
    first: int = 1,
    detectors: Iterable[type[Detector]] = DETECTORS,
) -> Findings:
    """What is wrong with the next iterations of a trainer, which then is as it was, to the bit.

    ``first``: the number of the first of them, for schedules. After the first they are only run and
    watched as long as what was recorded decides everything.
    """
    with told():
        return _Check(trainer, first, [make() for make in detectors]).run(iterations)


class _Check:
    """A check under way. ``first``: the number of its first iteration."""

    def __init__(self, trainer: Trainer, first: int, looking: list[Detector]) -> None:
        self._trainer, self._first, self._looking = trainer, first, looking
        self._looking_on = looking
        """Those that have not seen enough yet."""
        self._before = [d.before for d in looking if type(d).before is not Detector.before]
        self._found: list[Finding] = []
        self._done = self._wanted = self._unseen = 0
        with collection_put_off():  # it stays until the end
            self._start: TrainerState = held_state(trainer)
        self._stays_finite = StaysFinite(trainer, self._start)
        self._flags = {name: p.requires_grad for name, p in trainer.parameters.items()}
        self._values: dict[str, Tensor] = {}
        """Parameters and buffers where the next iteration begins, copied."""
        self._like: Pattern | None = None
        """What the last recorded iteration did."""
        self._varies = False
        """Whether a later one did something else: then all are recorded."""
        self._lost = False
        """Whether the last recorded one left parameters that are not finite: of what comes after
        it only the order and the graph are looked at."""
        self._seeded: list[Seeding] = []
        """Seedings in the one that did so. Those of the data do not come again with its batch."""

    def run(self, iterations: int) -> Findings:
        """Run so many, or more where a detector wants them; then everything is undone."""
        frozen, self._wanted = _frozen(), iterations
        try:
            for detector in self._looking:
                detector.held = self._start
                self._found += detector.begin(self._trainer)
            self._values = self._at_start()
            while self._done < iterations or self._wants_more():
                settled = self._done > 0 and self._settled()
                if not (settled and self._only_runs()) and not self._recorded():
                    break
            for detector in self._looking:
                self._found += detector.end()
        finally:
            if frozen:
                gc.unfreeze()
            collection_as_usual()
            self._to_start()
        found = tuple(sorted_findings(self._found))
        return Findings(found, self._done, unseen=self._unseen)

    def _at_start(self) -> dict[str, Tensor]:
        """The values that the check begins with, which are copied already if not elsewhere."""
        values = {name: kept.value for name, kept in self._start.parameters.items()}
        live = self._trainer.parameters
        if any(values[name].device != p.device for name, p in live.items()):
            return copies(self._trainer)
        buffers = {n: b for n, b in self._start.buffers.items() if b is not None}
        return {n: buffers.get(n, b) for n, b in self._trainer.buffers.items()} | values

    def _wants_more(self) -> bool:
        return self._done < MOST and any(d.wants_more() for d in self._looking)

    def _settled(self) -> bool:
        """Whether another iteration that does the same decides nothing."""
        if self._varies:
            return False
        self._trainer.forget()  # what it still held of the last one
        if self._like is None or not self._like.begins_as(begins(self._trainer)):
            return False
        self._lost = bool(self._found) and self._stays_finite.lost()
        if self._found and not self._lost and not self._stays_finite():
            return False  # nor would the next one be
        return not any(detector.undecided() for detector in self._asked())

    def _asked(self) -> list[Detector]:
        """The detectors that may say something of an iteration that is only run."""
        return [d for d in self._looking_on if not (self._lost and d.of_numbers)]

    def _recorded(self) -> bool:
        """Run an iteration recorded and have it looked at; whether it came to its end."""
        self._done += 1
        with collection_put_off():
            going = self._looked()
        collection_as_usual()
        for detector in self._looking_on:
            self._found += detector.left(self._done)
        return going

    def _looked(self) -> bool:
        begun, number = begins(self._trainer), self._first + self._done - 1
        values = self._values or copies(self._trainer)
        recorded = record(self._trainer, self._done, number, self._before, values)
        said = {(s.function, s.line) for s in recorded.seedings}
        recorded.seedings += [s for s in self._seeded if (s.function, s.line) not in said]
        self._seeded = []
        self._unseen += recorded.unseen
        for detector in self._looking_on:
            self._found += [replace(f, iteration=self._done) for f in detector.look(recorded)]
        self._values, self._like = recorded.after, pattern(recorded, begun)
        return recorded.error is None

    def _only_runs(self) -> bool:
        """Run an iteration as it is. ``False``: it must be recorded, and is to be run again."""
        number = self._first + self._done
        assert self._like is not None
        seedings = Seedings(int)
        trainer, looking = self._trainer, self._asked()
        if more := self._done >= self._wanted:  # than were asked for
            looking = [d for d in looking if d.wants_more()]
        finite = self._stays_finite if not self._lost else _anything
        with collection_put_off():
            alike = runs_alike(
                trainer, number, self._like, finite, looking=looking, seedings=seedings
            )
        collection_as_usual()
        if alike:
            self._done += 1
            if more:  # to the others it is none, and what they compare has a gap from now on
                self._looking_on = looking
            self._values = {}
            return True
        self._varies, self._seeded = True, seedings.all
        self._to_start()
        for earlier in range(self._first, number):
            with suppress(MoveRejected, OwnError):  # it is raised where it is recorded
                run_plain(self._trainer, earlier)
        self._values = copies(self._trainer)
        return False

    def _to_start(self) -> None:
        put_back(self._trainer, self._start)
        for name, p in self._trainer.parameters.items():
            if p.requires_grad is not self._flags[name] and p.is_leaf:
                p.requires_grad_(self._flags[name])


def _anything() -> bool:
    return True


def _frozen() -> bool:
    """Have collections look only at what comes from now on; whether nobody had done so before."""
    if gc.get_freeze_count():
        return False
    gc.freeze()
    return True


def sorted_findings(found: Iterable[Finding]) -> Iterator[Finding]:
    """The gravest first; once for each id and place, and for a line that ran several times once."""
    order = list(LEVELS)
    several: dict[tuple[str, ...], list[Finding]] = {}
    for finding in sorted(
        with_causes(_explained(list(found))),
        key=lambda f: (GRAVITY.index(f.level), -_specific(f, order)),
    ):
        where = first_of(finding.where) if finding.line else finding.where
        several.setdefault((finding.id, finding.line, where), []).append(finding)
    for first, *others in several.values():
        also = [name for name in dict.fromkeys(f.where for f in others) if name != first.where]
        yield replace(first, evidence={**first.evidence, "also_at": also}) if also else first


def _explained(found: list[Finding]) -> list[Finding]:
    """What torch raised is a note where a finding says of the same place why it did so."""
    errors = [f for f in found if f.level == ERROR and f.id != "raised"]
    explained = []
    for finding in found:
        why = [e for e in errors if finding.id == "raised" and _says_why(e, finding)]
        explained.append(said_after(finding, why[0]) if why else finding)
    return explained


def _says_why(error: Finding, raised: Finding) -> bool:
    cut = error.id == "graph-cut" and WITHOUT in str(raised.evidence.get("message", ""))
    same_op = (error.phase, error.where) == (raised.phase, raised.where) and raised.where != ""
    return cut or error.id in SAYS_WHY or error.line == raised.line != "" or same_op


def _specific(finding: Finding, order: list[str]) -> int:
    return len(order) - order.index(finding.id) if finding.id != "raised" else -1
