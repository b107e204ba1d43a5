"""Words of the tour: of its pane, and what the stops say."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.tour.words_layers import TOUR_LAYERS
from lenet_tui.tour.words_learning import TOUR_LEARNING
from lenet_tui.tour.words_training import TOUR_TRAINING

TOUR: Table = {
    "tour.title": ("The tour: neural networks with torch.nn", "导览：用 torch.nn 搭建神经网络"),
    "tour.progress": ("stop {number} of {count}", "第 {number} 站，共 {count} 站"),
    "tour.here": ("The session is at this stop.", "会话正处于这一站。"),
    "tour.going": ("On the way to this stop …", "正在前往这一站…"),
    "tour.away": ("Stepped away: {key} brings this stop back.", "已离开此站：按 {key} 回来。"),
    "tour.prints": ("Here it prints", "在此处打印出"),
    "tour.lab": ("{key} opens the layer lab again.", "按 {key} 再次打开层实验室。"),
    **TOUR_LAYERS,
    **TOUR_TRAINING,
    **TOUR_LEARNING,
    # What its keys do
    "touring.more": ("more", "下一页"),
    "touring.tour-next": ("next", "下一站"),
    "touring.tour-back": ("back", "上一站"),
    "touring.tour-here": ("again", "回到此站"),
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
    "touring.returning": ("Your own session comes back …", "正在回到你自己的会话…"),
    "touring.own": (
        "Back in your own session, as you left it.",
        "已回到你自己的会话，与离开时一样。",
    ),
    "dialog.tour.title": ("The stops of the tour", "导览的各站"),
    "dialog.tour.keys": ("enter go there   escape close", "回车 前往   Esc 关闭"),
}
