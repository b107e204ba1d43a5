"""Answers what is asked of a session's past."""

from __future__ import annotations

from lenet_tui.evaluation.request import Evaluate, Judge, Judged, ListEvaluations
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.evaluation import Evaluation
from lenet_tui.protocol.request import answers


@answers(Evaluate)
def evaluate(request: Evaluate, session: Session) -> Evaluation:
    """How good the model was when the last iteration before the cursor had finished."""
    return session.evaluate()


@answers(Judge)
def judge(request: Judge, session: Session) -> Judged:
    """What the model made of each class, and of its worst samples."""
    return session.evaluator.judge(request.most)


@answers(ListEvaluations)
def evaluations(request: ListEvaluations, session: Session) -> tuple[Evaluation, ...]:
    """All that is kept."""
    return session.history.evaluations.all()
