"""The input pane: the image that the network sees, and what it should say."""

from __future__ import annotations

from typing import ClassVar

from lenet_tui.core.arrange import arrange
from lenet_tui.core.frames import Frame
from lenet_tui.core.views import ViewRequest
from lenet_tui.tui.heatmap.heatmap import Heatmap
from lenet_tui.tui.panes.tensor import TensorPane

TARGET = "target"


class ImagePane(TensorPane):
    """The batch's first image, in grey; the title says its target."""

    ASPECTS: ClassVar[tuple[str, ...]] = ("value",)
    DEFAULT_CSS = "ImagePane .legend { display: none; }"

    def on_mount(self) -> None:
        """It is always the input."""
        self.tensor = "input"

    def _picture(self) -> Heatmap:
        return Heatmap(picture=True)

    def requests(self) -> tuple[ViewRequest, ...]:
        shape = self._shapes.get(self.tensor)
        target = ViewRequest(TARGET, "target", "numbers", rows=1, cols=64)
        if shape is None or len(shape) != 4:
            return (*super().requests(), target)
        self._arrangement = arrange(shape, self.query_one(Heatmap).room, sample=0)
        self._request = self._arrangement.request(self.id or "image", "input")
        return self._request, target

    def show(self, frame: Frame) -> None:
        super().show(frame)
        view = next((v for v in frame.views if v.request.key == TARGET), None)
        title = self.words("image.title")
        if view is not None and view.state == "value" and view.values is not None:
            if view.dtype.startswith("int"):
                title += "  " + self.words("image.target", target=int(view.values.flat[0]))
            if view.shape[:1] != (1,) and len(view.shape) == 1:
                title += "  " + self.words("image.first", count=view.shape[0])
        if str(self.border_title) != title:
            self.border_title = title
