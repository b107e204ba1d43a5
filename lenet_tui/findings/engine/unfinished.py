"""What an iteration that ended by an exception would have run backward from, and through."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.autograd.graph import Node

from lenet_tui.findings.engine.calls import Call, node_of
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.engine.nodes import edges
from lenet_tui.protocol.phases import BACKWARD, FORWARD
from lenet_tui.tape.engine.in_place import tensors
from lenet_tui.training.engine.frame_locals import frame_locals


def unfinished_root(iteration: Iteration) -> Tensor | None:
    """From what a backward that raised had started; where none had begun, the last number made.

    That is the loss, once the model has returned. ``None``: nothing was raised, or before that.
    """
    error = iteration.error
    if error is None:
        return None
    started = started_from(error)
    if started is not None:
        return started
    begun = any(s.phase is BACKWARD for s in iteration.tape.segments)
    if begun or iteration.failed_phase == FORWARD.name:
        return None
    made = (t for call in reversed(iteration.calls) for t in call.made)
    return next((t for t in made if t.requires_grad and t.numel() == 1), None)


def unfinished_edges(iteration: Iteration) -> Iterator[tuple[Node | None, Node]]:
    """The nodes that such a backward runs through, each with the one that leads to it."""
    root = iteration.once(unfinished_root)
    node = node_of(root) if root is not None else None
    return iter(()) if node is None else edges(node)


def call_of(iteration: Iteration, tensor: Tensor | None) -> Call | None:
    """The call that made a tensor; ``None``: none did."""
    if tensor is None:
        return None
    made = (call for call in reversed(iteration.calls) if any(t is tensor for t in call.made))
    return next(made, None)


def started_from(error: BaseException) -> Tensor | None:
    """From what a backward that raised had started, by torch's own frame."""
    at = error.__traceback__
    found: Tensor | None = None
    while at is not None:
        code = at.tb_frame.f_code
        if code.co_filename == torch.autograd.__file__ and code.co_name == "backward":
            given = tensors(frame_locals(at.tb_frame).get("tensors"))
            found = given[0] if given else found
        at = at.tb_next
    return found
