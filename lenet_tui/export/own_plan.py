"""The statements that repeat a session on a training file, which has to lie beside the script."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import PurePath

from lenet_tui.export import statements
from lenet_tui.export.plan import Block, Cut, Plan
from lenet_tui.protocol.iteration_plan import IterationPlan
from lenet_tui.protocol.model_names import split_model
from lenet_tui.protocol.moves import Move, Set
from lenet_tui.protocol.options import OWN, RETURNED, Options
from lenet_tui.protocol.phases import LOSS
from lenet_tui.protocol.request import Rejected

MODEL = "model"
"""What a file calls its model, unless a name is given."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A place inside a step: after the ``number``-th call of a ``kind``, or within it.

    ``kind``: empty before the first call. ``reached``: within it, the parameters that it has
    changed; ``None``: all of them.
    """

    kind: str = ""
    number: int = 0
    reached: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class OwnFile:
    """What a training file brings, as a script reaches it.

    ``others``: names of models beside the one that is trained; ``several``: of those that make up
    the model together, where the file has none called so. ``drawn``: the lines that draw the
    batches, where it has none. ``optimizers``: expressions of those that its own step works with;
    ``None``: a script cannot reach them. ``moment``: where inside such a step the cursor is.
    ``bare``: what it trains are tensors of no module.
    """

    others: tuple[str, ...]
    several: tuple[str, ...]
    drawn: tuple[str, ...] = ()
    optimizers: tuple[str, ...] | None = None
    moment: Moment | None = None
    bare: bool = False


class OwnPlan(Plan):
    """As ``Plan``, with the model, the data, the loss and the optimizer of a file."""

    def __init__(self, options: Options, own: OwnFile) -> None:
        self._own = own
        super().__init__(options, "", lambda source: 0, lambda: False)

    def _begin(self, net: str) -> None:
        options = self.options
        where, what = split_model(options.model)
        name = PurePath(where).name if where.endswith(".py") else where
        given = "".join(f", {key}={_literal(value)}" for key, value in options.model_args)
        lines = [f"torch.set_num_threads({options.threads})", f"seed_all({options.seed})"]
        if self._own.moment is not None and self._own.moment.kind:
            self.helpers |= {"install", "observed_by", "Until"}
            lines.append("install()")
        lines.append(f'file = execute("{name}")')
        if self._own.bare:
            self.helpers.add("bare_tensors")
            lines.append("net = bare_tensors(file)")
        elif self._own.several:
            lines.append(f"net = all_modules(file, {self._own.several!r})")
        else:
            lines.append(f'net = made(file, "{what or "model"}"{given})')
        lines += statements.weights(options)
        if options.device != "cpu":
            lines += [*self._settle(options.device), f'device = "{options.device}"']
            lines.append("net.to(device)")
        if options.loss not in (OWN, RETURNED):
            lines.append(statements.criterion(options))
        lines.append(f"lr = {options.lr!r}")
        if options.optimizer == OWN:
            if not options.step:
                lines.append("optimizer = own_optimizer(file, net)")
            elif 'file["optimizer"]' in (self._own.optimizers or ()):
                lines.append("own_optimizer(file, net)")
        else:
            lines += filter(None, [statements.optimizer(options)])
        lines += self._own.drawn or ['batches = Batches(file["data"])']
        self.helpers |= {"seed_all", "execute", "made", "all_modules", "Batches", "own_optimizer"}
        self.blocks.append(Block(tuple(lines)))

    def iteration(
        self, number: int, script: IterationPlan, cut: Cut | None = None, last: bool = False
    ) -> None:
        if not self.options.step:
            super().iteration(number, script, cut, last)
            return
        self._changes(script, -1, None)
        if number and last and self._own.moment is not None:
            self._up_to(self._own.moment)
            self._close(f"iteration {number}, as far as the cursor")
            return
        if number:
            self.has_loss = True
            self.helpers.add("as_loss")
            self._lines.append(f'loss = as_loss(file["step"]({self._batch()}))')
            self._close_turn(number)
        for place in range(len(script.segments)):
            self._changes(script, place, None)
        self._close(f"after iteration {number}" if number else "before iteration 1")

    def _batch(self) -> str:
        """What the step is given."""
        if self.options.device == "cpu":
            return "batches.next()"
        self.helpers.add("split")
        return "split(batches.next()).map(lambda t: t.to(device)).whole"

    def _up_to(self, moment: Moment) -> None:
        """The part of a step that lies before the cursor; its loss is not asked for."""
        self.has_loss = True
        self._lines.append("loss = None")
        if not moment.kind:
            self._lines.append("# the cursor is in this step, before anything has changed")
            return
        within = "after" if moment.reached is None else "within"
        self._lines += [
            f"# the cursor is in this step, {within} its {moment.kind} number {moment.number}",
            f'until = Until({self.end()}, "{moment.kind}", {moment.number})',
            f'until.run(file["step"], {self._batch()})',
        ]
        if moment.reached is not None:
            names = "".join(f'"{name}", ' for name in moment.reached)
            self._lines.append(f"until.put_back(all_but=({names.strip()}))")

    def end(self) -> str:
        """What the session returns for its model."""
        if not self._own.others:
            return "net"
        self.helpers.add("Together")
        return "Together(net, {" + ", ".join(f'"{n}": file["{n}"]' for n in self._own.others) + "})"

    def _edit(self, move: Move) -> list[str]:
        lines = super()._edit(move)
        if not lines:
            raise Rejected("export:change-of-input")
        return lines

    def _forward(self, cut: Cut | None, out: str) -> None:
        if self.draws.first_of_iteration():
            self.helpers.add("split")
            self._lines.append("batch = split(batches.next())")
            if self.options.device != "cpu":
                self._lines.append("batch = batch.map(lambda t: t.to(device))")
        note = f"  # the cursor is at op {cut.done} of this forward" if cut else out
        self._lines.append("output = net(*batch.args, **batch.kwargs)" + note)

    def _loss(self, cut: Cut | None, out: str) -> None:
        line = self._loss_line()
        if cut:
            self._lines.append(f"# the cursor is at op {cut.done} of: {line}")
        else:
            self.has_loss = True
            self._lines.append(line + out)

    def _loss_line(self) -> str:
        if self.options.loss == OWN:
            return 'loss = file["loss"](output, batch.target)'
        if self.options.loss == RETURNED:
            self.helpers.add("returned_loss")
            return "loss = returned_loss(output)"
        (line,) = statements.whole(LOSS, self.options, labels=False)
        return line.replace("output", "_main(output)").replace("target", "batch.target")

    def _change(self, move: Set) -> list[str]:
        lines = super()._change(move)
        if move.option == "lr" and self.options.optimizer == OWN:
            groups = "optimizer.param_groups"
            if self.options.step:
                if not self._own.optimizers:
                    raise Rejected("export:change", option=move.option)
                groups = " + ".join(f"{name}.param_groups" for name in self._own.optimizers)
            return [lines[0], f"for group in {groups}:", '    group["lr"] = lr'] if lines else []
        if move.option == "data" or (
            move.option == "optimizer" and OWN in (move.value, self.options.optimizer)
        ):
            raise Rejected("export:change", option=move.option)
        return lines


def _literal(text: str) -> str:
    """An argument as it was taken: a Python literal, or else a text."""
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return repr(text)
