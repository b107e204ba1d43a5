"""The marks that widgets draw, and their replacements where only ASCII may be used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    done: str
    past: str
    current: str
    next: str
    later: str
    skipped: str
    extra: str
    line: str
    dot: str
    times: str
    arrow: str
    back: str
    none: str
    more: str
    bars: str
    micro: str


_MARKS = {
    "done": ("✔", "+"),
    "past": ("✘", "!"),
    "current": ("▶", ">"),
    "next": ("○", "o"),
    "later": ("·", "."),
    "skipped": ("⊘", "/"),
    "extra": ("↻", "@"),
    "line": ("─", "-"),
    "dot": ("·", "|"),
    "times": ("×", "x"),
    "arrow": ("→", "->"),
    "back": ("◂", "<"),
    "none": ("—", "-"),
    "more": ("…", "~"),
    "bars": (" ▁▂▃▄▅▆▇█", " .:-=+*%#"),
    "micro": ("µ", "u"),
}
UNICODE, ASCII = (
    Glyphs(**{name: pair[column] for name, pair in _MARKS.items()}) for column in (0, 1)
)
