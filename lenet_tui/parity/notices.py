"""Why an iteration cannot be compared."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "parity:there": ("{place}: {why}", "{place}：{why}"),
    "parity:no-place": (
        "{name!r} is not a place to compare with: a device, {single} or {double}",
        "{name!r} 不是可对比的位置：请给一个设备、{single} 或 {double}",
    ),
    "parity:script": (
        "the objects are the script's own: a second copy of them, elsewhere, cannot be made here",
        "这些对象属于脚本本身：不能在别处再造一份",
    ),
    "parity:own-step": (
        "a step of your own cannot be run on two devices: where its tensors go, it says itself",
        "您自己的 step 不能在两个设备上运行：张量放在哪里由它自己决定",
    ),
}
