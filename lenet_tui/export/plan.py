"""A session's history as the statements that repeat it: what the exported script is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lenet_tui.export import statements
from lenet_tui.export.data import SampleDraws
from lenet_tui.protocol.edit_statement import statement
from lenet_tui.protocol.iteration_plan import IterationPlan, Segment
from lenet_tui.protocol.moves import Draw, Edit, Move, Set, Vector, parse_move
from lenet_tui.protocol.options import SWITCHES, TUNED, Options, change
from lenet_tui.protocol.phases import FORWARD, INIT, LOSS, UPDATE, ZERO_GRAD, Phase
from lenet_tui.protocol.request import Rejected
from lenet_tui.protocol.schedules import CONSTANT


@dataclass(frozen=True, slots=True)
class Block:
    """Statements, and the iterations ``first`` … ``last`` that each run them (0: none)."""

    lines: tuple[str, ...]
    first: int = 0
    last: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the cursor is in the last phase.

    ``done``: ops of it; ``reached``: the parameters whose gradient a backward stopped there has
    made.
    """

    done: int
    reached: tuple[str, ...] = ()


class Plan:
    """Turns iterations into blocks, in order. ``draws``: the samples they take.

    ``options``: what the session began with, then those in force. ``size_of``: how many samples a
    source of data has to train on. ``fits``: whether a vector of 10 numbers a sample
    fits the output. ``helpers``: names of the functions that the statements call. ``devices``:
    those used, in order.
    """

    def __init__(
        self,
        options: Options,
        net: str,
        size_of: Callable[[str], int],
        fits: Callable[[], bool],
    ) -> None:
        self.blocks: list[Block] = []
        self.options = options
        self.helpers: set[str] = set()
        self.draws = SampleDraws(size_of)
        self.has_loss = False
        self.devices = [options.device]
        self._fits = fits
        self._fresh = options.data == "random"
        self._number = 0
        self._lines: list[str] = []
        self._before: list[str] = []
        self._begin(net)

    def _begin(self, net: str) -> None:
        options = self.options
        lines = [f"torch.set_num_threads({options.threads})"]
        lines += [f"torch.manual_seed({options.seed})", f"net = {net}"]
        lines += statements.weights(options)
        if self._fresh:
            lines += self.draws.draw(options.batch_size)
        if options.device != "cpu":
            lines += [*self._settle(options.device), f'device = "{options.device}"']
            lines.append("net.to(device)")
        lines += [statements.criterion(options), f"lr = {options.lr!r}"]
        lines += filter(None, [statements.optimizer(options)])
        self.blocks.append(Block(tuple(lines)))

    def _settle(self, device: str) -> list[str]:
        """Equal bits each time, on a GPU."""
        if not device.startswith("cuda"):
            return []
        self.helpers.add("deterministic")
        return ["deterministic()"]

    def iteration(
        self, number: int, script: IterationPlan, cut: Cut | None = None, last: bool = False
    ) -> None:
        """One iteration as recorded, up to the cursor; what comes after its turn is apart.

        ``last``: the cursor is in it.
        """
        self.draws.begin()
        self._number = number
        boundary = script.boundary()
        partly = not script.finished() or (cut is not None and boundary == len(script.segments))
        self._changes(script, -1, None)
        for place in range(len(script.segments)):
            self._segment(script, place, cut if place == len(script.segments) - 1 else None)
            if place == boundary - 1 and not partly:
                self._close_turn(number)
            self._changes(script, place, None)
        if partly:
            self._close(f"iteration {number}, as far as the cursor")
        else:
            self._close(f"after iteration {number}" if number else "before iteration 1")

    def _changes(self, script: IterationPlan, segment: int, done: int | None) -> None:
        for move in script.changes_at(segment, done):
            self._lines += self._change(move)

    def _close_turn(self, number: int) -> None:
        """The block of a whole iteration; a run of equal ones is one block."""
        lines, last = tuple(self._lines), self.blocks[-1]
        if lines and not self._before and last.lines == lines and last.last == number - 1 > 0:
            self.blocks[-1] = replace(last, last=number)
            self._lines = []
        else:
            self._close("", number)

    def _close(self, title: str, number: int = 0) -> None:
        """The statements so far are a block; what it needs comes before it."""
        if self._before:
            self.blocks.append(Block(tuple(self._before)))
        if self._lines:
            if not number and statements.needs_iteration(self._lines):
                self._lines.insert(0, f"{statements.ITERATION} = {self._number}")
            self.blocks.append(Block(tuple(self._lines), number, number, title))
        self._before, self._lines = [], []

    def end(self) -> str:
        """What the session returns as its model."""
        return "net"

    def mentions(self, text: str) -> bool:
        """Whether a statement holds ``text``."""
        return any(text in line for block in self.blocks for line in block.lines)

    # Phases

    def _segment(self, script: IterationPlan, place: int, cut: Cut | None) -> None:
        segment = script.segments[place]
        inside = [(c.done, c.move) for c in script.changes if c.segment == place and c.done]
        if segment.kind is INIT:
            return
        if segment.edit:
            self._lines += self._edit(parse_move(segment.edit))
            return
        if segment.how == "skip":
            self._lines.append(f"# {segment.phase} skipped")
            return
        out = "  # out of turn" if segment.how == "do" else ""
        if segment.kind.lazy:
            self._lazily(segment.kind, inside, cut, out)
            return
        if segment.kind is FORWARD:
            self._forward(cut, out)
        elif segment.kind is LOSS:
            self._loss(cut, out)
        else:
            self._gradients(segment, cut, out)
        for _, move in inside:  # such a phase runs as a whole: nothing in it reads an option
            self._lines += self._change(move)

    def _edit(self, move: Move) -> list[str]:
        """A number or a picture that was set by hand; what is of the input waits for the batch."""
        if isinstance(move, Edit) and not move.next:
            return [statement(move)]
        if isinstance(move, (Edit, Draw)):
            self.draws.change(move)
            if isinstance(move, Draw):
                self.helpers.add("picture")
        return []

    def _forward(self, cut: Cut | None, out: str) -> None:
        fetched, prepared = self.draws.fetch(self.options)
        if self._lines:
            self._lines += prepared
        else:
            self._before += prepared
        self._lines += fetched
        note = f"  # the cursor is at op {cut.done} of this forward" if cut else out
        self._lines.append(FORWARD.statement + note)

    def _loss(self, cut: Cut | None, out: str) -> None:
        (line,) = statements.whole(LOSS, self.options, self.draws.labels)
        if cut:
            self._lines.append(f"# the cursor is at op {cut.done} of: {line}")
        else:
            self.has_loss = True
            self._lines.append(line + out)

    def _gradients(self, segment: Segment, cut: Cut | None, out: str) -> None:
        """A phase that changes gradients as a whole; a cut one gives some of them back."""
        if cut:
            self._lines.append(
                "earlier = {n: None if p.grad is None else p.grad.clone()"
                " for n, p in net.named_parameters()}"
            )
        vector, kind = segment.vector, segment.kind
        lines = self._from_vector(vector) if vector else statements.whole(kind, self.options)
        self._lines += [*lines[:-1], lines[-1] + out]
        if cut:
            names = "".join(f'"{name}", ' for name in cut.reached)
            self._lines += [
                f"# {cut.done} {kind.ops} have run, and these parameters have its gradient",
                f"reached = ({names.strip()})",
                "for name, p in net.named_parameters():",
                "    if name not in reached:",
                "        p.grad = earlier[name]",
            ]

    def _from_vector(self, vector: Vector) -> tuple[str, ...]:
        drawn = vector.kind == "random" and self._fresh and self.draws.fixed and self._fits()
        if drawn:
            self._fresh = False
        return statements.vector(vector, bool(drawn))

    def _lazily(
        self, phase: Phase, inside: Sequence[tuple[int, Set]], cut: Cut | None, out: str
    ) -> None:
        """A phase that goes parameter by parameter, with what was set between two of them."""
        if phase is UPDATE and self.options.schedule != CONSTANT:
            self.helpers.add("factor")
            self._lines += statements.scheduled(self.options)
        if not inside and not cut:
            whole = statements.whole(phase, self.options)
            self._lines += [whole[0] + out, *whole[1:]]
            return
        start = 0
        for done, move in inside:
            self._lines += self._some(phase, start, done)
            self._lines += self._change(move)
            start = done
        self._lines += self._some(phase, start, cut.done if cut else None)

    def _some(self, phase: Phase, start: int, stop: int | None) -> list[str]:
        """The phase for parameters ``start`` … ``stop`` − 1."""
        if start == stop:
            return []
        place = f"{start or ''}:{'' if stop is None else stop}"
        parameters = f"list(net.parameters())[{place}]"
        if phase is ZERO_GRAD:
            return [f"for p in {parameters}:", "    p.grad = None"]
        if statements.by_hand(self.options):
            return list(statements.update_by_hand(parameters, self.options))
        self.helpers.add("step")
        return [f"step(optimizer, {parameters})"]

    # Options

    def _change(self, move: Set) -> list[str]:
        """What a changed option means for the program."""
        before = self.options
        self.options = now = change(before, move.option, move.value)
        if now == before:
            return []
        if move.option in ("lr", "schedule"):
            self.helpers |= {"factor"} if now.schedule != CONSTANT else set()
            return [*statements.learning_rate(now)]
        if move.option in TUNED:
            return [*statements.setting(now, move.option)]
        if move.option == "loss":
            return [statements.criterion(now)]
        if move.option == "optimizer":
            return [statements.optimizer(now) or "# from here on updated by hand"]
        if move.option == "device":
            return self._move(now)
        if move.option in ("batch-size", "data", "augment", *SWITCHES):
            return []  # from the next batch on, and the next phase
        raise Rejected("export:change", option=move.option)

    def _move(self, now: Options) -> list[str]:
        self.devices.append(now.device)
        lines = [*self._settle(now.device), f'device = "{now.device}"', "net.to(device)"]
        if not statements.by_hand(now):
            self.helpers.add("move_state")
            lines.append("move_state(optimizer, device)")
        return lines
