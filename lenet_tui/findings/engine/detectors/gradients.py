"""Which parameters no gradient reaches, and where the way to them ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from torch import Tensor
from torch.optim import Optimizer

from lenet_tui.findings.engine.cancelled import Cancelled, cancelled
from lenet_tui.findings.engine.data_flow import Cut, DataFlow
from lenet_tui.findings.engine.deaths import Death, deaths, nonzero
from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.grows import update_line
from lenet_tui.findings.engine.detectors.no_gradient import (
    of_cut,
    of_input,
    of_none,
    of_sides,
    of_zeros,
    together,
)
from lenet_tui.findings.engine.detectors.registration import (
    ACCUMULATES,
    giver,
    held_by,
    members,
    took_part,
)
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.numbers.gradient_norms import GradientNorms
from lenet_tui.findings.engine.numbers.many import all_zero, largest
from lenet_tui.findings.engine.unfinished import unfinished_root
from lenet_tui.findings.engine.zero_inputs import Fed, zero_inputs
from lenet_tui.findings.finding import ERROR, NOTE, WARNING, Finding
from lenet_tui.protocol.phases import BACKWARD, OTHER, UPDATE
from lenet_tui.tape.engine.entries import GradientEntry, NodeEntry
from lenet_tui.tape.engine.step_phases import BY_HAND
from lenet_tui.tape.engine.tape import TapeSegment
from lenet_tui.training.engine.trainer import Trainer

BY_OTHERS = (ACCUMULATES, OTHER.name)
"""The ops of gradients that come by another backward inside this one, or by hand."""
UNREAD = "_DDPSink"
"""Begins the name of the node by which a distributed model gives zeros to what nothing has read."""
NONE, ZERO, VALUE = "none", "zero", "value"


class GradientDetector(Detector):
    """A parameter that had no gradient, or only zeros, in every iteration.

    One whose optimizer made no step in them may have its turn later, as a GAN's generator has;
    so may any where an iteration ended by an exception.
    """

    def __init__(self) -> None:
        self._best: dict[str, str] = {}
        self._died: dict[str, Death] = {}
        self._stuck: dict[str, str] = {}
        """Weights that are 0 and had no gradient but zeros, with the ops that read them."""
        self._fed: dict[str, Fed] = {}
        self._not_fed: set[str] = set()
        """Weights whose layers were given zeros, and those whose were not, once."""
        self._cancelled: Cancelled | None = None
        self._moved = False
        """Whether any parameter has another value by now."""
        self._by_hand: set[str] = set()
        self._candidates: set[str] = set()
        self._used: set[str] = set()
        self._reaching: set[str] = set()
        self._cuts: dict[tuple[str, str], Cut] = {}
        self._cut: dict[str, tuple[str, str]] = {}
        self._sure: set[str] = set()
        self._backwards = 0
        self._stepped: list[Optimizer] = []
        self._failed = False
        self._iterations = 0
        self._line = ""
        """Where the last update was made."""
        self._members: set[int] = set()
        self._came: set[str] = set()
        """Those that had no gradient and have got one in an iteration that is only run."""
        self._updates = False
        """Whether an update has been seen in it."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        self._members |= members(iteration.trainer)
        if iteration.error is not None:
            self._failed = True
            return self._unfinished(iteration)
        self._iterations += 1
        backwards = [s for s in iteration.tape.segments if s.phase is BACKWARD]
        self._line = update_line(iteration)
        self._backwards += len(backwards)
        for segment in backwards:
            self._gradients(iteration, segment)
        for _, entry in iteration.entries():
            if isinstance(entry, GradientEntry) and entry.op in BY_OTHERS and nonzero(entry.after):
                self._best[entry.name] = VALUE
        for _, entry in iteration.entries(UPDATE.name):
            if getattr(entry, "optimizer", "") == BY_HAND:
                self._by_hand.add(entry.name)
        self._moved = self._moved or _moves(iteration)
        self._stepped += [o for o in iteration.stepped if all(o is not s for s in self._stepped)]
        held = None if iteration.optimizers is None else held_by(self._stepped)
        given = took_part(iteration)
        self._candidates = {
            name
            for name, p in iteration.trainer.parameters.items()
            if iteration.trains[name]
            and (held is None or id(p) in held)
            and (id(p) in self._members or id(p) in given)
        }
        if {self._best.get(n) for n in self._candidates} == {ZERO}:
            self._cancelled = self._cancelled or cancelled(iteration)
        without = [n for n in sorted(self._candidates) if self._best.get(n, NONE) == NONE]
        if without and backwards:
            self._follow(iteration, without)
        return ()

    def _gradients(self, iteration: Iteration, segment: TapeSegment) -> None:
        """Note what each parameter was given; for zeros, where they came from."""
        zeros: list[NodeEntry] = []
        leaves = [
            e
            for e in segment.nodes
            if e.op == ACCUMULATES and e.parameter and self._best.get(e.parameter) != VALUE
        ]
        norms, alone = iteration.once(GradientNorms), _alone(iteration, segment)
        known = {
            id(e) for e in leaves if (alone or _taken(e)) and norms.of(e.grad) != 0
        }  # what they hold is what they were given
        sizes = largest(t for e in leaves if id(e) not in known for t in e.received)
        for entry in leaves:
            given = id(entry) in known or any(_given(t, sizes) for t in entry.received)
            best = self._best.get(entry.parameter, NONE)
            if given:
                self._best[entry.parameter] = VALUE
            elif best == NONE:
                self._best[entry.parameter] = ZERO
            if not given:
                zeros.append(entry)
        if zeros:
            self._died |= deaths(segment, zeros, [op for _, op in iteration.ops()])
            fed = zero_inputs(iteration, segment, zeros)
            self._not_fed |= {leaf.parameter for leaf in zeros} - fed.keys()
            self._fed |= fed
            self._stuck |= _all_zero(iteration, segment, zeros)

    def _unfinished(self, iteration: Iteration) -> Iterator[Finding]:
        """Yields where the way to a loss ends whose backward raised, as it requires no gradient."""
        root = iteration.once(unfinished_root)
        if root is None or root.requires_grad:
            return
        flow = DataFlow(iteration, [n for n, trains in iteration.trains.items() if trains])
        for cut in together(flow.cuts()):
            yield of_cut(cut, list(cut.parameters), nothing=True)

    def _follow(self, iteration: Iteration, names: list[str]) -> None:
        """Note how far the numbers of these parameters go.

        Another loss may pass them by on purpose, as that of a GAN's discriminator does: the place
        is on the way to the backward that their own update follows.
        """
        flow = DataFlow(iteration, names)
        self._used |= flow.used
        self._reaching |= flow.reaching
        for backwards, own in _updated_after(iteration, names):
            for cut in together(DataFlow(iteration, own, backwards).cuts()):
                self._note(cut, sure=True)
        for cut in together(flow.cuts()):
            self._note(cut)

    def _note(self, cut: Cut, sure: bool = False) -> None:
        key = cut.where, cut.line
        self._cuts.setdefault(key, cut)
        for name in cut.parameters:
            if sure and name not in self._sure:
                self._sure.add(name)
                self._cut[name] = key
            self._cut.setdefault(name, key)

    def undecided(self) -> bool:
        return not self._backwards

    def measures(self, trainer: Trainer) -> None:
        self._came, self._updates = set(), False

    def updates(self, trainer: Trainer, optimizer: Optimizer) -> None:
        """Look at what is read now, as it may be cleared before the end."""
        self._updates = True
        self._see(trainer)

    def _see(self, trainer: Trainer) -> None:
        """Note which of the candidates that have had no gradient, or zeros, have one now."""
        live = trainer.parameters
        without = (n for n in self._candidates if self._best.get(n) != VALUE and n in live)
        held = {n: g for n in without if (g := live[n].grad) is not None}
        if not held or all_zero([*held.values()]):
            return
        sizes = largest(held.values())
        self._came |= {n for n, g in held.items() if _given(g, sizes)}

    def passed(self, trainer: Trainer) -> None:
        """A zero may be no zero any more as soon as the weight has moved that made it."""
        if not self._updates:
            self._see(trainer)
        self._best |= dict.fromkeys(self._came, VALUE)

    def end(self) -> Iterable[Finding]:
        if self._failed:
            return
        if not self._backwards:
            yield from self._never()
            return
        names = [n for n in sorted(self._candidates) if n not in self._by_hand]
        without = [n for n in names if self._best.get(n, NONE) == NONE]
        nothing = bool(without) and len(without) == len(names) and not self._moved
        for key in dict.fromkeys(self._cut[n] for n in without if n in self._cut):
            yield of_cut(self._cuts[key], [n for n in without if self._cut.get(n) == key], nothing)
        left = [n for n in without if n not in self._cut]
        for reason, some in (
            ("none", [n for n in left if n in self._reaching]),
            ("unread", [n for n in left if n in self._used and n not in self._reaching]),
            ("unused", [n for n in left if n not in self._used]),
        ):
            if some:
                wrong = reason == "none" or (reason == "unread" and nothing)
                yield of_none(reason, some, WARNING if wrong else NOTE)
        zero = [n for n in names if self._best.get(n) == ZERO and n in self._died]
        if names and not zero and {self._best.get(n) for n in names} == {ZERO} and self._cancelled:
            yield of_sides(self._cancelled, names)
            return
        groups: dict[Death, list[str]] = {}
        for name in zero:
            groups.setdefault(self._died[name], []).append(name)
        weights = {n: self._stuck[n] for n in names if n in self._stuck and self._best[n] == ZERO}
        behind: list[str] = []
        """What has no gradient because of weights that are 0."""
        for died, some in groups.items():
            if died.node.startswith(UNREAD):
                yield of_none("unread", some, NOTE)
                continue
            level = WARNING if died.always or (self._moved and died.by_value) else NOTE
            reason = "steps" if died.always else "zero"
            by_zeros = died.where in weights.values() or not weights.keys().isdisjoint(some)
            if by_zeros and level is WARNING and not died.always:
                behind += some
            else:
                yield of_none(reason, some, level, died_at=died.where, node=died.node)
        if behind:
            yield of_zeros(weights, sorted({*behind, *weights}))
        told = {*zero, *(weights if behind else ())}
        for name in names:
            fed = self._fed.get(name)
            if fed and self._best[name] == ZERO and name not in told | self._not_fed:
                yield of_input(fed, name, WARNING if fed.made_by and self._moved else NOTE)

    def _never(self) -> Iterator[Finding]:
        """Yields that an optimizer steps without any gradient: there was no backward at all."""
        held = [p for o in self._stepped for group in o.param_groups for p in group["params"]]
        if held and not self._moved and all(p.grad is None for p in held):
            evidence = {"reason": "no_backward", "optimizer": type(self._stepped[0]).__name__,
                        "iterations": self._iterations}  # fmt: skip
            yield Finding("no-gradient", UPDATE.name, "", self._line, evidence, ERROR)


