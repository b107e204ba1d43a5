"""Words of the findings on the order of the step and the graph."""

from __future__ import annotations

from lenet_tui.text.notice import Table

ORDER: Table = {
    "findings.grad-accumulates.title": (
        "Gradients of {count} parameters were added to those of the step before",
        "{count} 个参数的梯度被加到上一步的梯度上",
    ),
    "findings.grad-accumulates.why": (
        "An update had read .grad, nothing cleared it, and the next backward added to it: the norm "
        "went from {old} to {sum}. Each update then follows the sum of all gradients so far.",
        ".grad 已被更新读取却没有清除，下一次反向传播又加在上面：范数由 {old} 变为 {sum}。"
        "此后每次更新都沿着至今所有梯度之和。",
    ),
    "findings.grad-accumulates.fix": (
        "Call optimizer.zero_grad() once in each step, before backward.",
        "每一步在反向传播之前调用一次 optimizer.zero_grad()。",
    ),
    "findings.grad-accumulates.by_hand.fix": (
        "Set .grad of each to None once in each step, before backward.",
        "每一步在反向传播之前把各自的 .grad 设为 None。",
    ),
    "findings.gradient-unused.title": (
        "{count} of {backwards} backwards gave gradients that no update read",
        "{backwards} 次反向传播中有 {count} 次的梯度没有被任何更新读取",
    ),
    "findings.gradient-unused.why": (
        "zero_grad cleared them first. Work is lost; where gradients are meant to accumulate, only "
        "the last part of the batch counts.",
        "它们先被 zero_grad 清除了。计算被浪费；若本意是累积梯度，则只有最后一部分起作用。",
    ),
    "findings.gradient-unused.fix": (
        "Put zero_grad before the first backward of a step, and optimizer.step() after the last.",
        "把 zero_grad 放在一步的首次反向传播之前，把 optimizer.step() 放在最后一次之后。",
    ),
    "findings.gradient-unused.never.why": (
        "There is no optimizer, and nothing was written into a parameter: all are as they were "
        "before. p = p - lr * p.grad makes a new tensor, and the name p no longer means the "
        "parameter.",
        "没有优化器，也没有任何写入参数的操作：所有参数都与之前相同。p = p - lr * p.grad 会创建"
        "新张量，此后名称 p 不再指该参数。",
    ),
    "findings.gradient-unused.never.fix": (
        "Write into the parameter: with torch.no_grad(): p -= lr * p.grad. Or let an optimizer do "
        "it.",
        "写入参数本身：with torch.no_grad(): p -= lr * p.grad；或交给优化器。",
    ),
    "findings.clip-misplaced.title": (
        "Clipping has no effect here: no update reads the clipped gradients",
        "此处的裁剪不起作用：没有更新读取裁剪后的梯度",
    ),
    "findings.clip-misplaced.why": (
        "It comes after the update that read the gradients, and before they are cleared.",
        "它位于读取梯度的更新之后、清除梯度之前。",
    ),
    "findings.clip-misplaced.before.why": (
        "It comes before backward, which then gives other gradients.",
        "它位于反向传播之前，之后的梯度又不同了。",
    ),
    "findings.clip-misplaced.micro.title": (
        "Gradients are clipped before the next backward adds to them",
        "梯度在下一次反向传播累加之前就被裁剪",
    ),
    "findings.clip-misplaced.micro.why": (
        "Each part is limited by itself, and their sum is not: it may be longer than the "
        "limit, and "
        "parts of different length get equal weight.",
        "每一部分各自受限，而总和不受限：它可能超过上限，长短不同的部分也得到同样的权重。",
    ),
    "findings.clip-misplaced.nothing.title": (
        "Clipping is given no gradient: backward has not run yet",
        "裁剪时还没有任何梯度：反向传播尚未运行",
    ),
    "findings.clip-misplaced.nothing.why": (
        "In each of {iterations} iterations it stands before backward, where every .grad is None:"
        " it does nothing and says nothing.",
        "在 {iterations} 次迭代中它都位于反向传播之前，那时每个 .grad 都是 None："
        "它什么也不做，也不报错。",
    ),
    "findings.clip-misplaced.raises.title": (
        "{op} is called before there is any gradient",
        "调用 {op} 时还没有任何梯度",
    ),
    "findings.clip-misplaced.raises.why": (
        "Every .grad is None here, since backward has not run yet; torch's own message does not say"
        " so.",
        "此处每个 .grad 都是 None，因为反向传播尚未运行；torch 自己的消息没有说明这一点。",
    ),
    "findings.clip-misplaced.empty.title": (
        "Clipping is given none of the gradients that the next update reads",
        "裁剪没有得到下一次更新要读取的任何梯度",
    ),
    "findings.clip-misplaced.empty.why": (
        "It was called with no parameter of the model. A generator such as model.parameters() that"
        " was made once is empty from its second use on.",
        "调用时没有给它模型的任何参数。像 model.parameters() "
        "这样只创建一次的生成器，从第二次使用起就是空的。",
    ),
    "findings.clip-misplaced.empty.fix": (
        "Call model.parameters() anew each time, or keep list(model.parameters()).",
        "每次重新调用 model.parameters()，或保存 list(model.parameters())。",
    ),
    "findings.clip-misplaced.fix": (
        "Clip once, between the last backward and optimizer.step().",
        "只裁剪一次，放在最后一次反向传播与 optimizer.step() 之间。",
    ),
    "findings.clip-while-scaled.title": (
        "Gradients are clipped while they are {scale} times too large",
        "裁剪时梯度仍被放大 {scale} 倍",
    ),
    "findings.clip-while-scaled.why": (
        "The norm that was clipped is {norm}; without the scaler's scale it is {true_norm}. The "
        "factor {factor} then shrinks the step for no reason.",
        "被裁剪的范数是 {norm}，去掉缩放后是 {true_norm}。系数 {factor} 无故缩小了步长。",
    ),
    "findings.clip-while-scaled.fix": (
        "Call scaler.unscale_(optimizer) before clipping.",
        "在裁剪之前调用 scaler.unscale_(optimizer)。",
    ),
    "findings.accumulation-scale.title": (
        "{backwards} backwards of mean losses add up to one update, undivided",
        "{backwards} 次均值损失的反向传播未经相除便累加成一次更新",
    ),
    "findings.accumulation-scale.why": (
        "The gradient is about {backwards} times that of the whole batch (norm {norm}): SGD's step "
        "grows, and a clipping threshold shrinks by as much.",
        "梯度约为整个批量的 {backwards} 倍（范数 {norm}）：SGD 的步长变大，裁剪阈值相应变小。",
    ),
    "findings.accumulation-scale.fix": (
        "Divide the loss before backward: (loss / {backwards}).backward().",
        "在反向传播之前除以次数：(loss / {backwards}).backward()。",
    ),
    "findings.graph-across-iterations.title": (
        "Backward of iteration {iteration} reaches {op}, which ran in iteration {born}",
        "第 {iteration} 次迭代的反向传播到达了第 {born} 次迭代中的 {op}",
    ),
    "findings.graph-across-iterations.why": (
        "A tensor made at {op_line} was kept with its graph and used again. The first backward has "
        "freed that graph; with retain_graph it grows with each iteration.",
        "在 {op_line} 产生的张量连同其计算图被保留并再次使用。首次反向传播已释放该图；若用 "
        "retain_graph，它会随迭代不断增长。",
    ),
    "findings.graph-across-iterations.fix": (
        "Detach what is kept from one iteration to the next: state = state.detach().",
        "对跨迭代保留的内容调用 detach：state = state.detach()。",
    ),
    "findings.graph-across-iterations.before.title": (
        "Backward reaches {node}, which was made before the first iteration",
        "反向传播到达了在首次迭代之前产生的 {node}",
    ),
    "findings.graph-across-iterations.before.why": (
        "A tensor was computed from parameters once and is used in each iteration: its graph is "
        "freed by the first backward, and its value never follows the parameters.",
        "某个张量只由参数计算了一次，却在每次迭代中使用：其计算图被首次反向传播释放，"
        "其值也不再随参数变化。",
    ),
    "findings.graph-across-iterations.before.fix": (
        "Compute it in each iteration, inside the step.",
        "在每一步之中重新计算它。",
    ),
    "findings.double-backward.title": (
        "A second backward runs over a graph that the first has freed",
        "第二次反向传播经过了已被第一次释放的计算图",
    ),
    "findings.double-backward.why": (
        "The backward at {first} freed what {op} had saved; the one at {second} needs it.",
        "{first} 处的反向传播释放了 {op} 保存的内容，而 {second} 处又需要它。",
    ),
    "findings.double-backward.unseen.why": (
        "An earlier backward freed what the one at {second} needs; where it ran was not recorded.",
        "之前的反向传播释放了 {second} 处所需的内容；它在何处运行没有记录。",
    ),
    "findings.double-backward.grad.why": (
        "torch.autograd.grad at {first} freed what {op} had saved; the backward at {second} needs "
        "it.",
        "{first} 处的 torch.autograd.grad 释放了 {op} 保存的内容，"
        "而 {second} 处的反向传播又需要它。",
    ),
    "findings.double-backward.grad.fix": (
        "Call grad with create_graph=True where the loss is computed from its result, as for a "
        "penalty on gradients or a differential equation; else with retain_graph=True.",
        "若损失由 grad 的结果计算（如梯度惩罚或微分方程），加 create_graph=True；否则加 "
        "retain_graph=True。",
    ),
    "findings.double-backward.kept.title": (
        "Two backwards over one graph gave {count} parameters the same gradient",
        "对同一计算图的两次反向传播给了 {count} 个参数相同的梯度",
    ),
    "findings.double-backward.kept.why": (
        "The backward at {second} added to .grad, to the bit, what the one at {first} had put "
        "there: of a gradient of norm {old} the update read {sum}. "
        "The step is longer than meant.",
        "{second} 处的反向传播把 {first} 处已放入 .grad 的梯度逐位相同地又加了一次：梯度的范数"
        "为 {old}，更新读取的是 {sum}。这一步比本意更长。",
    ),
    "findings.double-backward.kept.fix": (
        "Call backward once in each step; then no retain_graph=True is needed.",
        "每一步只调用一次 backward；这样也不需要 retain_graph=True。",
    ),
    "findings.double-backward.fix": (
        "Add the losses and call backward once; or detach what they share; or retain_graph=True in "
        "the first.",
        "把损失相加后只调用一次 backward；或对共享部分 detach；或在第一次使用 retain_graph=True。",
    ),
    "findings.inplace-overwrite.title": (
        "{written_by} overwrote a tensor that {saved_by} had saved for backward",
        "{written_by} 覆盖了 {saved_by} 为反向传播保存的张量",
    ),
    "findings.inplace-overwrite.why": (
        "{saved_by} saved it at version {saved_version} ({saved_line}); {written_op} wrote it to "
        "version {version} ({line}); {node} needs the old values.",
        "{saved_by} 在版本 {saved_version} 保存了它（{saved_line}）；{written_op} 将其写到版本 "
        "{version}（{line}）；"
        "{node} 需要旧的数值。",
    ),
    "findings.inplace-overwrite.fix": (
        "Write into a new tensor: x = x + y in place of x += y, clone() before it, inplace=False.",
        "写入新的张量：用 x = x + y 代替 x += y，之前 clone()，或设 inplace=False。",
    ),
    "findings.inplace-overwrite.update.title": (
        "An update changed {written_by} before the backward that needs its old value",
        "更新在需要旧值的反向传播之前改变了 {written_by}",
    ),
    "findings.inplace-overwrite.update.fix": (
        "Run each backward before the update of what it reads, or compute that forward again after "
        "the update.",
        "在更新所读参数之前完成反向传播，或在更新之后重新计算前向。",
    ),
    "findings.inplace-overwrite.earlier.title": (
        "An update changed {written_by} before the backward that needs its old value",
        "更新在需要旧值的反向传播之前改变了 {written_by}",
    ),
    "findings.inplace-overwrite.earlier.why": (
        "The backward at {backward} is of a forward that ran before the update at {line}: {node} "
        "needs version {saved_version} of {written_by}, and the update has made version {version}.",
        "{backward} 处的反向传播属于 {line} 处更新之前的前向：{node} 需要 {written_by} 的版本 "
        "{saved_version}，而更新已使其成为版本 {version}。",
    ),
    "findings.inplace-overwrite.earlier.fix": (
        "Run each backward before the update of what it reads, or compute that forward again after "
        "the update.",
        "在更新所读参数之前完成反向传播，或在更新之后重新计算前向。",
    ),
    "findings.inplace-overwrite.assigned.title": (
        "An assignment x[…] = … overwrote a tensor that {saved_by} had saved for backward",
        "赋值 x[…] = … 覆盖了 {saved_by} 为反向传播保存的张量",
    ),
    "findings.inplace-overwrite.assigned.fix": (
        "Assign into a copy, x = x.clone() before it; or make a new tensor with torch.where or "
        "masked_fill.",
        "先复制再赋值：之前写 x = x.clone()；或用 torch.where 或 masked_fill 得到新的张量。",
    ),
    "findings.inplace-overwrite.unknown.title": (
        "A tensor that was saved for backward was overwritten",
        "为反向传播保存的张量被覆盖",
    ),
    "findings.inplace-overwrite.unknown.why": (
        "{node} needs its earlier values; the write was made by code that is not recorded.",
        "{node} 需要它原来的值；覆盖发生在未被记录的代码中。",
    ),
    "findings.graph-kept-alive.title": (
        "{alive} graphs of earlier iterations are alive after {iterations} iterations",
        "{iterations} 次迭代之后仍有 {alive} 个之前的计算图存活",
    ),
    "findings.graph-kept-alive.why": (
        "{holder} ({kind}) takes a tensor with its graph at {kept_at}, and there is one more after "
        "each iteration: memory grows until it runs out.",
        "{holder}（{kind}）在 {kept_at} 处保存带计算图的张量，每次迭代之后多一个：内存不断增长"
        "直至耗尽。",
    ),
    "findings.graph-kept-alive.no_line.why": (
        "{holder} ({kind}) holds tensors with their graphs, and there is one more after each "
        "iteration: memory grows until it runs out.",
        "{holder}（{kind}）持有带计算图的张量，每次迭代之后多一个：内存不断增长直至耗尽。",
    ),
    "findings.graph-kept-alive.unknown.why": (
        "Something holds a tensor with its graph, and there is one more after each iteration: "
        "memory grows until it runs out. Which name leads to it was not found.",
        "有对象持有带计算图的张量，每次迭代之后多一个：内存不断增长直至耗尽。"
        "没有找到指向它的名称。",
    ),
    "findings.graph-kept-alive.fix": (
        "Keep numbers: total += loss.item(), or loss.detach().",
        "只保留数值：total += loss.item() 或 loss.detach()。",
    ),
}
