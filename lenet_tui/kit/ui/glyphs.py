"""The marks that widgets draw, and their replacements where only ASCII may be used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    done: str = "✔"
    past: str = "✘"
    warning: str = "▲"
    current: str = "▶"
    next: str = "○"
    later: str = "·"
    skipped: str = "⊘"
    stopped: str = "■"
    extra: str = "↻"
    missing: str = "∅"
    moved: str = "↓"
    line: str = "─"
    dot: str = "·"
    times: str = "×"
    arrow: str = "→"
    back: str = "◂"
    none: str = "—"
    more: str = "…"
    bars: str = " ▁▂▃▄▅▆▇█"
    micro: str = "µ"
    folded: str = "▸"
    opened: str = "▾"
    frozen: str = "∗"
    tied: str = "="
    ungrouped: str = "∅"
    way: str = "━"
    tick: str = "┼"


UNICODE = Glyphs()
ASCII = Glyphs(
    done="+", past="!", warning="^", current=">", next="o", later=".", skipped="/", stopped="#",
    extra="@", missing="0", moved="v", line="-", dot="|", times="x", arrow="->", back="<",
    none="-", more="~", bars=" .:-=+*%#", micro="u", folded=">", opened="v", frozen="*",
    ungrouped="0", way="=", tick="+",
)  # fmt: skip
