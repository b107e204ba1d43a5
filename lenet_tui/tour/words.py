"""Words of the tour's pane, beside what the stops themselves say."""

from __future__ import annotations

from lenet_tui.text.notice import Table

TOURING: Table = {
    # What its keys do
    "touring.more": ("more", "下一页"),
    "touring.tour-next": ("next", "下一站"),
    "touring.tour-back": ("back", "上一站"),
    "touring.tour-here": ("return", "归位"),
    "touring.tour-stops": ("stops", "目录"),
    "touring.escape": ("leave", "离开"),
    "touring.words": ("text / lab", "文字 / 实验室"),
    # Toasts
    "touring.end": (
        "That was the last stop. escape closes the tour.",
        "这是最后一站。按 Esc 结束导览。",
    ),
    "touring.first": ("This is the first stop.", "这是第一站。"),
    "touring.left": (
        "The tour is closed, its session goes on. {key} opens it again.",
        "导览已关闭，它的会话继续。按 {key} 再次打开。",
    ),
    "touring.own": (
        "Back in your own session, as you left it.",
        "已回到你自己的会话，与离开时一样。",
    ),
    "dialog.tour.title": ("The stops of the tour", "导览的各站"),
    "dialog.tour.keys": ("enter go there   escape close", "回车 前往   Esc 关闭"),
}
