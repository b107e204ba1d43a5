"""Why an iteration cannot be compared."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "parity:there": ("{place}: {why}", "{place}：{why}"),
    "parity:no-place": (
        "{name!r} is not a place to compare with: a device, {single} or {double}",
        "{name!r} 不是可对比的位置：请给一个设备、{single} 或 {double}",
    ),
}
