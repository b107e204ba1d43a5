"""The optimizers, one row each: the options, the engine and the export read this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer of ``torch.optim``, or the update by hand as in the notebook.

    ``made_by``: the class in ``torch.optim``; empty: by hand. ``arguments``: those of the class
    beside the parameters and ``lr``. ``state``: the tensors that it holds for each parameter,
    by torch's names. ``takes``: those of ``SETTINGS`` that it has; torch's own value of each is 0.
    """

    name: str
    made_by: str = ""
    arguments: Mapping[str, float] = field(default_factory=dict)
    state: tuple[str, ...] = ()
    takes: tuple[str, ...] = ("weight_decay",)

    def given(self, settings: Mapping[str, float]) -> dict[str, float]:
        """``arguments`` with those of ``settings`` that are not ``ITS_OWN`` in their place."""
        told = {name: value for name, value in settings.items() if value != ITS_OWN}
        return {**self.arguments, **told}

    def statement(self, settings: Mapping[str, float]) -> str:
        """``optimizer = torch.optim.SGD(…)``, to the bit as it is run; empty for by hand."""
        if not self.made_by:
            return ""
        given = self.given(settings)
        more = "".join(f", {name}={value!r}" for name, value in given.items())
        made = f"torch.optim.{self.made_by}"
        return f"optimizer = {made}(net.parameters(), lr=lr{more})"


SETTINGS = ("momentum", "weight_decay")
"""Arguments of optimizers that are options of a session."""
ITS_OWN = -1.0
"""The value of such an option that leaves it to the optimizer."""
AVERAGES = ("exp_avg", "exp_avg_sq", "step")

OPTIMIZERS = {
    o.name: o
    for o in (
        Optimizer("manual", takes=()),
        Optimizer("sgd", "SGD", takes=SETTINGS),
        Optimizer("momentum", "SGD", {"momentum": 0.9}, ("momentum_buffer",), SETTINGS),
        Optimizer(
            "nesterov", "SGD", {"momentum": 0.9, "nesterov": True}, ("momentum_buffer",), SETTINGS
        ),
        Optimizer("adam", "Adam", state=AVERAGES),
        Optimizer("adamw", "AdamW", {"weight_decay": 0.01}, AVERAGES),
        Optimizer("rmsprop", "RMSprop", state=("square_avg", "step"), takes=SETTINGS),
    )
}
"""Every optimizer by its name."""

STATES = tuple(dict.fromkeys(key for o in OPTIMIZERS.values() for key in o.state))
"""The names of the tensors that any of them holds."""
