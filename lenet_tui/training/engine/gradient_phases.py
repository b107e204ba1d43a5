"""The phases between backward and update that change gradients, as torch runs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from lenet_tui.protocol.options import Options
from lenet_tui.protocol.phases import Phase

Facts = dict[str, Tensor]
"""Numbers that a phase computed, by name, each a tensor without dimensions: nobody has waited for
the device yet.
"""
GradientPhase = Callable[[Sequence[Tensor], Options], Facts]
"""Changes the ``.grad`` of parameters in place, as the phase's statement does."""

GRADIENT_PHASES: dict[Phase, GradientPhase] = {}
"""How each of them is run."""
