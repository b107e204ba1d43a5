"""Words of the panes that show tensors, the batch and the output."""

from __future__ import annotations

from lenet_tui.text.notice import Table

PANES: Table = {
    # Tensor panes
    "view.none": (
        "None: no backward has reached it yet.",
        "None：反向传播还没有到达它。",
    ),
    "view.none.zeroed": (
        "None: zero_grad() has set it to None; the next backward computes it again.",
        "None：zero_grad() 已把它设为 None；下一次反向传播会重新算出它。",
    ),
    "view.none.data": (
        "None: data needs no gradient (requires_grad is False), so backward computes none.",
        "None：数据不需要梯度（requires_grad 为 False），所以反向传播不计算它。",
    ),
    "view.none.apart": (
        "None: backward is done and has computed none here. Either it needs no gradient "
        "(requires_grad is False), or the loss does not depend on it.",
        "None：反向传播已完成，这里没有算出梯度：或者它不需要梯度（requires_grad 为 False），"
        "或者损失与它无关。",
    ),
    "view.empty": ("It has no elements.", "它没有元素。"),
    "follow.on": ("the tensor panes follow each op", "张量窗格跟随每个算子"),
    "follow.off": ("the tensor panes stay at {tensor}", "张量窗格停留在 {tensor}"),
    "view.next": ("input of the next forward", "下一次 forward 的输入"),
    "view.ahead": ("Not computed yet.", "尚未计算。"),
    "view.unknown": ("There is no such tensor.", "没有这个张量。"),
    "view.block": ("max |x| of {down}×{across}", "{down}×{across} 取最大 |x|"),
    "view.tiles": ("{first}–{last} of {count}", "第 {first}–{last} 个，共 {count} 个"),
    "view.channel": ("channel {name}", "通道 {name}"),
    "view.kernel": ("kernel {name}", "卷积核 {name}"),
    "view.largest": ("largest of {count}", "{count} 个中最大者"),
    "view.scale-moved": ("scale moved", "色标已变"),
    "view.from": ("from iteration {iteration}'s {phase}", "来自第 {iteration} 次迭代的 {phase}"),
    "view.unscaled": ("divided by the loss scale {scale}", "已除以损失的缩放系数 {scale}"),
    "view.accumulated": ("sum of {count} backward passes", "{count} 次反向传播之和"),
    "image.title": ("Input", "输入"),
    "image.augmented": ("augmented", "已增强"),
    "image.target": ("target {target}", "目标 {target}"),
    "dialog.edit.title": ("Edit a number", "修改一个数"),
    "dialog.edit.keys": ("enter set it   escape close", "回车 设置   Esc 关闭"),
    "edit.help": (
        "A number for {cell}, such as 0.5; nan and inf too. What follows is computed with it.",
        "为 {cell} 输入一个数，例如 0.5；也可为 nan 或 inf。之后的计算都使用它。",
    ),
    "edit.none": (
        "{cell} cannot be edited: only numbers of parameters and of the input can",
        "不能修改 {cell}：只能修改参数和输入中的数",
    ),
    "image.drawn": ("by hand", "手动放入"),
    "image.edited": ("edited by hand", "手动修改"),
    "image.sample": ("sample {number} of {count}", "第 {number} 个样本，共 {count} 个"),
    "glance.title": ("At a glance", "一览"),
    "glance.predicted": ("predicted {target}", "预测 {target}"),
    "glance.farthest": ("farthest from its target:", "与目标相差最大的："),
    "glance.image": ("input", "输入"),
    "glance.output": ("output", "输出"),
    "glance.loss": ("loss", "损失"),
    "glance.tabs": ("code", "代码"),
    "image.keys": ("{keys} sample", "{keys} 样本"),
    "sample.one": ("the batch has one sample only", "这个批量只有一个样本"),
    "output.title": ("Output", "输出"),
    "output.largest": ("largest {n} of {count}", "{count} 个中最大的 {n} 个"),
    "output.position": ("position {number} of {count}", "位置 {number}，共 {count} 个"),
    "output.keys": ("{keys} position", "{keys} 位置"),
    "position.one": ("the output has one position only", "输出只有一个位置"),
    "image.tokens": ("tokens {first}–{last} of {count}", "第 {first}–{last} 个词元，共 {count} 个"),
    "image.values": ("{first}–{last} of {count}", "第 {first}–{last} 个，共 {count} 个"),
    "image.colour": ("colours from {low} to {high}", "颜色范围 {low} 到 {high}"),
    "output.softmax.short": ("softmax", "softmax"),
    "output.raw.short": ("raw", "原始"),
    "output.target.short": ("raw → target", "原始 → 目标"),
    "output.softmax": ("probabilities (softmax)", "概率（softmax）"),
    "output.raw": ("raw outputs", "原始输出"),
    "output.target": ("raw outputs → target", "原始输出 → 目标"),
}
