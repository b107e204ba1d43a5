"""Why the command line cannot do what was asked of it."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "cli:no-terminal": ("{stream} is no terminal", "{stream} 不是终端"),
    "cli:closed": ("{stream} is closed", "{stream} 已关闭"),
    "cli:dumb": ("TERM is dumb", "TERM 为 dumb"),
}
