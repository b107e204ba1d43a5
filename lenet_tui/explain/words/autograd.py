"""Words of the autograd pane."""

from __future__ import annotations

from lenet_tui.text.notice import Table

AUTOGRAD: Table = {
    "autograd.none": (
        "No graph yet: forward builds it, op by op, as it computes.",
        "还没有计算图：前向传播边计算边逐个算子地建立它。",
    ),
    "autograd.alive": ("graph alive", "计算图仍在"),
    "autograd.freed": ("graph and its saved tensors freed", "计算图及其保存的张量已释放"),
    "autograd.ran": ("{done} of {total} nodes ran", "已运行 {done}/{total} 个节点"),
    "autograd.from-loss": ("loss.backward()", "loss.backward()"),
    "autograd.from-vector": (
        "output.backward({vector}): the vector–Jacobian product vᵀJ",
        "output.backward({vector})：向量–雅可比积 vᵀJ",
    ),
    "autograd.again": ("(shown above)", "（见上）"),
    "tab.autograd": ("Autograd", "自动求导"),
    "tab.explain": ("Explain", "解释"),
}
