"""What is asked and said of mistakes in the order of a step, and in the optimizer."""

from __future__ import annotations

from lenet_tui.text.notice import Table

ORDER: Table = {
    "twins.no-zero-grad.title": ("Gradients are never cleared", "从不清零梯度"),
    "twins.no-zero-grad.ask": (
        "optimizer.zero_grad() is gone. What is hidden.weight.grad in iteration 2?",
        "去掉了 optimizer.zero_grad()。第 2 次迭代的 hidden.weight.grad 是什么？",
    ),
    "twins.no-zero-grad.0": ("iteration 2's gradient, as before", "与原来一样，第 2 次的梯度"),
    "twins.no-zero-grad.1": ("the sum of both iterations' gradients", "两次迭代梯度之和"),
    "twins.no-zero-grad.2": ("their mean", "两次梯度的平均"),
    "twins.no-zero-grad.why": (
        "backward() adds to .grad. Iteration 1 is equal to the bit, as .grad was None before it; "
        "from iteration 2 on each update repeats every earlier gradient. The loss often still "
        "falls, as with momentum that never decays.",
        "backward() 是累加到 .grad 上的。第 1 次迭代之前 .grad 为 None，因此逐位相等；"
        "从第 2 次起，每次更新都会重复之前所有的梯度。损失往往仍会下降，如同永不衰减的动量。",
    ),
    "twins.zero-grad-late.title": ("Gradients are cleared before the update", "更新之前清零了梯度"),
    "twins.zero-grad-late.ask": (
        "zero_grad() stands between backward() and step(). What does step() do?",
        "zero_grad() 位于 backward() 和 step() 之间。step() 会做什么？",
    ),
    "twins.zero-grad-late.0": ("it raises: there is no gradient", "报错：没有梯度"),
    "twins.zero-grad-late.1": ("it updates as always", "照常更新"),
    "twins.zero-grad-late.2": ("nothing, silently", "什么也不做，也不提示"),
    "twins.zero-grad-late.why": (
        "A parameter whose .grad is None is skipped by step() without a word. The gradients were "
        "right, and thrown away: after ten iterations every parameter has the bits that it began "
        "with. The losses differ only because the batches do.",
        "step() 会默默跳过 .grad 为 None 的参数。梯度算对了，却被丢弃：十次迭代之后，"
        "每个参数与开始时逐位相同。各次损失不同，只是因为批不同。",
    ),
    "twins.lr-times-ten.title": ("Ten times the learning rate", "学习率放大十倍"),
    "twins.lr-times-ten.ask": (
        "lr is 1.0 instead of 0.1. What is the first number that differs?",
        "lr 从 0.1 变为 1.0。第一个不同的数值在哪里？",
    ),
    "twins.lr-times-ten.0": ("a parameter after the first update", "第一次更新之后的参数"),
    "twins.lr-times-ten.1": ("the first gradient", "第一次的梯度"),
    "twins.lr-times-ten.2": ("the first loss", "第一次的损失"),
    "twins.lr-times-ten.why": (
        "Forward, loss and gradient of iteration 1 know nothing of lr. Only the update does, and "
        "it is ten times as long: the next loss is 2.75, above the 2.30 of a guess among ten. A "
        "gradient is the slope here, not a promise for so far away.",
        "第 1 次迭代的前向、损失和梯度与 lr 无关，只有更新用到它，步长是十倍：下一个损失为 2.75，"
        "高于在十类中瞎猜的 2.30。梯度只是此处的斜率，不能保证那么远的地方。",
    ),
    "twins.stale-optimizer.title": (
        "The optimizer was made before the head",
        "先建优化器，后换输出层",
    ),
    "twins.stale-optimizer.ask": (
        "head is replaced after the optimizer was made. What happens to the new head?",
        "建好优化器之后才替换 head。新的 head 会怎样？",
    ),
    "twins.stale-optimizer.0": ("it gets no gradient", "得不到梯度"),
    "twins.stale-optimizer.1": ("it gets gradients and never moves", "得到梯度，却从不移动"),
    "twins.stale-optimizer.2": ("it is trained as always", "照常训练"),
    "twins.stale-optimizer.why": (
        "The optimizer holds the old head's tensors, which nothing uses any longer. The new ones "
        "are the model's, so backward() reaches them; but no group has them: step() does not move "
        "them, and zero_grad() does not clear them, so that their .grad grows by each iteration's.",
        "优化器持有的是旧 head 的张量，已无人使用。新张量属于模型，backward() 能到达；"
        "但不在任何参数组中："
        "step() 不移动它们，zero_grad() 也不清零它们，于是它们的 .grad 每次迭代都在累加。",
    ),
    "twins.clip-after-step.title": ("Clipping after the update", "更新之后才裁剪"),
    "twins.clip-after-step.ask": (
        "clip_grad_norm_(…, 0.5) comes after step(). How long is the first update?",
        "clip_grad_norm_(…, 0.5) 放在 step() 之后。第一次更新有多长？",
    ),
    "twins.clip-after-step.0": ("lr times the whole gradient", "lr 乘以完整的梯度"),
    "twins.clip-after-step.1": ("lr times 0.5", "lr 乘以 0.5"),
    "twins.clip-after-step.2": ("zero", "零"),
    "twins.clip-after-step.why": (
        "What is clipped then is read by nobody: zero_grad() throws it away. The healthy update "
        "has the length lr × 0.5, this one lr × the gradient's own norm. No message: the line is "
        "there, and does nothing.",
        "此时裁剪的结果没有人再读取：zero_grad() 把它丢掉了。健康版的更新长度为 lr × 0.5，"
        "这里则是 lr × 梯度本身的范数。没有任何提示：这一行在那里，却毫无作用。",
    ),
    "twins.not-divided.title": ("Accumulated, and not divided", "累积梯度却没有平均"),
    "twins.not-divided.ask": (
        "Four parts of a batch add up, and the loss is not divided by 4. What is the gradient?",
        "四个小批的梯度相加，而损失没有除以 4。梯度是多少？",
    ),
    "twins.not-divided.0": ("four times the whole batch's", "整批梯度的四倍"),
    "twins.not-divided.1": ("the whole batch's", "等于整批的梯度"),
    "twins.not-divided.2": ("the last part's", "最后一小批的梯度"),
    "twins.not-divided.why": (
        "Each part's loss is a mean over its own samples; the sum of four means is four times the "
        "mean over all. It acts as lr × 4, and a clip threshold shrinks to a quarter. The losses "
        "printed are means, and say nothing of it in iteration 1.",
        "每个小批的损失是其样本的平均；四个平均之和是总平均的四倍。效果如同 lr × 4，"
        "裁剪阈值也缩为四分之一。"
        "打印的损失是平均值，在第 1 次迭代中看不出任何问题。",
    ),
    "twins.clear-in-parts.title": ("Cleared in every part", "每个小批都清零"),
    "twins.clear-in-parts.ask": (
        "zero_grad() moved into the loop over the parts. What does step() see?",
        "zero_grad() 移进了小批的循环。step() 看到的是什么？",
    ),
    "twins.clear-in-parts.0": ("the whole batch's gradient", "整批的梯度"),
    "twins.clear-in-parts.1": ("a quarter of the last part's", "最后一小批梯度的四分之一"),
    "twins.clear-in-parts.2": ("None", "None"),
    "twins.clear-in-parts.why": (
        "Three of four backwards are thrown away. What is left is the last part's gradient, "
        "divided by 4 as if the others were still to come: a smaller batch and a shorter step.",
        "四次反向传播有三次被丢弃。剩下的是最后一小批的梯度，还除以了 4，好像其余的还会到来："
        "批更小，步更短。",
    ),
    "twins.no-bias-correction.title": ("Adam without bias correction", "Adam 缺少偏差修正"),
    "twins.no-bias-correction.ask": (
        "m and v are used as they are. How long is the first step of each weight?",
        "直接使用 m 和 v。每个权重的第一步有多长？",
    ),
    "twins.no-bias-correction.0": ("lr, as before", "与原来一样，等于 lr"),
    "twins.no-bias-correction.1": ("a tenth of it", "它的十分之一"),
    "twins.no-bias-correction.2": ("more than three times as long", "三倍多"),
    "twins.no-bias-correction.why": (
        "m begins at zero and holds a tenth of the gradient, v a thousandth of its square: "
        "0.1 / √0.001 = 3.16. The first steps, when least is known, are the longest. "
        "Corrected, the first step is lr whatever the gradient's size.",
        "m 从零开始，只含梯度的十分之一，v 只含其平方的千分之一：0.1 / √0.001 = 3.16。"
        "在了解最少的时候，步子反而最长。修正之后，无论梯度多大，第一步都等于 lr。",
    ),
}
