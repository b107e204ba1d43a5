"""Answers the export room's requests."""

from __future__ import annotations

from lenet_tui.export.engine.export import text
from lenet_tui.export.request import Export
from lenet_tui.history.engine.recompute import with_tensors
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.request import Rejected, answers


@answers(Export)
def export(request: Export, session: Session) -> str:
    """The script that repeats the session up to the cursor."""
    if session.navigator.trainer.file.live:
        raise Rejected("export:script")
    return with_tensors(session.navigator, lambda: text(session.navigator))
