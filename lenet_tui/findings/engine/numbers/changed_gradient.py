"""A gradient that clipping, or work by hand, made NaN or infinite after backward."""

from __future__ import annotations

from lenet_tui.findings.engine.numbers.elements import finite, first_bad
from lenet_tui.findings.engine.numbers.forward_birth import Birth
from lenet_tui.findings.engine.numbers.many import all_finite
from lenet_tui.protocol.phases import CLIP, OTHER
from lenet_tui.tape.engine.entries import GradientEntry
from lenet_tui.tape.engine.tape import Tape, TapeSegment


def changed_gradient_birth(tape: Tape) -> tuple[Birth, TapeSegment] | None:
    """The first gradient that was finite before such a phase and is not after it, and the phase.

    What a scaler divides by its scale is left out: it looks at that itself.
    """
    for segment in tape.segments:
        changed = segment.entries if segment.phase in (CLIP, OTHER) else ()
        entries = [e for e in changed if isinstance(e, GradientEntry) and e.before is not None]
        for entry in () if all_finite(e.after for e in entries) else entries:
            if entry.after is None or finite(entry.after) or not finite(entry.before):
                continue
            assert entry.before is not None
            index, bad = first_bad(entry.after)
            facts = {"gradient": float(entry.before[index]), **entry.facts}
            birth = Birth(
                "backward", entry.name, "clipped" if segment.phase is CLIP else "changed",
                float(entry.after[index]), index, bad, entry.after.numel(),
                str(entry.after.dtype)[6:], (), None, segment.phase.name, facts,
            )  # fmt: skip
            return birth, segment
    return None
