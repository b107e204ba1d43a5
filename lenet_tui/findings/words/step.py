"""Words of what a step does with its gradients: with which rate, how often, on what."""

from __future__ import annotations

from lenet_tui.text.notice import Table

STEP: Table = {
    "findings.step-too-small.title": (
        "The learning rate is 0 in each of {updates} updates",
        "{updates} 次更新的学习率都是 0",
    ),
    "findings.step-too-small.why": (
        "Every group of the optimizer that has a gradient has the learning rate 0: no update"
        " changes a parameter.",
        "优化器中每个有梯度的组的学习率都是 0：没有更新会改变参数。",
    ),
    "findings.step-too-small.fix": (
        "Give the optimizer a learning rate above 0.",
        "给优化器一个大于 0 的学习率。",
    ),
    "findings.step-too-small.stays.title": (
        "The schedule keeps the learning rate at 0 in each of {updates} updates",
        "调度使 {updates} 次更新的学习率一直是 0",
    ),
    "findings.step-too-small.stays.why": (
        "The scheduler was called after each of them, and the rate of the next one is 0 too: a"
        " warm-up would have risen by then.",
        "每次更新之后都调用了调度器，而下一次的学习率仍是 0：若是预热，此时应已升高。",
    ),
    "findings.step-too-small.stays.fix": (
        "Look at the factor of the schedule: whole numbers divided by //, as step // 1000, are 0"
        " for long.",
        "查看调度的系数：用 // 相除的整数（如 step // 1000）会长时间为 0。",
    ),
    "findings.step-too-small.decays.title": (
        "The learning rate falls from {from} to {rate} within {updates} updates",
        "{updates} 次更新之内学习率从 {from} 降到 {rate}",
    ),
    "findings.step-too-small.decays.why": (
        "The updates were made with {rates}. So it is where a schedule whose lengths are meant in"
        " epochs is called with each batch.",
        "各次更新的学习率为 {rates}。长度按轮数设定的调度若每个批量都调用一次，就会如此。",
    ),
    "findings.step-too-small.decays.fix": (
        "Call scheduler.step() once an epoch, or give the schedule its lengths in batches.",
        "每轮只调用一次 scheduler.step()，或按批量数设定调度的长度。",
    ),
    "findings.step-too-small.rounded.title": (
        "With learning rate {rate} the first update changes no parameter",
        "学习率为 {rate} 时，首次更新没有改变任何参数",
    ),
    "findings.step-too-small.rounded.why": (
        "The largest gradient is {gradient}, the largest value {value}; the type of the values"
        " keeps {precision} of a number, and a smaller step is lost in rounding.",
        "最大的梯度为 {gradient}，最大的值为 {value}；该数据类型的相对精度为 "
        "{precision}，更小的改变在舍入中丢失。",
    ),
    "findings.step-too-small.rounded.fix": (
        "Raise the learning rate.",
        "提高学习率。",
    ),
    "findings.step-too-small.clipped.title": (
        "Clipping leaves so little that the first update changes no parameter",
        "裁剪后所剩太少，首次更新没有改变任何参数",
    ),
    "findings.step-too-small.clipped.why": (
        "The largest gradient was {before} and is {gradient} after it; times the learning rate"
        " {rate} it is lost in rounding: the type of the values keeps {precision} of a number, and"
        " the largest is {value}.",
        "最大的梯度原为 {before}，裁剪后为 {gradient}；乘以学习率 {rate} 后在舍入中丢失："
        "该数据类型的相对精度为 {precision}，最大的值为 {value}。",
    ),
    "findings.step-too-small.clipped.fix": (
        "Raise the limit of the clipping.",
        "提高裁剪的阈值。",
    ),
    "findings.gradient-used-twice.title": (
        "{optimizer} makes two steps with the same gradients",
        "{optimizer} 用同样的梯度走了两步",
    ),
    "findings.gradient-used-twice.why": (
        "No backward ran between {first} and {second}: the second step follows a slope that was"
        " taken before the first. It is so for {count} gradients.",
        "{first} 与 {second} 之间没有反向传播：第二步沿用第一步之前的坡度。共涉及 {count} 个梯度。",
    ),
    "findings.gradient-used-twice.fix": (
        "Make one step for each backward.",
        "每次反向传播只走一步。",
    ),
    "findings.update-while-scaled.title": (
        "{optimizer} steps with gradients that are still {scale} times too large",
        "{optimizer} 更新时梯度仍被放大了 {scale} 倍",
    ),
    "findings.update-while-scaled.why": (
        "The largest has norm {norm}, where that of the loss is {true_norm}. SGD's step is longer"
        " by that factor, and in Adam epsilon and weight decay no longer have their meaning.",
        "其中最大的范数为 {norm}，而损失本身的梯度范数为 {true_norm}。SGD 的步长被放大同样的倍数，"
        "Adam 的 epsilon 与权重衰减也失去原意。",
    ),
    "findings.update-while-scaled.fix": (
        "Let the scaler make the step: scaler.step(optimizer), then scaler.update().",
        "由 scaler 来更新：scaler.step(optimizer)，然后 scaler.update()。",
    ),
    "findings.optimizer-anew.title": (
        "Each iteration makes a new {optimizer}",
        "每次迭代都新建一个 {optimizer}",
    ),
    "findings.optimizer-anew.why": (
        "In {iterations} iterations each had its own, so what it keeps for the next step ({slots})"
        " is lost: each update is made as the first one.",
        "{iterations} 次迭代各用一个新的优化器，它为下一步保存的状态（{slots}）随之丢失："
        "每次更新都像第一次那样进行。",
    ),
    "findings.optimizer-anew.fix": (
        "Make the optimizer once, before the loop.",
        "在循环之前只创建一次优化器。",
    ),
    "findings.units-alike.title": (
        "All {units} units of {where} begin with the same numbers",
        "{where} 的 {units} 个单元以相同的数值开始",
    ),
    "findings.units-alike.why": (
        "Their gradients are the same too: the largest is {gradient}, and the largest difference"
        " {difference}. So they stay alike, and the layer is as good as one with a single unit.",
        "它们的梯度也相同：最大为 {gradient}，最大差为 {difference}。"
        "因此它们会一直相同，该层等同于只有一个单元。",
    ),
    "findings.units-alike.fix": (
        "Initialise weights at random, as the layer does by itself.",
        "随机初始化权重，该层默认即如此。",
    ),
    "findings.frozen-but-moves.in_name.title": (
        "{modules} was given requires_grad = False, and {count} parameters in it are trained:"
        " {parameters}",
        "{modules} 被赋值 requires_grad = False，其中 {count} 个参数仍在训练：{parameters}",
    ),
    "findings.frozen-but-moves.in_name.why": (
        "On a module this is an attribute like any other, which torch does not read: only"
        " parameters have it.",
        "在模块上这只是一个普通属性，torch 不会读取：只有参数才有它。",
    ),
    "findings.frozen-but-moves.in_name.fix": (
        "Call the method: module.requires_grad_(False).",
        "调用方法：module.requires_grad_(False)。",
    ),
}
