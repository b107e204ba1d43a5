"""What people read of a phase whose name alone would say too little."""

from __future__ import annotations

from lenet_tui.protocol.notices import NOTICES
from lenet_tui.protocol.phases import OTHER
from lenet_tui.text.notice import Notice, Table, notice
from lenet_tui.text.words import Words

PHASE_WORDS: Table = {
    "phase.other": NOTICES["protocol:own-code"],
    "phase.other.about": (
        "own code: work of the step that is none of its phases, such as an accuracy, or a gradient "
        "changed by hand; names and JSON have it as other.",
        "自写代码：训练步中不属于任何阶段的工作，例如计算准确率，或手动修改梯度"
        "（名称和 JSON 中写作 other）。",
    ),
}


def phase_text(phase: str, words: Words) -> str:
    """The phase as people read it; every other phase is called by its name in PyTorch."""
    return words("phase.other") if phase == OTHER.name else phase


def phase_noticed(phase: str) -> Notice | str:
    """The phase as people read it, as a value of a notice."""
    return notice("protocol:own-code") if phase == OTHER.name else phase


def phase_about(phase: str, words: Words) -> str:
    """What that word means; nothing where the phase has its own name."""
    return words("phase.other.about") if phase == OTHER.name else ""
