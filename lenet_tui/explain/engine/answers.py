"""Answers the explain room's requests."""

from __future__ import annotations

from lenet_tui.explain.engine.explainer import Explainer
from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.history.engine.recompute import with_tensors
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.request import answers


@answers(Explain)
def explain(request: Explain, session: Session) -> Explanation:
    """The terms of one number, checked against torch's own."""
    navigator = session.navigator
    return with_tensors(
        navigator, lambda: Explainer(navigator, session.expected_names).explain(request)
    )
