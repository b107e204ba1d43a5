"""Words of the tensor panes: titles, legends, states."""

from __future__ import annotations

from lenet_tui.text.notice import Table

PANES: Table = {
    "view.none": (
        "None: no backward has reached it yet.",
        "None：反向传播还没有到达它。",
    ),
    "view.none.zeroed": (
        "None: zero_grad() has set it to None; the next backward computes it again.",
        "None：zero_grad() 已把它设为 None；下一次反向传播会重新算出它。",
    ),
    "view.none.activation": (
        "None: backward has not come to it yet, or it needs no gradient.",
        "None：反向传播还没有到达它，或者它不需要梯度。",
    ),
    "view.empty": ("It has no elements.", "它没有元素。"),
    "follow.on": ("the tensor panes follow each op", "张量窗格跟随每个算子"),
    "follow.off": ("the tensor panes stay at {tensor}", "张量窗格停留在 {tensor}"),
    "view.next": ("input of the next forward", "下一次 forward 的输入"),
    "view.ahead": ("Not computed yet.", "尚未计算。"),
    "view.unknown": ("There is no such tensor.", "没有这个张量。"),
    "view.block": (
        "max |x| of {down}×{across} per pixel",
        "每像素为 {down}×{across} 个元素中 |x| 最大者",
    ),
    "view.tiles": ("{first}–{last} of {count}", "第 {first}–{last} 个，共 {count} 个"),
    "view.channel": ("channel {name}", "通道 {name}"),
    "view.kernel": ("kernel {name}", "卷积核 {name}"),
    "view.largest": ("largest of {count}", "{count} 个中最大者"),
    "view.scale-moved": ("scale moved", "色标已变"),
    "view.from": ("from iteration {iteration}'s {phase}", "来自第 {iteration} 次迭代的 {phase}"),
    "view.accumulated": ("sum of {count} backwards", "{count} 次反向传播之和"),
    "image.title": ("Input", "输入"),
    "image.target": ("target {target}", "目标 {target}"),
    "image.sample": ("sample {number} of {count}", "第 {number} 个样本，共 {count} 个"),
    "output.title": ("Output", "输出"),
    "output.softmax": ("probabilities (softmax)", "概率（softmax）"),
    "output.raw": ("raw outputs", "原始输出"),
    "output.target": ("raw outputs → target", "原始输出 → 目标"),
}
