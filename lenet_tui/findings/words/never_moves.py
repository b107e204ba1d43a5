"""Words of the findings on updates that do not last, or have nothing to follow."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NEVER_MOVES: Table = {
    "findings.clip-to-zero.title": (
        "Clipping sets {count} gradients to zero in every iteration",
        "每次迭代中裁剪都把 {count} 个梯度变为零",
    ),
    "findings.clip-to-zero.why": (
        "The largest number in them was {gradient}. A limit of 0 does not switch clipping off: it"
        " leaves nothing of the gradients, and only weight decay or momentum still moves a"
        " parameter.",
        "其中绝对值最大的数为 {gradient}。阈值 0 并不会关闭裁剪，而是把梯度全部清空："
        "此后只有权重衰减或动量还会移动参数。",
    ),
    "findings.clip-to-zero.fix": (
        "Give clipping a limit above 0, or call it only where there is one: if max_norm > 0.",
        "给裁剪一个大于 0 的阈值，或仅在有阈值时调用：if max_norm > 0。",
    ),
    "findings.clip-to-zero.turned.title": (
        "Clipping multiplies {count} gradients by {factor}: they point the other way",
        "裁剪把 {count} 个梯度乘以 {factor}：方向相反",
    ),
    "findings.clip-to-zero.turned.why": (
        "The limit of the norm is negative, so the factor limit / norm is too (the norm is {norm}):"
        " each update climbs the loss.",
        "范数的阈值为负，故系数“阈值/范数”也为负（范数为 {norm}）：每次更新都沿损失上升。",
    ),
    "findings.clip-to-zero.turned.fix": (
        "Give clipping a limit above 0.",
        "给裁剪一个大于 0 的阈值。",
    ),
    "findings.clip-to-zero.one.title": (
        "Clipping makes every number of {count} gradients {value}",
        "裁剪把 {count} 个梯度中的所有数都变为 {value}",
    ),
    "findings.clip-to-zero.one.why": (
        "They went from {lowest} to {highest}. clip_grad_value_ with a limit below 0 asks for"
        " numbers above its upper end, and all become the same: no update knows of the loss.",
        "裁剪前它们在 {lowest} 到 {highest} 之间。clip_grad_value_ 的阈值为负时，下限高于上限，"
        "所有数都变得相同：任何更新都与损失无关。",
    ),
    "findings.clip-to-zero.one.fix": (
        "Give clipping a limit above 0.",
        "给裁剪一个大于 0 的阈值。",
    ),
    "findings.clip-to-zero.one_by_hand.title": (
        "Every number of {count} gradients is {value} where the update reads them",
        "更新读取时，{count} 个梯度中的所有数都是 {value}",
    ),
    "findings.clip-to-zero.one_by_hand.why": (
        "Backward gave numbers from {lowest} to {highest}; what wrote them afterwards left one"
        " number in place of all, so that no update knows of the loss.",
        "反向传播给出的数在 {lowest} 到 {highest} 之间；此后的改写把它们全变成了同一个数，"
        "因此任何更新都与损失无关。",
    ),
    "findings.clip-to-zero.one_by_hand.fix": (
        "Look at the bounds: clamp(min, max) with min above max gives max everywhere, and clamp("
        "max=…) alone does not bound from below.",
        "检查上下限：clamp(min, max) 中 min 大于 max 时处处得到 max；只给 max 则没有下限。",
    ),
    "findings.clip-to-zero.one_hook.title": (
        "The hook {by} makes every number of {count} gradients {value}",
        "钩子 {by} 把 {count} 个梯度中的所有数都变为 {value}",
    ),
    "findings.clip-to-zero.one_hook.why": (
        "The ops handed on numbers from {lowest} to {highest}; after the hook one number stands in"
        " place of all, so that no update knows of the loss.",
        "各算子传出的数在 {lowest} 到 {highest} 之间；经过钩子后全变成同一个数，"
        "因此任何更新都与损失无关。",
    ),
    "findings.clip-to-zero.one_hook.fix": (
        "Look at the bounds in the hook: clamp(min, max) with min above max gives max everywhere.",
        "检查钩子中的上下限：clamp(min, max) 中 min 大于 max 时处处得到 max。",
    ),
    "findings.no-gradient.sides.title": (
        "Both sides of {where} are equal and hand gradients on: every gradient is 0",
        "{where} 的两边相等且都传出梯度：每个梯度都是 0",
    ),
    "findings.no-gradient.sides.why": (
        "{op} is given the same numbers twice, of shape {shape}, each with a graph of its own."
        " What one side gives a parameter the other takes away, in every iteration: no update"
        " knows of the loss.",
        "{op} 的两个输入数值相同，形状为 {shape}，且各有自己的计算图。"
        "一边给参数的梯度被另一边抵消，每次迭代都是如此：任何更新都与损失无关。",
    ),
    "findings.no-gradient.sides.fix": (
        "Compute one side without gradients, under torch.no_grad() or with .detach(): that of the"
        " older policy, or of the teacher. If two views are compared, look whether they differ.",
        "其中一边不要梯度：放在 torch.no_grad() 中或用 .detach()，例如旧策略或教师的一边。"
        "若比较的是两个视图，检查它们是否真的不同。",
    ),
    "findings.weights-set-back.title": (
        "{count} of {of} parameters are set back before each update: {parameters}",
        "{of} 个参数中有 {count} 个在每次更新前被恢复原值：{parameters}",
    ),
    "findings.weights-set-back.why": (
        "{times} times in a row {optimizer} began with the very numbers that it had begun with"
        " before: what its last update changed, at most by {lost}, is lost. Nothing is learnt.",
        "{optimizer} 连续 {times} 次从与上一步开始时完全相同的数值开始：上次更新所作的改变"
        "（至多 {lost}）丢失了。什么也学不到。",
    ),
    "findings.weights-set-back.fix": (
        "Load or initialise the weights once, before the loop. If each batch is to begin anew,"
        " begin the optimizer anew too.",
        "在循环之前只加载或初始化一次权重。若本意是每个批量都重新开始，优化器也应重新开始。",
    ),
    "findings.weights-set-back.task.why": (
        "{times} times in a row {optimizer} began with the very numbers that it had begun with"
        " before, and remembered nothing: so it is meant where each batch is a task of its own."
        " Elsewhere what each update changed, at most by {lost}, is lost.",
        "{optimizer} 连续 {times} 次从与上一步开始时完全相同的数值开始，且没有保留状态："
        "若每个批量各为一个任务，本应如此；否则每次更新所作的改变（至多 {lost}）都丢失了。",
    ),
    "findings.weights-set-back.task.fix": (
        "If it is not meant, load or initialise the weights once, before the loop.",
        "若非本意，在循环之前只加载或初始化一次权重。",
    ),
    "findings.weights-set-back.anew.title": (
        "{count} of {of} parameters are drawn anew before each update: {parameters}",
        "{of} 个参数中有 {count} 个在每次更新前被重新抽取：{parameters}",
    ),
    "findings.weights-set-back.anew.why": (
        "{times} times in a row {optimizer} began with numbers that have nothing to do with those"
        " that its last update had left: that update, at most {lost}, is lost. Nothing is learnt.",
        "{optimizer} 连续 {times} 次从与上次更新结果无关的数值开始：该次更新（至多 {lost}）丢失了。"
        "什么也学不到。",
    ),
    "findings.weights-set-back.anew.fix": (
        "Initialise the weights once, where the model is made: not in its forward, and not in the"
        " loop.",
        "只在创建模型时初始化一次权重：不要在 forward 中，也不要在循环中。",
    ),
    "findings.param-not-in-optimizer.bare.title": (
        "{parameters} gathers a gradient that nobody uses: it is in no optimizer",
        "{parameters} 累积的梯度无人使用：它不在任何优化器中",
    ),
    "findings.param-not-in-optimizer.bare.why": (
        "It requires a gradient and takes part in the loss. In {iterations} iterations its value"
        " stayed the same to the bit, while its .grad was never cleared: it has grown to a norm"
        " of {norm}.",
        "它 requires_grad 且参与损失的计算。{iterations} 次迭代中其值分毫未变，而 .grad 从未清除："
        "范数已增长到 {norm}。",
    ),
    "findings.param-not-in-optimizer.bare.fix": (
        "Give it to the optimizer beside the model's parameters, or make it an nn.Parameter of a"
        " module; if it is a constant, leave out requires_grad.",
        "把它与模型参数一起交给优化器，或设为模块的 nn.Parameter；"
        "若它是常量，则去掉 requires_grad。",
    ),
    "findings.param-not-in-optimizer.bare_several.title": (
        "{count} tensors in {held_by} gather gradients that nobody uses: they are in no optimizer",
        "{held_by} 中的 {count} 个张量累积的梯度无人使用：它们不在任何优化器中",
    ),
    "findings.param-not-in-optimizer.bare_several.why": (
        "They require a gradient and take part in the loss: {parameters}. In {iterations}"
        " iterations their values stayed the same to the bit, while their .grad was never cleared:"
        " it has grown to a norm of {norm}.",
        "它们 requires_grad 且参与损失的计算：{parameters}。{iterations} 次迭代中其值分毫未变，"
        "而 .grad 从未清除：范数已增长到 {norm}。",
    ),
    "findings.param-not-in-optimizer.bare_several.fix": (
        "Give them to the optimizer beside the model's parameters, or keep them in an"
        " nn.ParameterList or nn.ParameterDict of a module; leave out requires_grad of constants.",
        "把它们与模型参数一起交给优化器，或存放在模块的 nn.ParameterList 或 nn.ParameterDict 中；"
        "常量则去掉 requires_grad。",
    ),
    "findings.param-not-in-optimizer.nameless.title": (
        "A tensor of shape {shape}, read at {line}, gathers a gradient that nobody uses",
        "{line} 处读取的形状为 {shape} 的张量累积的梯度无人使用",
    ),
    "findings.param-not-in-optimizer.nameless.why": (
        "It requires a gradient, is in no optimizer, and takes part in the loss. In {iterations}"
        " iterations its value stayed the same to the bit, while its .grad was never cleared: it"
        " has grown to a norm of {norm}.",
        "它 requires_grad、不在任何优化器中，且参与损失的计算。{iterations} 次迭代中其值分毫未变，"
        "而 .grad 从未清除：范数已增长到 {norm}。",
    ),
    "findings.param-not-in-optimizer.nameless.fix": (
        "Give it to the optimizer beside the model's parameters, or make it an nn.Parameter of a"
        " module; if it is a constant, leave out requires_grad.",
        "把它与模型参数一起交给优化器，或设为模块的 nn.Parameter；"
        "若它是常量，则去掉 requires_grad。",
    ),
}
