"""Rich's text, broken into lines as ``wrapping`` breaks them where there are wide characters."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.containers import Lines
from rich.text import Text

from lenet_tui.text.wrapping import breaks, has_wide


class WideText(Text):
    """Text of any language for rich's tables, paragraphs and logs.

    In a table rich would crop a sentence without blanks, which it takes for one word.
    """

    def wrap(self, console: Console, width: int, **how: Any) -> Lines:
        """The lines of at most ``width`` cells; ``how`` as of ``rich.text.Text.wrap``."""
        if how.get("no_wrap") or self.no_wrap or width < 2 or not has_wide(self.plain):
            return super().wrap(console, width, **how)
        pieces = Lines()
        for line in self.split(allow_blank=True):
            pieces.extend(line.divide(breaks(line.plain, width, cell_len)))
        return Text("\n").join(pieces).wrap(console, width, **how)
