"""Builds all that the screen is a function of, at the cursor of a session."""

from __future__ import annotations

import numpy as np

from lenet_tui.history.engine import step_rules
from lenet_tui.history.engine.navigator import Navigator
from lenet_tui.history.engine.session_views import looked_at
from lenet_tui.protocol.condition import Watch
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.loss_series import Taken
from lenet_tui.protocol.messages import Subscription
from lenet_tui.tape.engine import frame_builder
from lenet_tui.tape.engine.budget import TapeBudget
from lenet_tui.tape.engine.frame_builder import OpLists
from lenet_tui.training.engine import epochs


def frame_of(
    navigator: Navigator,
    losses: Taken,
    lists: OpLists,
    *,
    watches: dict[int, Watch],
    subscription: Subscription,
    held_out: bool,
    running: bool,
    budget: TapeBudget,
) -> Frame:
    """The frame. ``losses``: those that no frame has brought yet.

    What is looked at may put another tape in the place of the present one: it comes first.
    """
    views, states, right, lengths = looked_at(navigator, subscription, watches)
    tape, cursor, plan = navigator.tape, navigator.cursor, navigator.plan
    history, trainer = navigator.history, navigator.trainer
    options, upcoming = tape.shown_options(cursor, plan), step_rules.upcoming(navigator)
    if not subscription.graph:
        lists.graphs.forget()
    graph = lists.graphs.at(tape, cursor, trainer.names) if subscription.graph else None
    return Frame(
        position=navigator.position,
        segments=frame_builder.segments(tape, cursor, named=trainer.named_losses.several),
        next_phase=upcoming[0] if upcoming else plan.next_phase(cursor.segment + 1),
        options=options,
        rows=lists.rows(tape, cursor, navigator.recorder.expected),
        entry=frame_builder.entry(tape, cursor),
        loss=tape.loss(cursor),
        losses_from=losses.first,
        losses=np.asarray(losses.losses, np.float64),
        named=losses.named,
        end=history.end[0],
        ahead=history.ahead(navigator.iteration, cursor),
        history_bytes=history.bytes,
        watches=states,
        views=views,
        graph=graph,
        accumulated=tape.accumulated(cursor),
        outputs=tape.outputs(cursor),
        output_shape=tape.output_shape(cursor),
        inputs=frame_builder.inputs(tape, cursor),
        running=running,
        upcoming=upcoming,
        failure=navigator.failure,
        tape_bytes=budget.bytes,
        tape_dropped=budget.dropped,
        recomputed=tape.again,
        by_hand=frame_builder.by_hand(tape, cursor),
        evaluation=tape.evaluation(cursor),
        right=right,
        epochs=epochs.gone_through(trainer),
        held_out=held_out,
        norms=lengths,
        lr=tape.scheduled_lr(cursor, plan),
        samples=frame_builder.samples(tape, cursor, options),
    )
