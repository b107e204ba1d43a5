"""The gradient pane: the ``.grad`` of the tensor beside it; ``None`` is ``None``."""

from __future__ import annotations

from typing import ClassVar

from lenet_tui.tensors.ui.tensor_pane import TensorPane


class GradientPane(TensorPane):
    """A tensor pane that shows nothing but gradients."""

    ASPECTS: ClassVar[tuple[str, ...]] = ("gradient",)
