"""How torch runs the phases between backward and update, which change gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import CLIP, Phase

Facts = dict[str, Tensor]
"""Numbers that a phase computed, by name: 0-dimensional tensors, as reading them waits for the
device.
"""
GradientPhase = Callable[[Sequence[Tensor], Options], Facts]
"""Changes the ``.grad`` of parameters in place, as the phase's statement does."""


def clip(parameters: Sequence[Tensor], options: Options) -> Facts:
    """Scale all gradients alike, so that their total norm is at most ``options.clip``.

    Returns ``norm``: the norm before, of all of them as one vector; ``factor``: what each was
    multiplied by.
    """
    norm = torch.nn.utils.clip_grad_norm_(parameters, options.clip)
    return {"norm": norm, "factor": (options.clip / (norm + 1e-6)).clamp(max=1.0)}


GRADIENT_PHASES: dict[Phase, GradientPhase] = {CLIP: clip}
"""The function that runs each of these phases."""


def forget(parameters: Sequence[Tensor]) -> None:
    """Set each ``.grad`` to ``None``, as ``model.zero_grad()`` does; it is no call to be seen."""
    with torch._C.DisableTorchFunction():
        for p in parameters:
            p.grad = None
