"""The gradient pane, beside the tensor pane."""

from __future__ import annotations

from typing import ClassVar

from lenet_tui.tensors.ui.tensor_pane import TensorPane


class GradientPane(TensorPane):
    """The ``.grad`` of the tensor beside it, and nothing else; ``None`` is ``None``."""

    ASPECTS: ClassVar[tuple[str, ...]] = ("gradient",)
