"""What ``print(...)`` gives of the session's own things, as torch writes them."""

from __future__ import annotations

import re
from typing import Any

from torch import Tensor

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.history.engine.recompute import with_tensors
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.phases import FORWARD
from lenet_tui.protocol.request import answers
from lenet_tui.tape.engine.names import find, op_named
from lenet_tui.tour.learning import MOVED, TEST, TRAINED
from lenet_tui.tour.request import Print

_GRAPH = re.compile(r"(?P<name>.+?)\.grad_fn(?P<steps>(\.next_functions\[\d+\]\[0\])*)")
_STEP = re.compile(r"\[(\d+)\]\[0\]")
LINE = 80
"""Characters after which torch breaks a tensor's lines."""


@answers(Print)
def printed(request: Print, session: Session) -> tuple[str, ...]:
    """Each of the things asked for as text; empty where there is none yet."""
    found = {name: _judged(name, session) for name in request.names if name in (TEST, TRAINED)}
    navigator = session.navigator
    others = [name for name in request.names if name not in found]
    found |= with_tensors(navigator, lambda: {name: _text(name, navigator) for name in others})
    return tuple(found[name] for name in request.names)


def _judged(name: str, session: Session) -> str:
    evaluator = session.evaluator
    judged = evaluator.now() if name == TEST else evaluator.of_training()
    return f"{judged.correct} of {judged.total} right; loss {judged.loss:.3f}"


def _text(name: str, navigator: Navigator) -> str:
    model = navigator.trainer.model
    if name.startswith(MOVED):
        return _moved(name.removeprefix(MOVED), navigator)
    if name == "net":
        return str(model)
    if name == "len(params)":
        return str(len(list(model.parameters())))
    if name == "params[0].size()":
        return str(next(model.parameters()).size())
    graph = _GRAPH.fullmatch(name)
    if graph:
        node: Any = _node(graph["name"], navigator)
        for number in _STEP.findall(graph["steps"]):
            onward = node.next_functions if node is not None else ()
            node = onward[int(number)][0] if int(number) < len(onward) else None
        return "" if node is None else str(node)
    found = find(navigator.tape, navigator.cursor, name)
    if found.tensor is None:
        return "None" if found.state == "none" else ""
    return _tensor(found.tensor, _node(name, navigator))


def _moved(name: str, navigator: Navigator) -> str:
    """How far a parameter is from what it was at the start, beside how long it was then."""
    old = keyframe.unpack(navigator.history.blob(0)).parameters[name].value
    found = find(navigator.tape, navigator.cursor, name).tensor
    if found is None:
        return ""
    return f"{(found.detach().cpu() - old).norm():.3f} of {old.norm():.3f}"


def _tensor(tensor: Tensor, node: Any) -> str:
    """A tensor with the ``grad_fn`` that it had: the tape keeps it without its graph."""
    text = str(tensor.detach())
    if node is None:
        return text
    suffix = f"grad_fn=<{type(node).__name__}>)"
    beside = len(text.splitlines()[-1]) + len(suffix) + 1 <= LINE
    return f"{text[:-1]},{' ' if beside else chr(10) + ' ' * len('tensor(')}{suffix}"


def _node(name: str, navigator: Navigator) -> Any:
    """The autograd node of an op's output; ``None`` for a tensor that is no op's output."""
    tape, cursor = navigator.tape, navigator.cursor
    forward = tape.forward(cursor)
    if forward is None:
        return None
    op = tape.output(cursor) if name == FORWARD.makes else op_named(tape, forward[0], name)
    return op.node if op is not None else None
