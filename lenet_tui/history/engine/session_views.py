"""Answers what a pane asks to see of a tensor, at the cursor of a session."""

from __future__ import annotations

from dataclasses import replace

from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.tape.engine.loss_scale import loss_scale
from lenet_tui.tape.engine.names import find, upcoming
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.training.engine.token_texts import with_texts


def view_of(navigator: Navigator, request: ViewRequest) -> View:
    """The view; a gradient of a scaled loss is shown unscaled."""
    tape, cursor, trainer = navigator.tape, navigator.cursor, navigator.trainer
    found = upcoming(trainer, tape, request.tensor) or find(tape, cursor, request.tensor)
    state, made, signed = found.state, found.made, found.signed
    scale = 1.0 if request.raw else loss_scale(tape, cursor, request.tensor)
    tensor = found.tensor if found.tensor is None or scale == 1 else found.tensor / scale
    view = make_view(tensor, request, state=state, made=made, signed=signed)
    return with_texts(view if scale == 1 else replace(view, divisor=scale), trainer.file)
