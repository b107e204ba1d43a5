"""A small app around the lab's screen: questions are answered by torch in this process."""

from __future__ import annotations

from textual.app import App

from lenet_tui.app.all_words import words as words_of
from lenet_tui.lab.engine.run import run_text
from lenet_tui.lab.result import LabResult, RunLab
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.protocol.messages import Answered, Asked
from lenet_tui.protocol.pending_requests import PendingRequests
from lenet_tui.protocol.request import A, Reply, Request


class LabApp(App[None]):
    """``answers``: whether torch answers at once. ``asked``: every question so far."""

    def __init__(
        self,
        layer: str = "Conv2d(1, 6, 5)",
        shape: tuple[int, ...] | None = None,
        *,
        language: str = "en",
        ascii: bool = False,
        answers: bool = True,
    ) -> None:
        super().__init__()
        self.ascii = ascii
        self.answers = answers
        self.asked: list[RunLab] = []
        self.requests = PendingRequests(self._asked)
        self.lab = LabScreen(self, layer, shape)
        self.language = language

    @property
    def words(self) -> object:
        return words_of(self.language)

    def on_mount(self) -> None:
        self.set_class(self.ascii, "-ascii")
        self.push_screen(self.lab)

    async def ask(self, request: Request[A]) -> Reply[A]:
        return await self.requests.ask(request)

    def _asked(self, command: Asked) -> None:
        assert isinstance(command.request, RunLab)
        self.asked.append(command.request)
        if self.answers:
            self.answer(run_text(command.request), command.number)

    def answer(self, result: LabResult, number: int) -> None:
        """Answer the question of that number."""
        self.requests.answered(Answered(number, result))
