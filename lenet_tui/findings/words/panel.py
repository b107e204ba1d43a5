"""Words of the findings panel: its list, the drawings of places, and the parameter ledger."""

from __future__ import annotations

from lenet_tui.text.notice import Table

PANEL: Table = {
    "dialog.findings.title": ("What is wrong with this step", "这一步有什么问题"),
    "dialog.findings.keys": (
        "enter its place  p parameters  r again  escape close",
        "回车 查看所在  p 参数表  r 重新检查  Esc 关闭",
    ),
    "panel.keys.none": ("p parameters  r again  escape close", "p 参数表  r 重新检查  Esc 关闭"),
    "panel.keys.place": (
        "enter go there  p parameters  backspace the list  escape close",
        "回车 转到该处  p 参数表  退格 返回列表  Esc 关闭",
    ),
    "panel.keys.ledger": (
        "enter go there  backspace the list  escape close",
        "回车 转到该处  退格 返回列表  Esc 关闭",
    ),
    "panel.keys.nowhere": (
        "p parameters  backspace the list  escape close",
        "p 参数表  退格 返回列表  Esc 关闭",
    ),
    "panel.checking": ("checking {n} iterations …", "正在检查 {n} 次迭代…"),
    "panel.trying": ("{probe}: trying …", "{probe}：正在试验…"),
    "panel.of": (
        "{found} Checked from iteration {n} on; all undone.",
        "{found}从第 {n} 次迭代起检查；已全部撤销。",
    ),
    "panel.went-on": (
        "{found} Checked from iteration {n} on; the script went on to {last}.",
        "{found}从第 {n} 次迭代起检查；脚本继续运行到第 {last} 次。",
    ),
    "panel.older": (
        "{found} Checked from iteration {n} on; the step shown is in iteration {here}: r checks "
        "it.",
        "{found}从第 {n} 次迭代起检查；当前显示第 {here} 次迭代：按 r 检查。",
    ),
    "panel.probes": (
        "Probes, each undone: {names}",
        "试验，各自撤销：{names}",
    ),
    "panel.probes.short": (
        "Probes: o overfit  z zeros  s shuffle  t train/eval  b batch  l step size",
        "试验：o 过拟合  z 置零  s 打乱标签  t train/eval  b 批内独立  l 步长",
    ),
    "panel.no-probes": (
        "Probes need a step that can be run again: lt.step, or --model FILE.",
        "试验需要可重新运行的一步：用 lt.step 或 --model FILE。",
    ),
    "panel.probe.result": (
        "{probe}, iteration {n}: {verdict}",
        "{probe}，第 {n} 次迭代：{verdict}",
    ),
    # drawings
    "panel.axis": ("axis", "轴"),
    "panel.prediction": ("prediction", "预测"),
    "panel.target": ("target", "目标"),
    "panel.result": ("result", "结果"),
    "panel.stretched": ("stretched", "被拉伸"),
    "panel.pairs": (
        "{pairs} differences instead of {expected}: each prediction meets other samples' targets.",
        "{pairs} 个差，而不是 {expected} 个：每个预测遇上了其他样本的目标。",
    ),
    "panel.before-cut": ("{names}: require grad", "{names}：需要梯度"),
    "panel.cut": ("cut: {op}, its result does not require grad", "断开：{op}，其结果不需要梯度"),
    "panel.after-cut": ("the loss: its backward ends here", "损失：反向传播到此为止"),
    "panel.version": ("version {n}", "版本 {n}"),
    "panel.saved": ("saved by {op} for {node}", "由 {op} 为 {node} 保存"),
    "panel.written": ("written by {op}", "由 {op} 写入"),
    "panel.needs": (
        "backward needs version {saved} and finds {version}",
        "反向传播需要版本 {saved}，找到的是 {version}",
    ),
    "panel.first-made": ("first made at {index}: {value}", "最先出现在 {index}：{value}"),
    "panel.first-found": ("the first of them at {index}: {value}", "第一个在 {index}：{value}"),
    "panel.received": ("gradient that came", "传来的梯度"),
    "panel.slope": ("slope of the op", "算子的斜率"),
    "panel.operand": ("the operand's number", "操作数的值"),
    "panel.shapes": ("operands  {shapes}", "操作数  {shapes}"),
    "panel.unchosen": ("not chosen by {op}", "{op} 没有选它"),
    "panel.counted": ("{bad} of {total} elements", "{total} 个元素中的 {bad} 个"),
    "panel.born": ("iteration {n}", "第 {n} 次迭代"),
    "panel.born-before": ("before the first iteration", "第一次迭代之前"),
    "panel.edge": ("the backward walks into it", "反向传播走进了它"),
    "panel.depth.gradients": (
        "norm of the gradient of each layer's output; a bar grows with its power of ten",
        "各层输出的梯度范数；横条随其数量级增长",
    ),
    "panel.depth.activations": (
        "root mean square of each layer's output; a bar grows with its power of ten",
        "各层输出的均方根；横条随其数量级增长",
    ),
    "panel.along": ("the loss after parts of the step", "走完这一步的若干部分之后的损失"),
    "panel.taken": ("the step taken", "实际走的一步"),
    "panel.absent": ("not in this iteration", "本次迭代没有"),
    # the ledger
    "panel.ledger": ("Parameters at the cursor", "光标处的参数"),
    "ledger.name": ("parameter", "参数"),
    "ledger.shape": ("shape", "形状"),
    "ledger.registered": ("reg.", "登记"),
    "ledger.grad": ("req.", "需梯度"),
    "ledger.group": ("group", "组"),
    "ledger.path": ("path", "通路"),
    "ledger.gradient": ("gradient", "梯度"),
    "ledger.moved": ("moved", "移动"),
    "ledger.shares": ("shares with", "共享"),
    "ledger.none": ("None", "None"),
    "ledger.zero": ("0", "0"),
    "ledger.unknown": ("?", "?"),
    "ledger.stranger": ("(no parameter)", "（不是参数）"),
    "ledger.about": (
        "reg.: in named_parameters(); req.: requires_grad; group: of the optimizer; path: to the "
        "loss; moved in this iteration. ?: not known here.",
        "登记：在 named_parameters() 中；需梯度：requires_grad；组：优化器的参数组；通路：到损失；"
        "移动指本次迭代中改变。?：此处未知。",
    ),
}
