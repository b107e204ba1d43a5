"""The statements that repeat a session on a training file, which has to lie beside the script."""

from __future__ import annotations

import ast
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


class OwnPlan(Plan):
    """As ``Plan``, with the model, the data, the loss and the optimizer of a file.

    ``others``: names of models beside the one that is trained; ``several``: of those that make up
    the model together, where the file has none called so.
    """

    def __init__(self, options: Options, others: tuple[str, ...], several: tuple[str, ...]) -> None:
        self._others, self._several = others, several
        super().__init__(options, "", lambda source: 0, lambda: False)

    def _begin(self, net: str) -> None:
        options = self.options
        where, what = split_model(options.model)
        name = PurePath(where).name if where.endswith(".py") else where
        given = "".join(f", {key}={_literal(value)}" for key, value in options.model_args)
        lines = [f"torch.set_num_threads({options.threads})", f"seed_all({options.seed})"]
        lines.append(f'file = execute("{name}")')
        if self._several:
            lines.append(f"net = all_modules(file, {self._several!r})")
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
        else:
            lines += filter(None, [statements.optimizer(options)])
        lines.append('batches = Batches(file["data"])')
        self.helpers |= {"seed_all", "execute", "made", "all_modules", "Batches", "own_optimizer"}
        self.blocks.append(Block(tuple(lines)))

    def iteration(self, number: int, script: IterationPlan, cut: Cut | None = None) -> None:
        if not self.options.step:
            super().iteration(number, script, cut)
            return
        self._changes(script, -1, None)
        if number:
            if cut is not None:
                raise Rejected("export:inside-step")
            self.has_loss = True
            self.helpers.add("as_loss")
            move = "" if self.options.device == "cpu" else ".to(device)"
            self._lines.append(f'loss = as_loss(file["step"](batches.next(){move}))')
            self._close_turn(number)
        for place in range(len(script.segments)):
            self._changes(script, place, None)
        self._close(f"after iteration {number}" if number else "before iteration 1")

    def end(self) -> str:
        """What the session returns for its model."""
        if not self._others:
            return "net"
        self.helpers.add("Together")
        return "Together(net, {" + ", ".join(f'"{n}": file["{n}"]' for n in self._others) + "})"

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
                raise Rejected("export:change", option=move.option)
            return [lines[0], f"for group in {groups}:", '    group["lr"] = lr'] if lines else []
        if move.option in ("data", "optimizer") and OWN in (move.value, self.options.optimizer):
            raise Rejected("export:change", option=move.option)
        return lines


def _literal(text: str) -> str:
    """An argument as it was taken: a Python literal, or else a text."""
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return repr(text)
