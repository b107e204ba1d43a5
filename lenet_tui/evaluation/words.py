"""What is said of an evaluation."""

from __future__ import annotations

from lenet_tui.text.notice import Table

EVALUATION: Table = {
    "evaluation.accuracy": (
        "test accuracy {percent} % ({correct} of {total})",
        "测试准确率 {percent} %（{total} 个中 {correct} 个）",
    ),
    "evaluation.loss": ("test loss {loss} ({total} samples)", "测试损失 {loss}（{total} 个样本）"),
    "evaluation.nothing": (
        "test: no classes and no loss to measure ({total} samples)",
        "测试：没有可衡量的类别或损失（{total} 个样本）",
    ),
    "evaluation.after": ("{what} after iteration {n}", "第 {n} 次迭代后{what}"),
    "evaluation.short": ("test {percent} % at {n}", "第 {n} 次后测试 {percent} %"),
    "evaluation.short.loss": ("test loss {loss} at {n}", "第 {n} 次后测试损失 {loss}"),
    "evaluation.short.nothing": ("test: nothing to measure", "测试：没有可衡量的"),
    "evaluation.least": ("test {percent} %", "测试 {percent} %"),
    "evaluation.least.loss": ("test loss {loss}", "测试损失 {loss}"),
    "evaluation.least.nothing": ("test –", "测试 –"),
    "evaluation.epoch": ("epoch {epochs}", "轮次 {epochs}"),
    "evaluation.right": ("{correct} of {total} right", "{total} 中对 {correct}"),
}
