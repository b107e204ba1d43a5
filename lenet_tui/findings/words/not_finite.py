"""Words of NaN and infinity: where they come from, and by which arithmetic."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike

_WHY = {
    "log-of-zero": (
        "The logarithm of 0 is −∞.", "0 的对数是 −∞。",
        "Use log_softmax, logsigmoid or log1p, or clamp from below.",
        "使用 log_softmax、logsigmoid 或 log1p，或设下限。",
    ),
    "log-of-negative": (
        "A negative number has no logarithm.", "负数没有对数。",
        "Make sure that what enters is positive, for example by softplus.",
        "确保输入为正，例如用 softplus。",
    ),
    "division-by-zero": (
        "A number is divided by 0.", "有数被 0 除。",
        "Add a small ε to the divisor, inside the root if there is one.",
        "给除数加一个小的 ε；若有根号，加在根号内。",
    ),
    "zero-over-zero": (
        "0 is divided by 0.", "0 除以 0。",
        "Add a small ε to the divisor, or leave such elements out before dividing.",
        "给除数加一个小的 ε，或在除之前排除这些元素。",
    ),
    "root-of-negative": (
        "A negative number has no real root.", "负数没有实数根。",
        "Clamp what enters at 0 from below.", "把输入的下限设为 0。",
    ),
    "outside-domain": (
        "The function is not defined there.", "函数在该处没有定义。",
        "Clamp what enters to where the function is defined, a little inside.",
        "把输入限制在定义域内，略靠内侧。",
    ),
    "log-then-zero": (
        "The logarithm of 0 is −∞, and 0 × −∞ is NaN.", "0 的对数是 −∞，而 0 × −∞ 是 NaN。",
        "Use torch.xlogy(x, y), which is 0 where x is, or clamp what the logarithm is given.",
        "使用 torch.xlogy(x, y)（x 为 0 时结果为 0），或给对数的输入设下限。",
    ),
    "zero-times-inf": (
        "0 × ∞ is NaN.", "0 × ∞ 是 NaN。",
        "Keep the function away from that number before it is called, not after: sqrt(x + ε), or"
        " where(x > 0, x, 1) and then sqrt or log.",
        "在调用函数之前（而不是之后）避开这个数：sqrt(x + ε)，或先 where(x > 0, x, 1)，"
        "再 sqrt 或 log。",
    ),
    "zero-times-nan": (
        "0 × NaN is NaN: a branch that was not taken has no slope here.",
        "0 × NaN 是 NaN：未选的分支在此没有斜率。",
        "Put a harmless number in before the function (where, then sqrt), not after it.",
        "在函数之前换上无害的数（先 where，再 sqrt），而不是之后。",
    ),
    "unchosen": (
        "0 × {slope} is NaN: {unchosen} does not choose this number, so that its gradient is 0, and"
        " backward multiplies it with the slope all the same.",
        "0 × {slope} 是 NaN：{unchosen} 没有选这个数，其梯度为 0，但反向传播仍把它乘以斜率。",
        "Put a harmless number in before the function is called: where(x > 0, x, 1), then sqrt or"
        " log. To choose after it is too late.",
        "在调用函数之前换上无害的数：先 where(x > 0, x, 1)，再 sqrt 或 log；之后再选就太晚了。",
    ),
    "infinite-slope": (
        "The slope of the function is infinite there.", "函数在该处的斜率为无穷。",
        "Add a small ε inside: sqrt(x + ε).", "在里面加一个小的 ε：sqrt(x + ε)。",
    ),
    "inf-minus-inf": (
        "Two infinities meet, and their difference or ratio is NaN.",
        "两个无穷相遇，其差或比是 NaN。",
        "Find what made the infinities: here they were given.",
        "查找无穷的来源：在此它们是输入。",
    ),
    "inf-given": (
        "An infinity was given.", "输入了一个无穷。",
        "Find where it was put in.", "查找它从何处来。",
    ),
    "overflow": (
        "The result is larger than {dtype} can hold.", "结果超出 {dtype} 的范围。",
        "Make what enters smaller, or take the function's stable form, such as logsumexp.",
        "减小输入，或用函数的稳定形式，如 logsumexp。",
    ),
    "half-overflow": (
        "The result is larger than {dtype} can hold, whose largest number is small.",
        "结果超出 {dtype} 的范围，其最大值很小。",
        "Do this op in float32, or scale what enters.", "此算子用 float32，或缩放输入。",
    ),
    "all-masked": (
        "All places of a row are masked with −∞: nothing is left to share 1 among.",
        "一行的所有位置都以 −∞ 遮蔽：没有可分配 1 的位置。",
        "Leave one place open in each row, or use the least finite number as mask.",
        "每行至少留一个位置，或用最小的有限数作遮蔽。",
    ),
    "mask-in-loss": (
        "A place that is masked with −∞ reaches the loss.", "以 −∞ 遮蔽的位置进入了损失。",
        "Mask with a finite number, or leave masked places out of the loss.",
        "用有限数遮蔽，或把遮蔽的位置排除在损失之外。",
    ),
    "spread-of-one": (
        "The spread of a single number is 0/0 with Bessel's correction.",
        "单个数的离散度在贝塞尔校正下为 0/0。",
        "Use unbiased=False, or more than one sample.", "使用 unbiased=False，或多于一个样本。",
    ),
    "mean-of-nothing": (
        "The mean of no numbers is 0/0.", "空集的均值为 0/0。",
        "Leave empty selections out of the loss.", "把空的选择排除在损失之外。",
    ),
    "nothing-counted": (
        "Every label is the ignored one: the mean of nothing is 0/0.",
        "所有标签都被忽略：空的均值为 0/0。",
        "Skip such batches, or sum and divide by the number counted, at least 1.",
        "跳过这样的批量，或求和后除以计入的个数（至少为 1）。",
    ),
    "given": (
        "No op made it: it is there from the beginning.", "没有算子产生它：它一开始就在。",
        "Look at where it is loaded or made.", "检查它从何处加载或产生。",
    ),
    "arithmetic": (
        "Its operands are finite.", "其操作数都是有限的。",
        "Open the op and look at its operands.", "打开该算子，查看其操作数。",
    ),
    "update": (
        "Weight and gradient are finite, the optimizer's arithmetic is not: 0/0 where ε is 0, or"
        " an overflow.",
        "权重和梯度有限，而优化器的运算不是：ε 为 0 时的 0/0，或溢出。",
        "Look at ε, the learning rate and the moments of the optimizer.",
        "检查优化器的 ε、学习率与动量。",
    ),
    "moment": (
        "The gradient is finite, what the optimizer keeps of it is not: its square overflows.",
        "梯度有限，而优化器保存的不是：其平方溢出。",
        "Clip the gradients before the update.", "在更新之前裁剪梯度。",
    ),
    "buffer": (
        "Loss and gradients are finite: only what reads this buffer will break, such as eval.",
        "损失和梯度有限：只有读取该缓冲区的部分（如 eval 模式）才会出错。",
        "Look at what is written into it: a variance of one value, an empty selection.",
        "检查写入它的内容：单个值的方差、空的选择。",
    ),
}  # fmt: skip

_TITLES: Table = {
    "findings.nan-input.title": (
        "{where} holds {value} at {index}: {bad} of {total} numbers are not finite",
        "{where} 在 {index} 处为 {value}：{total} 个数中有 {bad} 个不是有限数",
    ),
    "findings.nan-input.foreign.title": (
        "{where} is given {value} from outside, at {index}: {bad} of {total} are not finite",
        "{where} 从外部得到 {value}，在 {index} 处：{total} 个数中有 {bad} 个不是有限数",
    ),
    "findings.nan-forward.title": (
        "{where} makes the first {value} of finite numbers, at {index}: {bad} of {total}",
        "{where} 由有限数产生第一个 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-forward.mask-in-loss.title": (
        "{where} makes the first {value}, at {index}: {bad} of {total}",
        "{where} 产生第一个 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-forward.all-masked.title": (
        "{where} makes the first {value}, at {index}: {bad} of {total}",
        "{where} 产生第一个 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-forward.log-then-zero.title": (
        "{where} makes {value} of 0, at {index}: {bad} of {total}; {then} makes NaN of it",
        "{where} 由 0 产生 {value}，在 {index} 处：{total} 个中有 {bad} 个；{then} 由此产生 NaN",
    ),
    "findings.nan-backward.title": (
        "The backward of {where} makes the first {value}, at {index}: {bad} of {total}",
        "{where} 的反向产生第一个 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-backward.skipped.title": (
        "The scaler left out {count} updates in a row: its scale fell from {from_scale} to"
        " {to_scale}",
        "scaler 连续跳过了 {count} 次更新：其缩放因子从 {from_scale} 降到 {to_scale}",
    ),
    "findings.nan-backward.skipped.why": (
        "It leaves out an update whose gradients are not finite and halves its scale. A scale that"
        " began too high is found within a few; here nothing is trained meanwhile.",
        "梯度非有限时它跳过更新并将缩放因子减半。起始过高的缩放因子几次内即可纠正；此处期间什么也没有训练。",
    ),
    "findings.nan-backward.skipped.fix": (
        "Train a few steps in float32: if the gradients are finite there, they overflow in half"
        " precision (normalise the input, use bfloat16); if not, the loss makes them so.",
        "用 float32 训练几步：若那里梯度有限，则是半精度溢出（归一化输入，或用 bfloat16）；"
        "否则是损失本身所致。",
    ),
    "findings.nan-state.title": (
        "{where} becomes {value} at {index}: {bad} of {total}",
        "{where} 在 {index} 处变为 {value}：{total} 个中有 {bad} 个",
    ),
    "findings.nan-state.given.title": (
        "{where} holds {value} at {index} before the step: {bad} of {total}",
        "{where} 在这一步之前于 {index} 处已是 {value}：{total} 个中有 {bad} 个",
    ),
    "findings.nan-state.moment.title": (
        "The {slot} of {where} becomes {value} at {index}: {bad} of {total}",
        "{where} 的 {slot} 在 {index} 处变为 {value}：{total} 个中有 {bad} 个",
    ),
}

OWN_CODE: Table = {
    "findings.nan-backward.hook.title": (
        "A hook on the gradient of {where} makes the first {value}, at {index}: {bad} of {total}",
        "{where} 的梯度钩子产生第一个 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-backward.hook.why": (
        "Every op handed on finite numbers; {by} ({by_lines}) changed the gradient on its way.",
        "各算子传出的都是有限数；{by}（{by_lines}）在途中改变了梯度。",
    ),
    "findings.nan-backward.module-hook.title": (
        "A backward hook of a module makes the first {value}, at {index}: {bad} of {total}",
        "模块的反向钩子产生第一个 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-backward.module-hook.why": (
        "The gradient was finite before {by} ({by_lines}) returned another one.",
        "在 {by}（{by_lines}）返回另一个梯度之前，梯度是有限的。",
    ),
    "findings.nan-backward.function.title": (
        "{by} makes the first {value}, at {index}: {bad} of {total}",
        "{by} 产生第一个 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-backward.function.why": (
        "This backward is written by hand ({by_lines}); it was given finite gradients.",
        "这个反向传播是手写的（{by_lines}）；传入的梯度是有限的。",
    ),
    "findings.nan-backward.clipped.title": (
        "Clipping makes the gradient of {where} {value}, at {index}: {bad} of {total}",
        "裁剪使 {where} 的梯度变为 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-backward.clipped.why": (
        "Backward gave finite numbers, here {gradient}. Clipping multiplies them by limit / norm:"
        " one of both is not finite.",
        "反向传播给出的都是有限数，此处为 {gradient}。裁剪把它们乘以“阈值/范数”，"
        "其中之一不是有限数。",
    ),
    "findings.nan-backward.clipped.fix": (
        "Look at how the limit is computed; it must be a number above 0.",
        "检查阈值是如何算出的；它必须是大于 0 的数。",
    ),
    "findings.nan-backward.asked.title": (
        "torch.autograd.grad returns {value} for {where}, at {index}: {bad} of {total}",
        "torch.autograd.grad 为 {where} 返回 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-backward.asked.why": (
        "The loss is finite, and so is all that it was made of. The op that made the gradient so is"
        " on no tape: only a backward is recorded node by node.",
        "损失及其来源都是有限数。使梯度如此的算子不在记录中：只有 backward 会逐个节点记录。",
    ),
    "findings.nan-backward.asked.fix": (
        "Call loss.backward() in its place once, to be shown the op and its factors.",
        "先改用 loss.backward() 检查一次，即可看到该算子及其因子。",
    ),
    "findings.nan-backward.changed.title": (
        "After backward the gradient of {where} is made {value}, at {index}: {bad} of {total}",
        "反向传播之后 {where} 的梯度被改成 {value}，在 {index} 处：{total} 个中有 {bad} 个",
    ),
    "findings.nan-backward.changed.why": (
        "Backward gave finite numbers, here {gradient}; what wrote the gradient afterwards made it"
        " so.",
        "反向传播给出的都是有限数，此处为 {gradient}；此后对梯度的改写造成了这一结果。",
    ),
    **alike(
        "findings.nan-backward",
        "changed.fix hook.fix module-hook.fix function.fix",
        (
            "Look at what it divides by or takes the root of: for a gradient of zero too.",
            "检查其中的除数与根号：梯度为零时也要有定义。",
        ),
    ),
}

OF_INFINITIES = ("zero-times-inf", "inf-minus-inf", "inf-given")
"""Where an op was given numbers that are not finite."""

_FACTORS = {
    "nan-forward": (" Operands: {factors}.", "操作数：{factors}。"),
    "nan-backward": (
        " Gradient that came and slope: {factors}.",
        "传来的梯度与斜率：{factors}。",
    ),
}


_RECEIVED = (" Gradient that came: {factors}.", "传来的梯度：{factors}。")
"""Where the slope is not known."""


def _entries() -> dict[str, tuple[str, str]]:
    found = {**_TITLES, **OWN_CODE}
    for id in ("nan-input", "nan-forward", "nan-backward", "nan-state"):
        for reason, (why, why_zh, fix, fix_zh) in _WHY.items():
            if id in _FACTORS:  # said only where they are known
                found[f"findings.{id}.{reason}.factors"] = _FACTORS[id]
            if id == "nan-backward":
                found[f"findings.{id}.{reason}.factors.one"] = _RECEIVED
            found[f"findings.{id}.{reason}.why"] = (why, why_zh)
            found[f"findings.{id}.{reason}.fix"] = (fix, fix_zh)
    for reason in OF_INFINITIES:
        found[f"findings.nan-forward.{reason}.title"] = (
            "{where} makes {value} of numbers that are not finite, at {index}: {bad} of {total}",
            "{where} 由非有限数产生 {value}，在 {index} 处：{total} 个中有 {bad} 个",
        )
    found["findings.nan-input.given.why"] = (
        "It came with the batch, in sample {sample}.",
        "它随批量而来，在样本 {sample} 中。",
    )
    found["findings.nan-input.foreign.why"] = (
        "No op of the iteration made it: it was there before, in the data or in what was kept.",
        "本次迭代没有算子产生它：它此前就在数据或保留的张量中。",
    )
    found["findings.nan-input.foreign.fix"] = found["findings.nan-input.given.fix"]
    return found


NOT_FINITE: Table = _entries()
