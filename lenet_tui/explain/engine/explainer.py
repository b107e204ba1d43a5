"""Answers where a number comes from, for any cell there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import numpy as np

from lenet_tui.explain.cell_address import Cell, CellError, check_index, parse_cell, unknown
from lenet_tui.explain.engine import attention_parts, by_hand, gradients, result, update_rules
from lenet_tui.explain.engine.finite_difference import central_difference
from lenet_tui.explain.engine.op_rule import Call, asked
from lenet_tui.explain.engine.ops import attention, norm
from lenet_tui.explain.engine.ops.pointwise import one_hot
from lenet_tui.explain.engine.ops.softmax import exp_of, share_of_row, softmax_inside
from lenet_tui.explain.engine.receptive_field import Regions, reach, receptive_field
from lenet_tui.explain.engine.recorded_pass import Names, RecordedPass
from lenet_tui.explain.engine.registry import rule_for
from lenet_tui.explain.engine.result import Question
from lenet_tui.explain.engine.scope import STATISTICS, Scope, TimedNames, cursor_at, next_to, passes
from lenet_tui.explain.engine.terms import Index, NoArithmetic, Source, Sum, made_in
from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.optimizers import OPTIMIZERS, STATES
from lenet_tui.protocol.options import OWN
from lenet_tui.protocol.phase_words import phase_noticed
from lenet_tui.protocol.phases import BACKWARD, INIT, PHASES, STEP, UPDATE, Phase
from lenet_tui.protocol.request import Rejected
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.tape.engine.loss_parts import PARTS
from lenet_tui.tape.engine.names import LOSS_TARGET
from lenet_tui.tape.engine.tape import Cursor
from lenet_tui.text.notice import Notice, notice

GIVEN = ("input", "target")
GRADIENTS = (BACKWARD, *(phase for phase in PHASES.values() if phase.gradients))
T = TypeVar("T")


class Explainer:
    """Explains cells of a session. ``expected``: the ops of a forward that has not run yet."""

    def __init__(self, navigator: Navigator, expected: list[str]) -> None:
        self._navigator = navigator
        self._expected = expected
        trainer = navigator.trainer
        self._names = Names(trainer.names, {id(b): n for n, b in trainer.buffers.items()})

    def explain(self, command: Explain) -> Explanation:
        """The answer; raises ``Rejected`` with one line on why a cell has none."""
        try:
            cell = parse_cell(command.cell)
            untimed = cell.iteration is None
            timed = replace(cell, iteration=command.iteration) if untimed else cell
            with np.errstate(all="ignore"), self._at(timed) as scope:
                return self._explain(command, cell, scope)
        except CellError as error:
            raise Rejected(error.notice) from None

    # Where and when

    @contextmanager
    def _at(self, cell: Cell) -> Iterator[Scope]:
        """The scope that a cell names; the session is as it was afterwards."""
        navigator = self._navigator
        if cell.iteration is None:
            yield self._scope(navigator.cursor)
            return
        with self._visit(cell.iteration, cell.name):
            if cell.entry is None:
                yield self._scope(navigator.cursor, whole=True)
            else:
                yield self._scope(cursor_at(navigator.tape, cell, navigator.cursor))

    def _scope(self, cursor: Cursor, whole: bool = False) -> Scope:
        return Scope(self._navigator.tape, cursor, self._names, whole)

    @contextmanager
    def _visit(self, iteration: int, name: str) -> Iterator[None]:
        """Be at the end of a recorded iteration for a while, by running it again."""
        navigator = self._navigator
        if iteration == navigator.iteration:
            yield
            return
        here = navigator.iteration, navigator.cursor
        segments = navigator.history.plan(iteration).segments
        if iteration > navigator.history.end[0] or not segments:
            last = navigator.history.end[0]
            raise CellError("explain:not-run", name=name, n=iteration, last=last)
        navigator.end_of(iteration)
        try:
            yield
        finally:
            navigator.rebuild(*here)

    @contextmanager
    def _last(
        self, cell: Cell, here: Scope, phases: Sequence[Phase], find: Callable[[Scope], T | None]
    ) -> Iterator[tuple[Scope, T]]:
        """What ``find`` finds in this iteration, else in the last one before it that ran one
        of ``phases``; and the scope in which it does.
        """
        found = find(here)
        if found is not None:
            yield here, found
            return
        with self._visit(self._earlier(here.tape.iteration, *phases), cell.name):
            there = self._scope(self._navigator.cursor)
            found = find(there)
            if found is None:
                raise CellError("explain:not-on-tape", name=cell.name, phase=phases[0].name)
            yield there, found

    def _earlier(self, iteration: int, *phases: Phase) -> int:
        """The last iteration before one in which one of some phases was run; 0: none."""
        history = self._navigator.history
        for earlier in range(iteration - 1, 0, -1):
            segments = history.plan(earlier).segments
            if any(s.kind in (*phases, STEP) and s.how != "skip" for s in segments):
                return earlier
        return 0

    # What it is

    def _explain(self, command: Explain, cell: Cell, scope: Scope) -> Explanation:
        cell = scope.aliased(_single(cell, scope))
        question = self._question(command, cell, scope)
        parameters = scope.tape.base.values
        if cell.tensor in scope.given() and cell.tensor not in parameters:
            regions = reach(scope.recorded, cell.tensor, cell.index)
            return result.untouched(question, "data", by_hand.given(cell, scope.tape), regions)
        if cell.tensor == LOSS_TARGET:
            return self._one_hot(question, scope)
        stem, _, aspect = cell.tensor.rpartition(".")
        if cell.tensor in parameters or (stem in parameters and aspect in STATES):
            return self._value(question, scope)
        if stem in parameters and aspect in ("new", "update"):
            return self._updated(question, scope)
        if stem in parameters and aspect == "grad":
            return self._gradient(question, scope)
        return self._activation(question, scope)

    def _question(self, command: Explain, cell: Cell, scope: Scope) -> Question:
        """The cell with its tensor; ``CellError`` if there is none (yet)."""
        found = scope.find(cell.tensor)
        if found.tensor is not None:
            check_index(cell, found.tensor.shape)
            return Question(command, cell, found.tensor)
        names = scope.known(self._expected)
        aspect = cell.tensor.rpartition(".")[2]
        known = {*names, *(f"{n}.grad" for n in names)}
        parameters = scope.tape.base.values
        known |= {f"{p}.{a}" for p in parameters for a in ("new", "update", *STATES)}
        if cell.tensor not in known:
            raise self._unknown(cell, scope)
        where: Notice | str = ""
        if scope.cursor == self._navigator.cursor:
            n, phase = self._navigator.position.iteration, self._navigator.position.phase
            where = notice("explain:here", n=n, phase=phase_noticed(phase))
        if aspect == "grad" and cell.tensor.rpartition(".")[0] in (*GIVEN, LOSS_TARGET):
            raise CellError("explain:data-has-no-gradient", name=cell.name)
        if aspect == "grad":
            raise CellError("explain:no-gradient", name=cell.name, where=where)
        if aspect in STATES:
            if scope.whole:
                raise CellError(
                    "explain:no-state-when-it-begins", name=cell.name, n=scope.tape.iteration
                )
            raise CellError("explain:no-state", name=cell.name, where=where)
        raise CellError("explain:not-computed", name=cell.name, where=where)

    def _unknown(self, cell: Cell, scope: Scope) -> CellError:
        """The error for a name that there is not, with all that there are."""
        if op := scope.inner(cell.tensor):
            return CellError("explain:inside-of-op", name=cell.name, op=op)
        kept = {k for u in scope.tape.base.updates.values() for k in u.state_after}
        row = OPTIMIZERS.get(self._navigator.trainer.options.optimizer)
        kept.update(row.state if row else ())
        return unknown(cell, scope.known(self._expected), sorted(kept))

    def _one_hot(self, question: Question, scope: Scope) -> Explanation:
        """What MSE compares with: 1 at the target's class, else 0."""
        assert scope.tape.batch is not None
        target = Source("target", scope.tape.batch.named["target"])
        total = one_hot(target, question.cell.index)
        return result.explanation(question, total, result.as_called, {})

    def _value(self, question: Question, scope: Scope) -> Explanation:
        """A parameter (or an optimizer's tensor): the update that made it, or init, or a person."""
        found = by_hand.untouched(question, scope, self._navigator.history)
        if found is not None:
            return found
        if not scope.whole and scope.tape.updated(scope.cursor, _parameter(question, scope)):
            return self._updated(question, scope)
        if not self._earlier(scope.tape.iteration, UPDATE):
            return result.untouched(question, INIT.name, (INIT.name, ()), {})
        return self._updated(question, scope, earlier=True)

    def _updated(self, question: Question, here: Scope, *, earlier: bool = False) -> Explanation:
        """What the last update of a parameter made; ``earlier``: in an iteration before this."""
        cell, name = question.cell, _parameter(question, here)
        aspect = "" if cell.tensor == name else cell.tensor.rpartition(".")[2]

        def update(scope: Scope) -> tuple[Cursor, UpdateEntry] | None:
            skipped = earlier and scope is here
            return None if skipped else scope.tape.updated(scope.cursor, name)

        with self._last(cell, here, (UPDATE,), update) as (there, (cursor, entry)):
            try:
                with made_in(entry.before):
                    total = update_rules.explained(entry, aspect, cell.index)
            except NoArithmetic as error:
                return result.without_arithmetic(question, str(error), update_rules.operands(entry))
            if there is not here:
                total.notes.append(("earlier", (str(there.tape.iteration),)))
            total.op = entry.op
            naming = TimedNames(here, there.at(cursor), there.at(next_to(cursor)))
            return result.explanation(question, total, naming, {})

    def _gradient(self, question: Question, here: Scope) -> Explanation:
        """A parameter's ``.grad``: what the last backward brought, and what was there before."""
        cell, name = question.cell, _parameter(question, here)
        found = self._last(cell, here, GRADIENTS, lambda scope: scope.set_gradient(name))
        with found as (there, (cursor, entry)):
            origin = there.at(next_to(cursor))
            earlier = there.tape.grad(cursor, name)
            before = None if earlier is None else Source(f"{name}.grad", earlier)
            changed = entry.tensor is not None
            try:
                if changed:
                    total = gradients.scaled_gradient(entry, cell.index)
                else:
                    total = gradients.parameter_gradient(origin.recorded, name, cell.index, before)
            except NoArithmetic as error:
                return result.operands_of(question, origin.recorded, None, str(error), error.why)
            if there is not here:
                total.notes.append(("earlier", (str(there.tape.iteration),)))
            naming = TimedNames(here, origin, there.at(cursor), there.at(origin.recorded.start))
            explained = result.explanation(question, total, naming, {})
            if changed:
                return explained
            if self._unsure(explained, origin.recorded):
                return result.operands_of(question, origin.recorded, None, explained.op)
            return self._compared(explained, question, origin.recorded, before)

    def _compared(
        self,
        explained: Explanation,
        question: Question,
        recorded: RecordedPass,
        before: Source | None,
    ) -> Explanation:
        """With the central difference, if it was asked for and can be had."""
        if not question.command.check:
            return explained
        values = {n: recorded.tape.value(recorded.start, n) for n in recorded.tape.base.values}
        name, index = question.cell.tensor.rpartition(".")[0], question.cell.index
        model = self._navigator.trainer.model
        difference = central_difference(model, recorded, values, name, index)
        if difference is None:
            return replace(explained, notes=(*explained.notes, ("no-difference", ())))
        already = result.given(before.tensor, index) if before is not None else 0.0
        return replace(explained, difference=difference + already)

    def _unsure(self, explained: Explanation, recorded: RecordedPass) -> bool:
        """Whether a number may be off because an optimizer of one's own, which calls for several
        forwards, has moved the parameters between them: what they were is not on the tape.
        """
        own = self._navigator.trainer.options.optimizer == OWN
        return own and recorded.again and not explained.checked

    def _activation(self, question: Question, here: Scope) -> Explanation:
        """An op's output, what is inside of the op, or the gradient on it.

        The loss of a pass before the last forward is still there: the phases before are searched.
        """
        cell = question.cell
        stem, _, aspect = cell.tensor.rpartition(".")
        for there in passes(here, stem if aspect == "grad" else ""):
            recorded, regions = there.recorded, Regions()
            call = recorded.meant(cell.tensor, question.tensor, gradient=False)
            call = call or recorded.call(cell.tensor)
            made_by = call or recorded.meant(stem, question.tensor, gradient=True)
            made_by = made_by or recorded.call(stem)
            graded = aspect == "grad" or there is here
            if made_by is None or not (call or aspect in PARTS or graded):
                continue
            try:
                if call is not None:
                    with made_in(call.tensor), asked(call.op):
                        total = rule_for(call).forward(call, cell.index)
                    total.op = call.op
                    regions = receptive_field(recorded, call, cell.index)
                elif aspect in PARTS:
                    with made_in(made_by.tensor):
                        total = _part(made_by, stem, aspect, cell.index)
                    regions = receptive_field(recorded, made_by, cell.index)
                elif aspect in attention.ASPECTS and made_by.op == attention.NAME:
                    with made_in(made_by.tensor):
                        total = attention_parts.part(made_by, aspect, cell.index)
                    total.op = made_by.op
                elif aspect in STATISTICS and made_by.op == "batch_norm":
                    with made_in(made_by.tensor):
                        total = norm.statistic(made_by, aspect, cell.index[0])
                else:
                    total = gradients.activation_gradient(recorded, made_by, cell.index)
            except NoArithmetic as error:
                return result.operands_of(question, recorded, call, str(error), error.why)
            naming = TimedNames(here, there, there.at(recorded.start))
            explained = result.explanation(question, total, naming, regions)
            if self._unsure(explained, recorded):
                return result.operands_of(question, recorded, call, explained.op)
            return explained
        raise self._unknown(cell, here)


def _part(call: Call, name: str, aspect: str, index: Index) -> Sum:
    """What is inside an op called ``name``; of the ``output`` itself, its softmax."""
    x, dim = call.output, len(index) - 1
    inside = softmax_inside(call) if name != "output" else None
    if inside is not None:
        x, dim = inside
    if aspect == "exp":
        return exp_of(x, index, dim)
    return share_of_row(x, index, dim, name, call.entry.tensor)


def _single(cell: Cell, scope: Scope) -> Cell:
    """The cell; ``op[1]`` is the second of several tensors if they are single numbers."""
    if len(cell.index) != 1:
        return cell
    name = f"{cell.tensor}[{cell.index[0]}]"
    found, whole = scope.find(name).tensor, scope.find(cell.tensor).tensor
    if found is None or found.dim() or whole is None or whole.dim():
        return cell
    return replace(cell, tensor=name, index=())


def _parameter(question: Question, scope: Scope) -> str:
    """The parameter that a cell belongs to: itself, or what its aspect is of."""
    name = question.cell.tensor
    return name if name in scope.tape.base.values else name.rpartition(".")[0]
