"""Seeds that cost as little as the generator: each session, script and example sets one."""

from __future__ import annotations

import sys
from types import SimpleNamespace


def cheapen_seeds() -> None:
    """Have torch note a seed for GPUs that are not used yet without a text of the whole stack.

    It shows that text if the GPU then cannot be seeded. Under pytest a stack is long.
    """
    for name in ("torch.cuda", "torch.xpu"):
        if name in sys.modules:
            sys.modules[name].traceback = SimpleNamespace(format_stack=list)  # type: ignore[attr-defined]
