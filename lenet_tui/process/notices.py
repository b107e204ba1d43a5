"""The notices about the engine's process."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "process:not-started": ("the engine has not been started", "引擎尚未启动"),
}
