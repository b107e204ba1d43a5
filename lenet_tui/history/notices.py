"""The notices about keyframes and about stepping back."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "history:does-not-fit": (
        "the saved session does not fit this one: {error}",
        "保存的会话与当前会话不符：{error}",
    ),
    "history:unreadable": (
        "the saved session holds a keyframe that cannot be read",
        "保存的会话含有无法读取的关键帧",
    ),
}
