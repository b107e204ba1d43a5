"""What is asked and said of mistakes in a model, its graph and its modes."""

from __future__ import annotations

from lenet_tui.text.notice import Table

MODEL: Table = {
    "twins.detached.title": ("detach() in the middle", "中间多了一个 detach()"),
    "twins.detached.ask": (
        "hidden's output is detached. What will happen to hidden.weight.grad?",
        "hidden 的输出被 detach。hidden.weight.grad 会怎样？",
    ),
    "twins.detached.0": ("it is zero", "为零"),
    "twins.detached.1": ("it stays None", "一直为 None"),
    "twins.detached.2": ("it is as before", "与原来一样"),
    "twins.detached.why": (
        "The forward has the same numbers to the bit; what is missing is the edge of the graph. "
        "backward() ends at head: conv and hidden have .grad None, not zero, and are not trained. "
        "head learns on random features, so the loss still falls.",
        "前向的数值逐位相同，缺的是图上的一条边。backward() 到 head 为止：conv 和 hidden 的 .grad "
        "为 None，"
        "而不是零，永远得不到训练。head 在随机特征上学习，所以损失仍会下降。",
    ),
    "twins.data-edit.title": ("A weight changed through .data", "通过 .data 修改权重"),
    "twins.data-edit.ask": (
        "hidden.weight.data is halved between forward and backward. conv's gradient is then",
        "在前向与反向之间把 hidden.weight.data 减半。conv 的梯度是",
    ),
    "twins.data-edit.0": ("none: torch raises", "没有：torch 报错"),
    "twins.data-edit.1": ("right: the forward is over", "正确：前向已经结束"),
    "twins.data-edit.2": ("half of what it should be", "应有值的一半"),
    "twins.data-edit.why": (
        "backward() multiplies by hidden.weight as it is now, not by that of the forward: here "
        "exactly half. The same edit under no_grad() raises, as it counts the tensor's version; "
        ".data does not count.",
        "backward() 乘的是现在的 hidden.weight，而不是前向时的：这里恰好是一半。"
        "同样的修改放在 no_grad() 里会报错，因为它增加张量的版本号；.data 不增加。",
    ),
    "twins.all-zero.title": ("All weights begin at zero", "权重全部初始化为零"),
    "twins.all-zero.ask": (
        "Every parameter begins at 0. What will happen to hidden's gradient?",
        "所有参数从 0 开始。hidden 的梯度会怎样？",
    ),
    "twins.all-zero.0": ("it is zero, in every iteration", "每次迭代都为零"),
    "twins.all-zero.1": ("it is small, then grows", "很小，然后变大"),
    "twins.all-zero.2": ("it is None", "为 None"),
    "twins.all-zero.why": (
        "head.weight is 0, so nothing comes back to hidden; hidden's output is 0, so nothing comes "
        "to head.weight. Only head.bias has a gradient: the model learns how often each class "
        "occurs, and nothing of the pictures.",
        "head.weight 为 0，于是没有梯度传回 hidden；hidden 的输出为 0，"
        "于是 head.weight 也没有梯度。"
        "只有 head.bias 有梯度：模型学到的只是各类出现的频率，对图片一无所知。",
    ),
    "twins.view-for-permute.title": ("view() for permute()", "用 view() 代替 permute()"),
    "twins.view-for-permute.ask": (
        "(time 6, sample 4, channel 8) becomes 4×6×8 by view(). Row 0 of the output depends on",
        "（时间 6、样本 4、通道 8）用 view() 变为 4×6×8。输出的第 0 行取决于",
    ),
    "twins.view-for-permute.0": ("sample 0 alone", "只有样本 0"),
    "twins.view-for-permute.1": ("all four samples", "全部四个样本"),
    "twins.view-for-permute.2": ("sample 0, in another order", "样本 0，顺序不同"),
    "twins.view-for-permute.why": (
        "view() cuts memory anew and moves nothing: row 0 gets the first six of 24 steps, which "
        "are one and a half moments of four samples. The shape is right, the norm is right, no "
        "line complains; and row 0's label is sample 0's.",
        "view() 只是重新切分内存，并不移动数据：第 0 行得到 24 个步中的前六个，"
        "即四个样本的一个半时刻。形状对，范数对，没有任何报错；而第 0 行的标签却是样本 0 的。",
    ),
    "twins.plain-list.title": ("Layers in a plain list", "层放在普通列表里"),
    "twins.plain-list.ask": (
        "The blocks stand in a list, not in a ModuleList. Do they get gradients?",
        "各块放在列表中，而不是 ModuleList。它们得到梯度吗？",
    ),
    "twins.plain-list.0": ("no, and they do not move", "没有，也不移动"),
    "twins.plain-list.1": ("yes, and they are trained", "有，也得到训练"),
    "twins.plain-list.2": ("yes, and they never move", "有，但从不移动"),
    "twins.plain-list.why": (
        "autograd follows tensors and not modules, so their gradients are right, and grow as "
        "nobody clears them. parameters() finds 2 tensors instead of 8: the optimizer, state_dict "
        "and .to(device) never hear of the blocks.",
        "autograd 跟随张量而不是模块，所以它们的梯度是对的，而且因无人清零而累加。"
        "parameters() 找到 2 个张量而不是 8 个：优化器、state_dict 和 .to(device) 都不知道这些块。",
    ),
    "twins.one-layer-thrice.title": ("One layer three times", "同一层用了三次"),
    "twins.one-layer-thrice.ask": (
        "[nn.Linear(8, 8)] * 3. How many numbers do the three blocks have to learn?",
        "[nn.Linear(8, 8)] * 3。三个块共有多少个可学的数？",
    ),
    "twins.one-layer-thrice.0": ("72", "72"),
    "twins.one-layer-thrice.1": ("216", "216"),
    "twins.one-layer-thrice.2": ("it raises", "报错"),
    "twins.one-layer-thrice.why": (
        "The list holds one module three times: 72 numbers instead of 216, and one gradient that "
        "is the sum of three. state_dict lists it three times, which hides it.",
        "列表里是同一个模块三次：72 个数而不是 216 个，梯度是三处之和。"
        "state_dict 会把它列出三次，于是看不出来。",
    ),
    "twins.eval-left-on.title": ("Eval mode left on", "忘了切回训练模式"),
    "twins.eval-left-on.ask": (
        "validate() no longer calls model.train(). When do the twins part?",
        "validate() 不再调用 model.train()。两者何时分开？",
    ),
    "twins.eval-left-on.0": ("in iteration 1", "第 1 次迭代"),
    "twins.eval-left-on.1": ("in iteration 2", "第 2 次迭代"),
    "twins.eval-left-on.2": ("never: eval only stops dropout", "不会：eval 只是停用 dropout"),
    "twins.eval-left-on.why": (
        "Iteration 1 runs in train mode, then validate() leaves eval on: batch_norm uses its "
        "running statistics and stops collecting, dropout passes all. The counter stays at 1 batch "
        "for ever, and one batch's statistics are what the model ships with.",
        "第 1 次迭代是训练模式，之后 validate() 使 eval 一直开着：batch_norm 使用已有的统计量，"
        "不再收集，dropout 全部放行。计数器永远停在 1 个批，模型最终带着的就是一个批的统计量。",
    ),
    "twins.same-noise.title": ("The same noise each time", "每次都是同样的噪声"),
    "twins.same-noise.ask": (
        "manual_seed(0) stands inside the step. How does iteration 2's noise compare to "
        "iteration 1's?",
        "manual_seed(0) 写在 step 里面。第 2 次迭代的噪声与第 1 次相比",
    ),
    "twins.same-noise.0": ("it is other noise", "是不同的噪声"),
    "twins.same-noise.1": ("about half is equal", "约一半相等"),
    "twins.same-noise.2": ("it is equal to the bit", "逐位相等"),
    "twins.same-noise.why": (
        "Each step draws the same noise and the same dropout mask: the same units are dropped for "
        "ever, and their weights never learn. Seed once, before the loop. Workers of a DataLoader "
        "that share a seed do the same to augmentation.",
        "每一步都抽到同样的噪声和同样的 dropout 掩码：被丢弃的总是那些单元，它们的权重从不学习。"
        "应在循环之前只设一次种子。DataLoader 的工作进程共用种子时，数据增强也会这样。",
    ),
}
