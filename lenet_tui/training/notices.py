"""The notices that reject data, a device or a phase."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "training:batch-too-large": (
        "batch-size {size} is more than there is to train on:"
        " {data} has {count} samples for that; at most {count}",
        "batch-size {size} 超过可训练的样本：{data} 有 {count} 个；最多 {count}",
    ),
    "training:unusable-data": (
        "data {path!r} cannot be used: {why};"
        " digits, random, or an .npz file with arrays images and labels",
        "无法使用数据 {path!r}：{why}；可用 digits、random，或含 images 与 labels 数组的 .npz 文件",
    ),
    "training:unknown-device": (
        "device {name!r} is unknown: auto, cpu, cuda, cuda:N or mps",
        "未知设备 {name!r}：可选 auto、cpu、cuda、cuda:N 或 mps",
    ),
    "training:absent-device": (
        "device {name} is not here: {problem}; usable here: {usable}",
        "这里没有设备 {name}：{problem}；可用：{usable}",
    ),
}
