"""Has the model evaluated now, and says what came out."""

from __future__ import annotations

from lenet_tui.evaluation.request import Evaluate
from lenet_tui.evaluation.summary import whole
from lenet_tui.kit.ui.port import Port
from lenet_tui.text.clean import clean


async def evaluate(port: Port) -> None:
    """Ask the engine; the answer, or why there is none, goes to the log and is shown briefly."""
    reply = await port.ask(Evaluate())
    if reply.answer is not None:
        port.announce("note", whole(reply.answer, port.words), "information")
    elif reply.error is not None:
        port.announce("error", clean(port.words.say(reply.error)), "error")
