"""Words of the cell inspector."""

from __future__ import annotations

from lenet_tui.text.notice import Table

INSPECTOR: Table = {
    "inspect.title": ("Where it comes from", "来源"),
    "inspect.asking": ("working it out …", "正在计算…"),
    "inspect.running": ("running: it is explained when the run stops", "运行中：停下后再解释"),
    "inspect.operands": ("operands", "操作数"),
    "inspect.term": ("term", "项"),
    "inspect.running-sum": ("so far", "累计"),
    "inspect.more": ("{count} more terms: enter unfolds", "其余 {count} 项：回车展开"),
    "inspect.more.one": ("1 more term: enter unfolds", "其余 1 项：回车展开"),
    "inspect.others": ("{count} more operands: enter unfolds", "其余 {count} 个操作数：回车展开"),
    "inspect.others.one": ("1 more operand: enter unfolds", "其余 1 个操作数：回车展开"),
    "inspect.sum": ("sum of {count} in float64", "{count} 项之和（float64）"),
    "inspect.reads": ("reads", "读取"),
    "inspect.receptive": ("receptive field in the input", "在输入中的感受野"),
    "inspect.reaches": ("reaches", "影响到"),
    "inspect.differing": ("central difference …", "正在求中心差分…"),
    "inspect.no-difference": (
        "only a parameter's gradient can be checked by a central difference",
        "只有参数的梯度可以用中心差分核对",
    ),
    "inspect.key.choose": ("choose", "选择"),
    "inspect.key.follow": ("its source", "来源"),
    "inspect.key.back": ("back", "返回"),
    "inspect.key.order": ("in order", "按顺序"),
    "inspect.key.largest": ("largest first", "从大到小"),
    "inspect.key.check": ("central difference", "中心差分"),
    "inspect.key.edit": ("edit", "修改"),
    "inspect.key.home": ("close", "关闭"),
}
