"""Answers the export room's requests."""

from __future__ import annotations

from lenet_tui.export.engine.export import text
from lenet_tui.export.request import Export
from lenet_tui.export.source import CannotExport
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.request import Rejected, answers
from lenet_tui.text.notice import verbatim


@answers(Export)
def export(request: Export, session: Session) -> str:
    """The script that repeats the session up to the cursor."""
    try:
        return text(session.navigator)
    except CannotExport as error:
        raise Rejected(verbatim(str(error))) from None
