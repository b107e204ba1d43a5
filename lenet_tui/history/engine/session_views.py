"""Answers what a pane asks to see of a tensor, at the cursor of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lenet_tui.curves.engine import norms
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.history.engine.recompute import with_tensors
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.frame import Norms
from lenet_tui.protocol.messages import Subscription
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.tape.engine import frame_builder
from lenet_tui.tape.engine.loss_scale import loss_scale
from lenet_tui.tape.engine.names import find, upcoming
from lenet_tui.tensors.engine.reduce import make_view
from lenet_tui.training.engine.token_texts import with_texts
from lenet_tui.watch.engine import evaluate

WatchState = tuple[int, str, float | None, bool]
"""Number, text and value of a watchpoint, and whether it holds."""


Look = tuple[tuple[View, ...], tuple[WatchState, ...], tuple[int, int] | None, Norms | None]
"""Views, watchpoints, of how many samples the prediction is right, and the norms."""


def looked_at(
    navigator: Navigator, subscription: Subscription, watches: Mapping[int, Watch]
) -> Look:
    """What of a frame needs the tensors of ops, which may have to be run again for it."""

    def look() -> Look:
        states = []
        for number, watch in watches.items():
            value = evaluate.value(navigator.tape, navigator.cursor, watch)
            states.append((number, str(watch), value, value is not None and watch.holds(value)))
        tape, cursor = navigator.tape, navigator.cursor
        views = tuple(view_of(navigator, request) for request in subscription.views)
        if tape.glance is not None:
            return views, tuple(states), tape.glance.right, tape.glance.norms
        lengths = norms.measured(tape, cursor) if subscription.norms else None
        return views, tuple(states), frame_builder.right(tape, cursor), lengths

    return with_tensors(navigator, look)


def view_of(navigator: Navigator, request: ViewRequest) -> View:
    """The view; a gradient of a scaled loss is shown unscaled."""
    tape, cursor, trainer = navigator.tape, navigator.cursor, navigator.trainer
    found = upcoming(trainer, tape, request.tensor) or find(tape, cursor, request.tensor)
    state, made, signed = found.state, found.made, found.signed
    scale = 1.0 if request.raw else loss_scale(tape, cursor, request.tensor)
    tensor = found.tensor if found.tensor is None or scale == 1 else found.tensor / scale
    view = make_view(tensor, request, state=state, made=made, signed=signed)
    return with_texts(view if scale == 1 else replace(view, divisor=scale), trainer.file)
