"""The phases between backward and update that change gradients, as torch runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import CLIP, Phase

Facts = dict[str, Tensor]
"""Numbers that a phase computed, by name, each a tensor without dimensions: nobody has waited for
the device yet.
"""
GradientPhase = Callable[[Sequence[Tensor], Options], Facts]
"""Changes the ``.grad`` of parameters in place, as the phase's statement does."""


def clip(parameters: Sequence[Tensor], options: Options) -> Facts:
    """Scale all gradients alike, so that their total norm is at most ``options.clip``.

    ``norm``: before it, of all of them as one vector; ``factor``: what each was multiplied by.
    """
    norm = torch.nn.utils.clip_grad_norm_(parameters, options.clip)
    return {"norm": norm, "factor": (options.clip / (norm + 1e-6)).clamp(max=1.0)}


GRADIENT_PHASES: dict[Phase, GradientPhase] = {CLIP: clip}
"""How each of them is run."""
