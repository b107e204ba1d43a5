"""The explain pane's words on the update, one text for each optimizer."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_UPDATES: Table = {
    "explain.update.manual": paragraphs("""
        Moves every parameter one small step against its gradient.
        weight = weight − learning_rate ⋅ gradient      lr = {lr}
        p.data.sub_(p.grad.data * {lr})   for each p of net.parameters()
        {name}: {shape}, every number by its own gradient.
        Too large an lr: the loss jumps or turns NaN. Too small: nothing seems to happen.
        Watch out: where .grad is None this raises 'NoneType' object has no attribute 'data'.
        Watch out: p.data is hidden from autograd, which cannot warn of a wrong change;
        today one writes p -= lr * p.grad under torch.no_grad().
        In the last bit optim.SGD may differ: it adds −lr⋅gradient in one operation.

        让每个参数逆着自己的梯度走一小步。
        weight = weight − learning_rate ⋅ gradient      lr = {lr}
        对 net.parameters() 中的每个 p：p.data.sub_(p.grad.data * {lr})
        {name}：{shape}，每个数按自己的梯度移动。
        lr 太大，损失乱跳甚至变成 NaN；太小，几乎看不到变化。
        注意：.grad 为 None 时报错：'NoneType' object has no attribute 'data'。
        注意：p.data 绕过 autograd，改错了也不会有警告；
        现在的写法是在 torch.no_grad() 下执行 p -= lr * p.grad。
        结果可能与 optim.SGD 差最后一位：后者把 −lr⋅gradient 一次加上。
    """),
    "explain.update.own": paragraphs("""
        optimizer.step() of your own optimizer: each parameter of its groups that has a gradient.
        {name}: {shape}
        Watch out: a parameter in no group of the optimizer is never moved, with no warning.
        Watch out: a parameter whose .grad is None is passed over, with no warning.

        您自己的优化器执行 optimizer.step()：更新其参数组中每个有梯度的参数。
        {name}：{shape}
        注意：不在优化器任何参数组中的参数永远不会移动，也没有警告。
        注意：.grad 为 None 的参数会被跳过，没有警告。
    """),
    "explain.update.sgd": paragraphs("""
        optim.SGD moves every parameter one small step against its gradient.
        p = p − lr⋅g      lr = {lr}
        optimizer = torch.optim.SGD(net.parameters(), lr={lr}); optimizer.step()
        {name}: {shape}, every number by its own gradient.
        It is the manual rule in one call; the last bit may differ from p.data.sub_(…).
        "Stochastic": g comes from one batch, not from all the data.
        Watch out: a parameter whose .grad is None is passed over, with no warning.
        Watch out: optimizer.zero_grad() clears only the parameters that the optimizer was given.

        optim.SGD 让每个参数逆着自己的梯度走一小步。
        p = p − lr⋅g      lr = {lr}
        optimizer = torch.optim.SGD(net.parameters(), lr={lr}); optimizer.step()
        {name}：{shape}，每个数按自己的梯度移动。
        就是手写规则的一次调用；最后一位可能与 p.data.sub_(…) 不同。
        “随机”是说 g 只来自一个批量，而不是全部数据。
        注意：.grad 为 None 的参数会被悄悄跳过。
        注意：optimizer.zero_grad() 只清除交给这个优化器的参数的梯度。
    """),
    "explain.update.momentum": paragraphs("""
        SGD with momentum: the step is a running sum of past gradients, not the last one alone.
        b = 0.9⋅b + g  (first step: b = g)      p = p − lr⋅b      lr = {lr}
        torch.optim.SGD(net.parameters(), lr={lr}, momentum=0.9)
        {name}: {shape}, with a buffer b of the same shape.
        Where gradients agree, the step grows up to 1 / (1 − 0.9) = 10 times lr⋅g; where they
        change sign, it shrinks.
        The buffers are state of their own: to resume a run, save the optimizer's state_dict too.
        Watch out: an lr that was right without momentum is often ten times too large.

        带动量的 SGD：步长来自历次梯度的累积，而不只是最近一次。
        b = 0.9⋅b + g（第一步 b = g）      p = p − lr⋅b      lr = {lr}
        torch.optim.SGD(net.parameters(), lr={lr}, momentum=0.9)
        {name}：{shape}，另有一个同样形状的缓冲区 b。
        梯度方向一致时，步长最多增到 lr⋅g 的 1 / (1 − 0.9) = 10 倍；正负交替时则变小。
        b 也是状态的一部分：要接着训练，还须保存优化器的 state_dict。
        注意：不带动量时合适的 lr，带上动量后往往大了十倍。
    """),
    "explain.update.nesterov": paragraphs("""
        SGD with Nesterov's momentum: it steps as if the buffer had moved once more already.
        b = 0.9⋅b + g  (first step: b = g)      p = p − lr⋅(g + 0.9⋅b)      lr = {lr}
        torch.optim.SGD(net.parameters(), lr={lr}, momentum=0.9, nesterov=True)
        {name}: {shape}, with a buffer b of the same shape.
        Against plain momentum the newest gradient counts more: it brakes sooner at a turn.
        The buffers are state of their own: to resume a run, save the optimizer's state_dict too.
        Watch out: an lr that was right without momentum is often ten times too large.

        带 Nesterov 动量的 SGD：步子如同缓冲区已经再走了一步。
        b = 0.9⋅b + g（第一步 b = g）      p = p − lr⋅(g + 0.9⋅b)      lr = {lr}
        torch.optim.SGD(net.parameters(), lr={lr}, momentum=0.9, nesterov=True)
        {name}：{shape}，另有一个同样形状的缓冲区 b。
        与普通动量相比，最新的梯度分量更大：转向时刹车更早。
        b 也是状态的一部分：要接着训练，还须保存优化器的 state_dict。
        注意：不带动量时合适的 lr，带上动量后往往大了十倍。
    """),
    "explain.update.told": paragraphs("""
        optimizer.step() of torch's optimizer, with the arguments that this session gives it.
        torch.optim.{statement}
        {name}: {shape}, every number by its own gradient.
        A momentum sums up past gradients in a buffer; a weight decay pulls every number towards 0.
        What the optimizer keeps is state: to resume a run, save its state_dict too.
        Watch out: biases and norm layers decay too, unless they get a group with weight_decay=0.

        torch 的优化器以本会话给出的参数执行 optimizer.step()。
        torch.optim.{statement}
        {name}：{shape}，每个数按自己的梯度移动。
        动量把历次梯度累积在缓冲区里；权重衰减把每个数拉向 0。
        优化器保存的内容也是状态：要接着训练，还须保存它的 state_dict。
        注意：偏置和归一化层也会衰减，除非把它们放进 weight_decay=0 的参数组。
    """),
    "explain.update.adam": paragraphs("""
        Adam scales each number's step by how large its own gradients have been.
        m = 0.9⋅m + 0.1⋅g      v = 0.999⋅v + 0.001⋅g²      lr = {lr}
        p = p − lr ⋅ m̂ / (√v̂ + 1e-8),   m̂ = m / (1 − 0.9^t),   v̂ = v / (1 − 0.999^t)
        torch.optim.Adam(net.parameters(), lr={lr})
        {name}: {shape}, with m and v of the same shape: three times the memory.
        In the first step m̂ / √v̂ is just the sign of g: every number moves by about lr.
        t, m and v are state: to resume a run, save the optimizer's state_dict too.
        Watch out: its usual lr is 0.001; the 0.01 of plain SGD is large here.

        Adam 按每个数自己历来梯度的大小来缩放它的步长。
        m = 0.9⋅m + 0.1⋅g      v = 0.999⋅v + 0.001⋅g²      lr = {lr}
        p = p − lr ⋅ m̂ / (√v̂ + 1e-8)，m̂ = m / (1 − 0.9^t)，v̂ = v / (1 − 0.999^t)
        torch.optim.Adam(net.parameters(), lr={lr})
        {name}：{shape}，另有同样形状的 m 和 v，内存共三份。
        第一步里 m̂ / √v̂ 就是 g 的符号：每个数都移动约 lr。
        t、m、v 都是状态：要接着训练，还须保存优化器的 state_dict。
        注意：它常用的 lr 是 0.001；普通 SGD 的 0.01 在这里偏大。
    """),
    "explain.update.adamw": paragraphs("""
        AdamW is Adam with separate weight decay: each weight also shrinks by 0.01⋅lr of itself.
        p = p − lr⋅0.01⋅p      lr = {lr}
        then p = p − lr ⋅ m̂ / (√v̂ + 1e-8), with Adam's averages m and v of the gradient alone
        torch.optim.AdamW(net.parameters(), lr={lr}, weight_decay=0.01)
        {name}: {shape}, with m and v of the same shape: three times the memory.
        In Adam(weight_decay=0.01) the decay goes into g, where √v̂ scales it too; here it does not.
        t, m and v are state: to resume a run, save the optimizer's state_dict too.
        Watch out: biases and norm layers decay too, unless they get a group with weight_decay=0.

        AdamW 是把权重衰减单独计算的 Adam：每个权重还要按 0.01⋅lr 的比例缩小。
        p = p − lr⋅0.01⋅p      lr = {lr}
        然后 p = p − lr ⋅ m̂ / (√v̂ + 1e-8)，m 和 v 与 Adam 相同，只由梯度算出
        torch.optim.AdamW(net.parameters(), lr={lr}, weight_decay=0.01)
        {name}：{shape}，另有同样形状的 m 和 v，内存共三份。
        在 Adam(weight_decay=0.01) 中，衰减加进 g，会被 √v̂ 缩放掉；这里不会。
        t、m、v 都是状态：要接着训练，还须保存优化器的 state_dict。
        注意：偏置和归一化层也会衰减，除非把它们放进 weight_decay=0 的参数组。
    """),
    "explain.update.rmsprop": paragraphs("""
        RMSprop divides each number's gradient by the root of the mean of its recent squares.
        v = 0.99⋅v + 0.01⋅g²      p = p − lr ⋅ g / (√v + 1e-8)      lr = {lr}
        torch.optim.RMSprop(net.parameters(), lr={lr})
        {name}: {shape}, with v of the same shape: twice the memory.
        It is Adam without m and without the hats: v starts at 0 and is not corrected for it.
        So in the first step √v = 0.1⋅|g|, and every number moves by about 10⋅lr.
        v is state: to resume a run, save the optimizer's state_dict too.
        Watch out: at torch's default lr of 0.01 the first step is 0.1 for every number: large here.

        RMSprop 把每个数的梯度除以它近来梯度的均方根。
        v = 0.99⋅v + 0.01⋅g²      p = p − lr ⋅ g / (√v + 1e-8)      lr = {lr}
        torch.optim.RMSprop(net.parameters(), lr={lr})
        {name}：{shape}，另有同样形状的 v，内存共两份。
        就是没有 m、也没有 m̂ 和 v̂ 的 Adam：v 从 0 开始，不作修正。
        所以第一步里 √v = 0.1⋅|g|，每个数都移动约 10⋅lr。
        v 是状态：要接着训练，还须保存优化器的 state_dict。
        注意：torch 默认的 lr 是 0.01，第一步每个数都移动 0.1，在这里偏大。
    """),
}
