"""The last check of a session, with what was tried on its step since then."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lenet_tui.findings.finding import ERROR, NOTE, WARNING, Findings
from lenet_tui.findings.probes import ProbeAnswer
from lenet_tui.findings.words.probes import as_finding

GRAVITY = (ERROR, WARNING, NOTE)


@dataclass(slots=True)
class Checked:
    """The last check of a session: what it found, from which iteration on.

    ``answers``: of probes on that step since then, the newest first, one of each; ``refused``: why
    others have none, by the probe.
    """

    found: Findings | None = None
    iteration: int = 0
    answers: list[ProbeAnswer] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> Findings | None:
        """What was found, and what follows from the answers, the gravest first."""
        if self.found is None:
            return None
        more = [made for answer in self.answers if (made := as_finding(answer)) is not None]
        every = sorted([*self.found.findings, *more], key=lambda f: GRAVITY.index(f.level))
        return replace(self.found, findings=tuple(every))
