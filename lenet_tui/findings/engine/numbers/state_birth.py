"""State that stopped being finite though loss and gradients are: parameters, buffers, moments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import Tensor

from lenet_tui.findings.engine.numbers.elements import finite, first_bad
from lenet_tui.findings.engine.numbers.forward_birth import Birth
from lenet_tui.findings.engine.numbers.many import all_finite
from lenet_tui.protocol.phases import FORWARD, UPDATE
from lenet_tui.tape.engine.entries import UpdateEntry
from lenet_tui.tape.engine.tape import Tape

STATISTICS = ("running_mean", "running_var")
"""How the names of batch statistics end."""


def state_birth(
    tape: Tape, before: Mapping[str, Tensor], after: Mapping[str, Tensor]
) -> Birth | None:
    """The first tensor of the state that an iteration made not finite; ``None``: none.

    ``before``, ``after``: parameters and buffers by name. What was infinite before, as a mask that
    is a buffer, is none; of batch statistics it is one, as evaluation alone reads them.
    """
    updates = [e for s in tape.segments if s.phase is UPDATE for e in s.updates]
    news = (t for u in updates for t in (u.after, *u.state_after.values()))
    for update in () if all_finite(news) else updates:
        made = next(_of_update(update), None)
        if made is not None:
            return made
    parameters = {update.name for update in updates} | tape.base.values.keys()
    others = {name: value for name, value in after.items() if name not in parameters}
    for name, value in () if all_finite(others.values()) else others.items():
        was = before.get(name)
        if finite(value):
            continue
        if was is None or finite(was):
            return _birth(name, "buffer", value, FORWARD.name, {})
        if name.endswith(STATISTICS):
            return _birth(name, "given", value, FORWARD.name, {})
    return None


def _of_update(entry: UpdateEntry) -> Iterator[Birth]:
    if not (finite(entry.before) and finite(entry.grad)):
        return
    if not finite(entry.after):
        index, _ = first_bad(entry.after)
        facts: dict[str, float | str] = {
            "lr": entry.lr,
            "weight": float(entry.before[index]),
            "optimizer": entry.optimizer,
        }
        if entry.grad is not None:
            facts["gradient"] = float(entry.grad[index])
        for key, value in entry.state_after.items():
            if value.shape == entry.after.shape:
                facts[key] = float(value[index])
        yield _birth(entry.name, "update", entry.after, UPDATE.name, facts)
    for key, value in entry.state_after.items():
        known = entry.state.get(key)
        if not finite(value) and (known is None or finite(known)):
            facts = {"slot": key, "optimizer": entry.optimizer}
            if entry.grad is not None and value.shape == entry.grad.shape:
                facts["gradient"] = float(entry.grad[first_bad(value)[0]])
            yield _birth(entry.name, "moment", value, UPDATE.name, facts)


def _birth(
    name: str, cause: str, value: Tensor, phase: str, facts: Mapping[str, float | str]
) -> Birth:
    index, bad = first_bad(value)
    return Birth(
        "state", name, cause, float(value.detach()[index]), index, bad, value.numel(),
        str(value.dtype)[6:], (), None, phase, facts,
    )  # fmt: skip
