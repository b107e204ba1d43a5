"""The transcript as text: what the notebook prints, a block for each phase."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lenet_tui.cli.printer import Printer
from lenet_tui.protocol.augment import OFF
from lenet_tui.protocol.frame import Frame, Graph, GraphNode
from lenet_tui.protocol.messages import Moved, Ready, Subscription
from lenet_tui.protocol.model_names import SCRIPT, session_name
from lenet_tui.protocol.options import switches
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.protocol.phases import BACKWARD, FORWARD, INIT, LOSS, PHASES, UPDATE
from lenet_tui.protocol.transcript import OpState, PhaseState
from lenet_tui.protocol.views import ViewRequest
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import aligned, number, shape_text, thousands
from lenet_tui.text.words import Words
from lenet_tui.version import __version__

SHOWN = 10
"""Elements of a vector that are printed."""

LONGEST = 80
"""Characters of a move: a picture has thousands."""


class TextPrinter:
    """Writes a session as text."""

    def __init__(self, printer: Printer, words: Words) -> None:
        self._printer = printer
        self._words = words
        self._gradient = "None"

    def begin(self, ready: Ready) -> Subscription:
        """Write the configuration; return what the engine should send with each move."""
        self._ready = ready
        names = [p.name for p in ready.parameters]
        biases = [name for name in names if name.endswith("bias")]
        self._bias = (biases or names or [""])[0]
        self._config()
        seen = ("output", self._bias, f"{self._bias}.grad", f"{self._bias}.update")
        requests = (ViewRequest(n, n, "numbers", rows=1, cols=SHOWN, raw=True) for n in seen)
        return Subscription(tuple(requests), graph=True)

    def _config(self) -> None:
        ready, options = self._ready, self._ready.options
        device = f"{ready.device.name} ({ready.device.title})"
        self._printer.line(
            f"lenet-tui {__version__} · torch {ready.torch} · {device} · {ready.dtype} · "
            f"threads {ready.threads}"
        )
        if options.model.startswith(SCRIPT):
            self._printer.line(f"{session_name(options)} · lr {options.lr:g}")
            return
        self._printer.line(
            f"preset {options.preset} · data {options.data} · batch-size {options.batch_size} · "
            f"loss {options.loss} · lr {options.lr:g} · optimizer {options.optimizer} · "
            f"seed {options.seed}"
            + (f" · train-size {options.train_size}" if options.train_size else "")
            + (f" · augment {options.augment}" if options.augment != OFF else "")
            + "".join(f" · {name} {value:g}" for name, value in switches(options).items())
        )

    def init(self, _: Moved) -> None:
        """Write the parameters, and what ``init`` printed."""
        words, printer, parameters = self._words, self._printer, self._ready.parameters
        printer.rule(INIT.name)
        for line in self._ready.printed.splitlines():
            printer.line(line)
        printer.line("")
        titles = (words("trace.parameter"), words("trace.shape"), words("trace.count"))
        rows = ((p.name, shape_text(p.shape), thousands(math.prod(p.shape))) for p in parameters)
        printer.table(titles, rows, right=2)
        count = thousands(sum(math.prod(p.shape) for p in parameters))
        printer.line(words("trace.parameters", count=count, tensors=len(parameters)))

    def phase(self, moved: Moved) -> None:
        """Write a phase that has just been passed."""
        state, frame = moved.phase, moved.frame
        if state is None:
            return
        at = state.position
        iteration = self._words("trace.iteration", n=at.iteration)
        phase = phase_text(at.phase, self._words)
        self._printer.rule(f"{iteration} · {phase} · {state.seconds * 1000:.2f} ms")
        if state.ops:
            self._ops(state.ops)
        before, self._gradient = self._gradient, self._values(frame, f"{self._bias}.grad")
        show: dict[str, Callable[[PhaseState, Frame], None]] = {
            FORWARD.name: self._forward,
            LOSS.name: self._loss,
            BACKWARD.name: self._backward,
            UPDATE.name: self._update,
        }
        if frame.entry:
            for name, value in frame.entry.numbers:
                self._printer.line(f"{name}  {number(value, 7)}")
        if at.phase in show:
            show[at.phase](state, frame)
        if PHASES[at.phase].gradients:
            name = f"{self._bias}.grad"
            for when, values in (("before", before), ("after", self._gradient)):
                title = self._words(f"trace.{when}", name=name, phase=at.phase)
                self._printer.line(f"{title}  {values}")

    def position(self, move: str, moved: Moved) -> None:
        """Write where a move has led."""
        at, loss = moved.frame.position, moved.frame.loss
        inside = "" if at.op is None else f", {self._words('trace.inside', op=at.op)}"
        phase = phase_text(at.phase, self._words) + inside
        text = self._words(
            "trace.moved", move=clean(move, LONGEST), iteration=at.iteration, phase=phase
        )
        self._printer.line(text + (f"  ·  loss {number(loss, 6)}" if loss is not None else ""))
        if moved.error:
            self._printer.indented(self._words("trace.refused", error=self._words.say(moved.error)))
        elif moved.stopped:
            self._printer.indented(self._words("trace.stopped", why=self._words.say(moved.stopped)))

    def _forward(self, state: PhaseState, frame: Frame) -> None:
        words = self._words
        if not state.ops:
            rows = []
            for row in frame.rows:
                into = ", ".join(shape_text(s) for s in row.shapes or ())
                out = "" if row.shape is None else shape_text(row.shape)
                count = thousands(row.count) if row.count else ""
                rows.append((row.name, row.op, f"{into} → {out}", count))
            titles = (words("trace.op"), "", words("trace.shapes"), words("trace.own"))
            self._printer.table(titles, rows, right=3)
        self._printer.line(f"output  {self._values(frame, 'output')}")

    def _loss(self, state: PhaseState, frame: Frame) -> None:
        loss = "None" if state.loss is None else number(state.loss, 7)
        self._printer.line(f"loss ({frame.options.loss})  {loss}")
        if frame.graph:
            self._chain(frame.graph)

    def _backward(self, state: PhaseState, frame: Frame) -> None:
        if state.ops or not frame.graph:
            return
        nodes = sorted(filter(frame.graph.ran, frame.graph.nodes), key=lambda n: n.order)
        inner = [n for n in nodes if not n.parameter]
        self._printer.line(self._words("trace.nodes", n=len(nodes), leaves=len(nodes) - len(inner)))
        self._printer.indented(" → ".join(map(_node, inner)))

    def _update(self, state: PhaseState, frame: Frame) -> None:
        words = self._words
        rows = (
            (p.name, shape_text(p.shape), number(p.grad.norm) if p.grad else "None")
            for p in state.parameters
        )
        titles = (words("trace.parameter"), words("trace.shape"), words("trace.norm"))
        self._printer.table(titles, rows, right=2)
        self._printer.line(f"{self._bias}.update  {self._values(frame, f'{self._bias}.update')}")
        after = words("trace.after", name=self._bias, phase=UPDATE.name)
        self._printer.line(f"{after}  {self._values(frame, self._bias)}")

    def _ops(self, ops: Sequence[OpState]) -> None:
        rows = []
        for op in ops:
            row = [str(op.index), op.name, op.op]
            if op.gradients is not None:
                row.append(", ".join(shape_text(g[0]) if g else "None" for g in op.gradients))
            elif op.dtype:
                row.append(shape_text(op.shape))
                row += (number(v) for v in (op.low, op.high, op.mean, op.std))
            rows.append(row)
        titles = ["", self._words("trace.op"), "", self._words("trace.shape")]
        if any(op.dtype for op in ops):
            titles += ["min", "max", "mean", "std"]
        self._printer.table(titles, rows, right=4)

    def _chain(self, graph: Graph) -> None:
        """``grad_fn`` and what is behind it, as the notebook asks for it."""
        nodes = {n.number: n for n in graph.nodes}
        node: GraphNode | None = nodes.get(graph.root)
        rows: list[tuple[str, str]] = []
        while node is not None and len(rows) < 3:
            rows.append(("loss.grad_fn" + ".next_functions[0][0]" * len(rows), _node(node)))
            node = nodes.get(node.next[0]) if node.next else None
        self._printer.table(("", ""), rows)
        path = []
        node = nodes.get(graph.root)
        while node is not None:
            path.append(_node(node))
            behind = (nodes[n] for n in node.next if n in nodes)
            node = next((n for n in behind if not n.parameter), None)
        self._printer.line(self._words("trace.path"))
        self._printer.indented(" → ".join(path))

    def _values(self, frame: Frame, name: str) -> str:
        """A view's first numbers; ``None`` where there is no tensor."""
        view = next((v for v in frame.views if v.request.key == name), None)
        if view is None or view.values is None:
            return "None"
        values = [float(v) for v in view.values.reshape(-1)[: math.prod(view.shape)]]
        left = math.prod(view.shape) - len(values)
        shown = "  ".join(text.strip() for text in aligned(values))
        return f"[{shown}{' ' + self._words('trace.more', n=thousands(left)) if left > 0 else ''}]"


def _node(node: GraphNode) -> str:
    return f"{node.op} ({node.name})" if node.name else node.op
