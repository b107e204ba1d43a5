"""The optimizers, one row each: the options, the engine and the export read this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer of ``torch.optim``, or the update by hand as in the notebook.

    ``made_by``: the class in ``torch.optim``; empty: by hand. ``arguments``: those of the class
    beside the parameters and ``lr``. ``state``: the tensors that it holds for each parameter,
    by torch's names.
    """

    name: str
    made_by: str = ""
    arguments: Mapping[str, float] = field(default_factory=dict)
    state: tuple[str, ...] = ()

    def statement(self) -> str:
        """``optimizer = torch.optim.SGD(…)``, to the bit as it is run; empty for by hand."""
        if not self.made_by:
            return ""
        more = "".join(f", {name}={value!r}" for name, value in self.arguments.items())
        made = f"torch.optim.{self.made_by}"
        return f"optimizer = {made}(net.parameters(), lr=lr{more})"


AVERAGES = ("exp_avg", "exp_avg_sq", "step")

OPTIMIZERS = {
    o.name: o
    for o in (
        Optimizer("manual"),
        Optimizer("sgd", "SGD"),
        Optimizer("momentum", "SGD", {"momentum": 0.9}, ("momentum_buffer",)),
        Optimizer("adam", "Adam", state=AVERAGES),
        Optimizer("adamw", "AdamW", {"weight_decay": 0.01}, AVERAGES),
        Optimizer("rmsprop", "RMSprop", state=("square_avg", "step")),
    )
}
"""Every optimizer by its name."""

STATES = tuple(dict.fromkeys(key for o in OPTIMIZERS.values() for key in o.state))
"""The names of the tensors that any of them holds."""
