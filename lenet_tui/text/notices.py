"""The notices that every room may need."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "text:verbatim": ("{text}", "{text}"),
}
