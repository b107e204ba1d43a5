"""A small app around the lab's screen: questions are answered by torch in this process."""

from __future__ import annotations

from textual.app import App

from lenet_tui.app.all_words import words as words_of
from lenet_tui.lab.engine.run import answer
from lenet_tui.lab.ui.screen import LabScreen
from lenet_tui.protocol.messages import Command, RunLab


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
        self.lab = LabScreen(self._ask, layer, shape)
        self.language = language

    @property
    def words(self) -> object:
        return words_of(self.language)

    def on_mount(self) -> None:
        self.set_class(self.ascii, "-ascii")
        self.push_screen(self.lab)

    def _ask(self, command: Command) -> None:
        assert isinstance(command, RunLab)
        self.asked.append(command)
        if self.answers:
            self.lab.receive(answer(command))
