"""A gradient that clipping, or work by hand, made NaN or infinite after backward; or that
``torch.autograd.grad`` returned so.
"""

from __future__ import annotations

from torch import Tensor

from lenet_tui.findings.engine.numbers.elements import finite, first_bad
from lenet_tui.findings.engine.numbers.forward_birth import Birth
from lenet_tui.findings.engine.numbers.many import all_finite
from lenet_tui.protocol.phases import CLIP, OTHER
from lenet_tui.tape.engine.entries import GradientEntry, OpEntry
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


def asked_birth(asked: list[tuple[OpEntry, str, Tensor]], loss: Tensor | None) -> Birth | None:
    """The first gradient that came back not finite, of a loss that is finite.

    ``asked``: the op, the parameter's name and its gradient.
    """
    if loss is None or not finite(loss) or all_finite(gradient for _, _, gradient in asked):
        return None
    for op, name, gradient in asked:
        if not finite(gradient):
            index, bad = first_bad(gradient)
            return Birth(
                "backward", name, "asked", float(gradient[index]), index, bad, gradient.numel(),
                str(gradient.dtype)[6:], (), op,
            )  # fmt: skip
    return None
