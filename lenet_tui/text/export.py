"""Words of the code pane and of the exported script's dialog."""

from __future__ import annotations

from lenet_tui.text.words import Table

EXPORT: Table = {
    "deck.code": ("Code", "代码"),
    "code.iteration": ("iteration {n}", "第 {n} 次迭代"),
    "code.skipped": ("skipped", "已跳过"),
    "code.extra": ("out of turn", "不按次序"),
    "code.vector": ("v = {vector}", "v = {vector}"),
    "code.done": ("{done} of {total}", "第 {done}/{total} 步"),
    "code.op": ("{done} of {total}: {op} · {name}", "第 {done}/{total} 步：{op} · {name}"),
    "code.and": (", ", "，"),
    "code.shape": ("{shape}", "{shape}"),
    "code.loss": ("{loss}", "{loss}"),
    "code.accumulated": ("gradients of {n} backwards, added up", "{n} 次 backward 的梯度之和"),
}
