"""Modules that are frozen in name: ``requires_grad`` was set on them, where nobody reads it."""

from __future__ import annotations

from collections.abc import Iterable

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.iteration import Iteration
from lenet_tui.findings.finding import Finding
from lenet_tui.protocol.phases import UPDATE

FLAG = "requires_grad"


class FrozenInName(Detector):
    """Looks at what has moved in the modules that have such an attribute."""

    def look(self, iteration: Iteration) -> Iterable[Finding]:
        if iteration.error is not None:
            return
        named = [path for path, m in iteration.trainer.modules() if m.__dict__.get(FLAG) is False]
        if not named:
            return
        inside = [f"{path}." if path else "" for path in named]
        moved = [
            name
            for name in iteration.trainer.parameters
            if name.startswith(tuple(inside))
            and iteration.trains.get(name)
            and _moved(iteration, name)
        ]
        if moved:
            evidence = {
                "reason": "in_name", "modules": named, "parameters": moved, "count": len(moved),
            }  # fmt: skip
            yield Finding("frozen-but-moves", UPDATE.name, moved[0], "", evidence)


def _moved(iteration: Iteration, name: str) -> bool:
    before, after = iteration.before.get(name), iteration.after.get(name)
    return before is not None and after is not None and not before.equal(after)
