"""Answers what is asked of a session's past."""

from __future__ import annotations

from hashlib import sha256

from lenet_tui.evaluation.request import Evaluate, Judge, Judged, ListEvaluations
from lenet_tui.history.engine import beforehand, keyframe, rates
from lenet_tui.history.engine.session import Session
from lenet_tui.history.request import ListRates, MayMake, StateDigest, StoreKeyframe
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.moves import Move
from lenet_tui.protocol.request import Rejected, answers
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import epochs
from lenet_tui.training.engine.weights import dump
from lenet_tui.training.request import EpochLength, Weights


@answers(Evaluate)
def evaluate(request: Evaluate, session: Session) -> Evaluation:
    """How good the model was when the last iteration before the cursor had finished."""
    return session.evaluate()


@answers(Judge)
def judge(request: Judge, session: Session) -> Judged:
    """What the model made of each class, and of its worst samples."""
    return session.evaluator.judge(request.most)


@answers(StateDigest)
def digest(request: StateDigest, session: Session) -> str:
    """The SHA-256 of a keyframe of the live state."""
    return sha256(keyframe.capture(session.navigator.trainer)).hexdigest()


@answers(StoreKeyframe)
def store(request: StoreKeyframe, session: Session) -> bool:
    """Store one, and report it.

    None is stored where an option was set at the end of the iteration: a keyframe is of what was
    before that, which is no longer live. One that is there already serves, or an earlier one.
    """
    navigator = session.navigator
    if not navigator.finished:
        return False
    navigator.make_live()
    end, plan = navigator.tape.end, navigator.plan
    if end.segment == plan.boundary() - 1 and not [*plan.changes_at(end.segment, None)]:
        session.history.index.halfway = navigator.iteration
        navigator.keep()
        session.record()
    return navigator.iteration in session.history.index.sizes


@answers(Weights)
def weights(request: Weights, session: Session) -> bytes:
    """The model's ``state_dict`` at the cursor."""
    session.navigator.make_live()
    try:
        return dump(session.navigator.trainer.model, request.name)
    except Problem as problem:
        raise Rejected(problem.notice) from None


@answers(EpochLength)
def epoch_length(request: EpochLength, session: Session) -> int:
    """The iterations of an epoch with the present batch size."""
    return epochs.length(session.navigator.trainer)


@answers(ListEvaluations)
def evaluations(request: ListEvaluations, session: Session) -> tuple[Evaluation, ...]:
    """All that is kept."""
    return session.history.evaluations.all()


@answers(MayMake)
def may_make(request: MayMake, session: Session) -> tuple[Move, ...]:
    """The moves in an order that works; nothing is done."""
    try:
        return beforehand.taken(session, request.moves)
    except DeviceLost:
        raise
    except Problem as refused:
        raise Rejected(refused.notice) from None


@answers(ListRates)
def learning_rates(request: ListRates, session: Session) -> tuple[tuple[int, float], ...]:
    """Iterations with their learning rates, in order."""
    return rates.known(session.navigator, request.most)
