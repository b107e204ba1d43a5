"""Keys as people write them."""

from __future__ import annotations

from textual.keys import format_key

_NAMES = {
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
    "escape": "Esc",
    "backspace": "Backspace",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
}


def key_name(key: str) -> str:
    """``shift+f10`` as ``Shift+F10``, ``question_mark`` as ``?``, ``n`` as ``n``."""
    *modifiers, last = key.split("+")
    if last in _NAMES:
        name = _NAMES[last]
    elif len(last) > 1 and last[0] == "f" and last[1:].isdigit():
        name = last.upper()
    else:
        name = format_key(last)
    return "+".join([*(m.capitalize() for m in modifiers), name])