def _moves(iteration: Iteration) -> bool:
    """Whether an iteration gave any parameter another value."""
    pairs = ((iteration.before[n], iteration.after[n]) for n in iteration.trainer.parameters)
    return any(before is not after and not before.equal(after) for before, after in pairs)


def _updated_after(
    iteration: Iteration, names: list[str]
) -> Iterator[tuple[list[TapeSegment], list[str]]]:
    """Yields the backwards between two updates, with the parameters of the second one."""
    backwards: list[TapeSegment] = []
    for segment in iteration.tape.segments:
        if segment.phase is BACKWARD:
            backwards.append(segment)
        elif segment.phase.name == UPDATE.name:
            given = {e.name for e in segment.entries}
            own = [name for name in names if name in given]
            if own and backwards:
                yield backwards, own
            backwards = []


def _all_zero(
    iteration: Iteration, segment: TapeSegment, leaves: Iterable[NodeEntry]
) -> dict[str, str]:
    """The weights of these leaves that the iteration begins with as zeros, with their ops."""
    givers = ((leaf.parameter, giver(iteration, segment, leaf)) for leaf in leaves)
    known = ((n, above.name, iteration.before.get(n)) for n, above in givers if above is not None)
    return {n: op for n, op, w in known if w is not None and w.dim() > 1 and not nonzero(w)}


def _alone(iteration: Iteration, backward: TapeSegment) -> bool:
    """Whether no parameter had a gradient where a backward began."""
    held = {name for name, grad in iteration.tape.base.grads.items() if grad is not None}
    for segment in iteration.tape.segments:
        if segment is backward or segment.phase is BACKWARD:
            return segment is backward and not held
        for entry in segment.entries:
            if isinstance(entry, GradientEntry):
                (held.discard if entry.after is None else held.add)(entry.name)
    return False


def _taken(entry: NodeEntry) -> bool:
    """Whether ``.grad`` became what was received: nothing was there to add it to."""
    kept, given = entry.grad, entry.received[0] if entry.received else None
    if kept is None or given is None or kept.is_sparse or given.is_sparse:
        return False
    return kept.data_ptr() == given.data_ptr() != 0 and kept.shape == given.shape


def _given(tensor: Tensor | None, sizes: Mapping[int, float]) -> bool:
    """Whether a gradient has a number that is not zero; ``sizes``: of those looked at together."""
    size = sizes.get(id(tensor))
    return nonzero(tensor) if size is None else size != 0
