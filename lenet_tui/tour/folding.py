"""Python code folded to a narrow column, so that it still is the same code."""

from __future__ import annotations

import re

_GAP = re.compile(r"(?<=\S) {3,}")
_REMARK = re.compile(r"^(?P<code>.*?\S) +(?P<remark># .*)$")
_BREAK = re.compile(r", |(?<=\))(?=\.)|(?<=\])(?=\.)|(?<=\()(?=[^)])")
"""After a comma, before an attribute, after an opening parenthesis: within parentheses."""
INDENT = "    "


def fold(code: str, width: int) -> str:
    """``code`` with lines of at most ``width`` characters, where that can be done.

    A remark that has no room goes to the line above. Only what is in parentheses is broken.
    """
    lines = code.splitlines()
    if all(len(line) <= width for line in lines):
        return code
    return "\n".join(part for line in lines for part in _fold(_GAP.sub("  ", line), width))


def _fold(line: str, width: int) -> list[str]:
    if len(line) <= width or line.lstrip().startswith("#"):
        return [line]
    remark = _REMARK.match(line)
    if remark:
        start = line[: len(line) - len(line.lstrip())]
        return [start + remark["remark"], *_fold(remark["code"], width)]
    return _broken(line, width)


def _broken(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip())) + INDENT
    lines: list[str] = []
    while len(line) > width:
        before = "".join(lines)
        ends = [m.end() for m in _BREAK.finditer(line) if _inside(before + line[: m.end()])]
        ends = [end for end in ends if len(indent) < end < len(line)]
        if not ends:
            break
        fitting = [end for end in ends if len(line[:end].rstrip()) <= width]
        end = fitting[-1] if fitting else ends[0]
        lines.append(line[:end].rstrip())
        line = indent + line[end:]
    return [*lines, line]


def _inside(code: str) -> bool:
    """Whether a parenthesis is open at the end of ``code``; strings are not looked into."""
    return code.count("(") > code.count(")")
