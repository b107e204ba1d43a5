"""Words of a check as a whole, and of what was raised."""

from __future__ import annotations

from lenet_tui.text.notice import Table

CHECK: Table = {
    "findings.follows": (" This follows from {follows}.", "这是 {follows} 的后果。"),
    "findings.follows.fix": (
        "Mend that first, then check again: {follows}.",
        "先修复它，再检查：{follows}。",
    ),
    "findings.more": (" and {n} more", " 以及另外 {n} 个"),
    "findings.none": (
        "No findings in {count} iterations.",
        "{count} 次迭代中没有发现问题。",
    ),
    "findings.none.one": ("No findings in {count} iteration.", "{count} 次迭代中没有发现问题。"),
    "findings.count": (
        "Errors: {error}, warnings: {warning}, notes: {note}; iterations: {count}.",
        "错误 {error} 个，警告 {warning} 个，提示 {note} 个；共 {count} 次迭代。",
    ),
    "findings.unseen": (
        " {n} calls inside torch.func (grad, vmap and their like) were not looked at.",
        "torch.func（grad、vmap 等）内部的 {n} 次调用未被检查。",
    ),
    "findings.not-tried": (
        "Not tried here: whether one batch can be learnt, zeroed input, shuffled labels, train"
        " against eval, batch independence, other step sizes. Each is one key of the app: {door}."
        " Whether the input is normalised as meant: its picture, mean and spread, there too."
        " Two versions side by side: lenet-tui twins A.py B.py. Not seen: later iterations,"
        " such as the first one after a validation: --iterations N.",
        "此处未试：能否学会单个批量、输入置零、打乱标签、train 与 eval 对比、批内独立性、其他步长。"
        "在应用中各按一键：{door}。输入是否如所想那样归一化：那里也能看到图像、均值与离散度。"
        "两个版本并排比较：lenet-tui twins A.py B.py。未看到之后的迭代，"
        "例如验证之后的第一次：--iterations N。",
    ),
    "findings.door.script": (
        "lenet_tui.step(model, batch, loss, optimizer) in the script, then !",
        "在脚本中调用 lenet_tui.step(model, batch, loss, optimizer)，再按 !",
    ),
    "findings.door.app": (
        "the same command without check, then !",
        "去掉 check 运行同一命令，再按 !",
    ),
    "findings.why": ("Why", "原因"),
    "findings.fix": ("Fix", "修复"),
    "findings.evidence": ("Evidence", "依据"),
    "findings.level.error": ("error", "错误"),
    "findings.level.warning": ("warning", "警告"),
    "findings.level.note": ("note", "提示"),
    "findings.at": ("at {where} in {phase}", "{phase} 中的 {where}"),
    "findings.in": ("in {phase}", "在 {phase} 中"),
    "findings.raised.title": ("{type}: {message}", "{type}：{message}"),
    "findings.raised.why": (
        "The iteration ended here by an exception; the tape up to it is kept.",
        "该次迭代在此因异常而结束；此前的记录已保留。",
    ),
    "findings.raised.fix": (
        "Open the op to see what it was given: shapes, dtypes and values.",
        "打开该算子，查看其输入的形状、类型与数值。",
    ),
    "findings.raised.early.why": (
        "It was raised before the first iteration, so no step was looked at.",
        "它在第一次迭代之前抛出，因此没有检查任何训练步。",
    ),
    "findings.raised.early.fix": (
        "Mend this first, then check again: what is wrong with the step is not known yet.",
        "先改好它再检查：训练步本身有没有问题，目前还不知道。",
    ),
    "findings.raised.dtypes.fix": (
        "Make both of one type: the input with x.to(weight.dtype), as x.float(), or the model with"
        " model.to(x.dtype). torch may name the two types in the other order: {dtypes}.",
        "统一数据类型：输入用 x.to(weight.dtype)（如 x.float()），或模型用 model.to(x.dtype)。"
        "torch 报出的两个类型顺序可能相反：{dtypes}。",
    ),
    "findings.raised.node.why": (
        "{node} is the backward of what {made_at} computes, a result of shape {result}. The"
        " gradient that it returns for its input {number}, counted from 0, has shape {got}; the"
        " input has {wanted}.",
        "{node} 是 {made_at} 处计算结果（形状 {result}）的反向。它为第 {number} 个输入（从 0 数起）"
        "返回的梯度形状为 {got}，而该输入的形状为 {wanted}。",
    ),
    "findings.raised.node.fix": (
        "Sum that gradient over the axes along which the input was broadcast, in the function's own"
        " backward.",
        "在该函数自己的 backward 中，把梯度沿输入被广播的轴求和。",
    ),
    "findings.raised.devices.fix": (
        "Move both to one device: the batch with .to(device). What model.to(device) does not "
        "reach, such as layers in a plain list or a tensor attribute, belongs in nn.ModuleList or "
        "register_buffer.",
        "把两者移到同一设备：批量用 .to(device)。model.to(device) 触及不到的部分"
        "（如普通列表中的层、张量属性）应放入 nn.ModuleList 或 register_buffer。",
    ),
}
