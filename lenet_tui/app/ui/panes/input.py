"""The input pane: the image that the network sees, and its target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.protocol.frame import Frame
from lenet_tui.protocol.views import View, ViewRequest
from lenet_tui.stepping.ui.commands import BY_ID
from lenet_tui.tensors.tiling import lead
from lenet_tui.tensors.ui import captions
from lenet_tui.tensors.ui.tensor_pane import TensorPane

TARGET = "target"
SAMPLE_KEYS = " ".join(key_name(BY_ID[f"{which}-sample"].keys[0]) for which in ("previous", "next"))


class ImagePane(TensorPane):
    """One sample of the batch, in grey; the title has its target."""

    ASPECTS: ClassVar[tuple[str, ...]] = ("value",)
    GREY: ClassVar[bool] = True

    _target: tuple[str, ...] = ("",)
    """The target and the sample, at length and in short."""

    def on_mount(self) -> None:
        """Show the input, always."""
        self.tensor = "input"

    def requests(self) -> tuple[ViewRequest, ...]:
        target = ViewRequest(self._target_key, TARGET, "numbers", col=max(0, self.sample))
        return *super().requests(), target

    @property
    def _target_key(self) -> str:
        return f"{self.id or 'image'}.{TARGET}"

    def show(self, frame: Frame) -> None:
        view = next((v for v in frame.views if v.request.key == self._target_key), None)
        self._target = self._target_texts(view) if view else ("",)
        super().show(frame)

    def _target_texts(self, view: View) -> tuple[str, ...]:
        """The target class in words; the output pane shows a target of another kind."""
        if view.values is None or not view.values.size or not view.dtype.startswith("int"):
            return ("",)
        text = self.words("image.target", target=int(view.values.flat[0]))
        if len(view.shape) == 1 and view.shape[0] > 1:
            shown = captions.samples(self.words, self.sample, view.shape[0])
            return tuple(f"{text}  {sample}" for sample in shown)
        return (text,)

    def _title(self, view: View, frame: Frame) -> Sequence[str]:
        return [f"{self.words('image.title')}  {target}".rstrip() for target in self._target]

    def _subtitle(self, view: View, frame: Frame) -> str:
        """The keys that choose another sample come before what else there is."""
        keys = self.words("image.keys", keys=SAMPLE_KEYS) if self._batch(view) > 1 else ""
        return "  ".join(filter(None, (keys, super()._subtitle(view, frame))))

    def _batch(self, view: View) -> int:
        return view.shape[0] if lead(view.shape) else 1
