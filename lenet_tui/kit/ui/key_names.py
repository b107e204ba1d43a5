"""Keys as people write them."""

from __future__ import annotations

from textual.keys import format_key

_SHORT = {"pagedown": "PgDn", "pageup": "PgUp", "escape": "Esc"}
_WORDS = ("down", "up", "left", "right", "backspace", "enter", "space", "tab")


def key_name(key: str) -> str:
    """``shift+f10`` as ``Shift+F10``, ``question_mark`` as ``?``, ``n`` as ``n``."""
    *modifiers, last = key.split("+")
    if last in _WORDS or (last[0] == "f" and last[1:].isdigit()):
        name = last.capitalize()
    else:
        name = _SHORT.get(last) or format_key(last)
    return "+".join([*(m.capitalize() for m in modifiers), name])
