"""The input pane: the image that the network sees, and its target."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.content import Content

from lenet_tui.kit.ui.settings import ascii_only, spelled
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.tensors.ui.heatmap.legend import legend
from lenet_tui.tensors.ui.tensor_pane import TensorPane

TARGET = "target"


class ImagePane(TensorPane):
    """One sample of the batch, in grey; the title has its target."""

    ASPECTS: ClassVar[tuple[str, ...]] = ("value",)
    GREY: ClassVar[bool] = True
    DEFAULT_CSS = "ImagePane LegendLine { display: none; }"

    _target = ""
    _scale: Content | None = None

    def on_mount(self) -> None:
        """Show the input, always."""
        self.tensor = "input"

    def requests(self) -> tuple[ViewRequest, ...]:
        target = ViewRequest(self._target_key, TARGET, "numbers", col=max(0, self.sample))
        return *super().requests(), target

    @property
    def _target_key(self) -> str:
        return f"{self.id or 'image'}.{TARGET}"

    def watch_highlights(self) -> None:
        """Show the sample that is highlighted."""
        samples = [first[0] for tensor, first, _ in self.highlights if tensor == self.tensor]
        if samples:
            self.sample = samples[0]
        super().watch_highlights()

    def show(self, frame: Frame) -> None:
        view = next((v for v in frame.views if v.request.key == self._target_key), None)
        self._target = self._target_text(view) if view else ""
        super().show(frame)

    def _target_text(self, view: View) -> str:
        """The target class in words; the output pane shows a target of another kind."""
        if view.values is None or not view.values.size or not view.dtype.startswith("int"):
            return ""
        text = self.words("image.target", target=int(view.values.flat[0]))
        if len(view.shape) == 1 and view.shape[0] > 1:
            sample = self.words("image.sample", number=self.sample, count=view.shape[0])
            text += f"  {sample}"
        return text

    def _explain_colours(self, view: View, frame: Frame) -> None:
        """Put the legend into the border: below the picture it would take a row of it."""
        scale = legend(view, self.heatmap.ink, self.words, width=26, ascii_only=ascii_only(self))
        if self._scale is None or not scale.is_same(self._scale):
            self._scale = scale
            self._describe()

    def _entitle(self, title: str, subtitle: str) -> None:
        title = f"{self.words('image.title')}  {self._target}".rstrip()
        title, subtitle = spelled(self, title), spelled(self, subtitle)
        room = self.size.width - cell_len(subtitle) - 8
        fits = self._scale is not None and self._scale.cell_length <= room
        self.entitle(title, subtitle, self._scale if fits else None)
