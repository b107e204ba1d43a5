"""The explain pane's words on each phase, and on ops and nodes that have none of their own.

A line whose ``{values}`` are not all known is left out (see ``pane.explain_words``); their names
are those of ``explain_values.py``.
"""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_PHASES: Table = {
    "explain.skipped": (
        "Skipped: {skipped} was not run; nothing changed.",
        "已跳过：{skipped} 没有执行，什么都没有改变。",
    ),
    "explain.failed": (
        "It stops here: {op} of {operands} raised an exception (line {line}).",
        "到此为止：{op} 得到 {operands}，出现异常（第 {line} 行）。",
    ),
    "explain.failed.code": (
        "It stops here: the code after this op raised an exception.",
        "到此为止：这个算子之后的代码出现异常。",
    ),
    "explain.failed.ahead": (
        "Iteration {n} stops after {done} of its ops; s goes there, op by op.",
        "第 {n} 次迭代在 {done} 个算子之后停下；按 s 逐个算子前往。",
    ),
    "explain.phase.init": paragraphs("""
        Makes the net: every parameter gets its first random values. Nothing is computed yet.
        Conv2d and Linear draw weight and bias from U(−√k, √k), k = 1 / (inputs of one output).
        {tensors} parameter tensors hold {parameters} numbers.
        Every .grad is None until a backward reaches it: None is not a tensor of zeros.
        Drawn with torch.manual_seed({seed}) on the CPU, then moved to the device.
        Watch out: without a seed no run can be repeated.
        Watch out: with all weights equal, units of a layer get equal gradients and stay equal.

        建立网络：每个参数得到最初的随机值，此时还没有做任何计算。
        Conv2d 和 Linear 的 weight 与 bias 取自 U(−√k, √k)，k = 1 / 每个输出的输入个数。
        共 {tensors} 个参数张量，{parameters} 个数。
        在 backward 到达之前，每个 .grad 都是 None；None 不等于全零的张量。
        先 torch.manual_seed({seed})，在 CPU 上取随机数，再搬到所用的设备。
        注意：不设随机种子，任何一次运行都无法重现。
        注意：若权重全部相等，同层各单元的梯度也相等，以后永远一样。
    """),
    "explain.phase.init.own": paragraphs("""
        Here the session begins: its own code has made the model, or your script left it so.
        {tensors} parameter tensors hold {parameters} numbers. Nothing is computed yet.
        A .grad that no backward has reached is None: None is not a tensor of zeros.
        Watch out: without a seed no run can be repeated.

        会话从这里开始：模型由它自己的代码建立，或保持脚本留下的样子。
        共 {tensors} 个参数张量，{parameters} 个数。此时还没有做任何计算。
        backward 尚未到达的 .grad 是 None；None 不等于全零的张量。
        注意：不设随机种子，任何一次运行都无法重现。
    """),
    "explain.phase.forward": paragraphs("""
        output = net(input): each op takes the tensor of the one before and makes a new one.
        {input} → {output}; the first dimension is the batch. {ops} ops.
        Sizes on the way: {chain}
        Autograd notes each op (tensor.grad_fn), so that backward can go back the same way.
        No parameter changes here; only batch_norm moves its running statistics.
        Watch out: Conv2d takes a single image C×H×W too; flatten(x, 1) then joins H and W alone.
        Watch out: call net(input), not net.forward(input), which leaves out the module's hooks.
        Watch out: net.train() and net.eval() decide what dropout and batch_norm do.

        output = net(input)：每个算子取上一个算子的张量，算出一个新的张量。
        {input} → {output}；第一维是批量（batch）。共 {ops} 个算子。
        途中的尺寸：{chain}
        autograd 记下每个算子（tensor.grad_fn），反向传播时沿原路返回。
        这一步不改变任何参数；只有 batch_norm 会更新它的滑动统计量。
        注意：Conv2d 也接受单幅图像 C×H×W；但之后的 flatten(x, 1) 只会合并 H 和 W。
        注意：写 net(input)，不要写 net.forward(input)，后者不会触发模块的 hook。
        注意：net.train() 与 net.eval() 决定 dropout 和 batch_norm 的行为。
    """),
    "explain.phase.loss": paragraphs("""
        loss = criterion(output, target): one number that says how wrong the output is.
        Output: {input}
        It must be a single number: only then does loss.backward() need no argument.
        Like any tensor it remembers where it came from: loss.grad_fn is the end of the graph.
        Watch out: print loss.item(); collecting the tensors themselves keeps every graph alive.

        loss = criterion(output, target)：用一个数说明输出错了多少。
        输出：{input}
        它必须是单个数，这样 loss.backward() 才不需要参数。
        它和别的张量一样记得自己的来历：loss.grad_fn 就是计算图的末端。
        注意：记录时用 loss.item()；若保存张量本身，每一张计算图都会留在内存里。
    """),
    "explain.phase.zero_grad": paragraphs("""
        net.zero_grad() clears every gradient, since backward adds to .grad and never overwrites it.
        p.grad = None for every parameter (set_to_none=True, the default since torch 2.0).
        Older books print zeros here: that is net.zero_grad(set_to_none=False).
        An optimizer passes over a parameter whose .grad is None; with zeros, momentum moves it.
        Watch out: left out, gradients of one iteration are added to those of the next, silently.
        That is useful only when one large batch is fed in several parts.
        Watch out: p.grad.data right after this raises an error: None has no data.

        net.zero_grad() 清除所有梯度：backward 只会往 .grad 上累加，不会覆盖。
        对每个参数 p.grad = None（set_to_none=True，torch 2.0 起的默认值）。
        旧教材在这里打印出零，相当于 net.zero_grad(set_to_none=False)。
        .grad 为 None 的参数会被优化器跳过；若是全零，动量仍会推动它。
        注意：漏掉这一步，这次迭代的梯度会与下一次的相加，而且没有任何提示。
        只有把一个大批量分几次送入时，才需要这样累加。
        注意：此后立刻读 p.grad.data 会报错，因为 None 没有 data。
    """),
    "explain.phase.unscale": paragraphs("""
        scaler.unscale_(optimizer) divides every .grad of the optimizer by the scale of the loss.
        In float16 small gradients would become 0; the loss was multiplied so that they do not.
        If one of them is infinite or NaN, the scaler skips this update and lowers the scale.
        Watch out: clip gradients after this; scaled ones are far longer than the limit means.

        scaler.unscale_(optimizer) 把优化器的每个 .grad 除以损失的缩放系数。
        float16 中很小的梯度会变成 0；先把损失放大，就不会。
        若发现无穷大，缩放器会跳过这次更新，并减小系数。
        注意：裁剪梯度应在此之后，否则上限相当于放大了同样的倍数。
    """),
    "explain.phase.schedule": paragraphs("""
        scheduler.step() sets the learning rate of the updates to come; no parameter changes.
        Watch out: it belongs after optimizer.step(), once an epoch or once an iteration.

        scheduler.step() 设定以后各次更新的学习率；参数不变。
        注意：它应在 optimizer.step() 之后，每个 epoch 一次或每次迭代一次。
    """),
    "explain.phase.other": paragraphs("""
        Work of the step that is none of its phases: between the model, the loss and the update, or
        after it, such as an accuracy, or a gradient changed by hand.
        What it computes is called other.…, and in JSON the phase is other.

        训练步中不属于任何阶段的工作：在模型、损失与更新之间，或在更新之后，
        例如计算准确率，或手动修改梯度。
        它算出的结果名为 other.…，在 JSON 中此阶段写作 other。
    """),
    "explain.phase.edit": paragraphs("""
        A change by hand: one number of a parameter, or what the next iteration takes as its input.
        A parameter's number is written as p.data[index] = value: no gradient, no optimizer knows.
        What follows is computed with it by torch as always; a step back undoes it.
        A picture or number for the input waits: the next batch is taken as ever and then changed.

        手动修改：参数中的一个数，或下一次迭代所用的输入。
        参数的数以 p.data[index] = value 写入：没有梯度，优化器也不知道。
        之后的一切照常由 torch 用它来计算；退回一步即可撤销。
        给输入的图像或数会先等待：下一个批量照常取出，然后再被修改。
    """),
    "explain.phase.step": paragraphs("""
        step(batch): the whole training step in its owner's own order, observed as it runs.

        step(batch)：作者自己写的整个训练步骤，按其自己的顺序执行并被记录。
    """),
    "explain.phase.backward": paragraphs("""
        loss.backward() walks the graph from the loss back to the parameters, by the chain rule.
        Each node is given ∂loss/∂(its output) and returns ∂loss/∂(its inputs); {nodes} nodes here.
        At the leaves AccumulateGrad puts the result into p.grad, which has the shape of p.
        p.grad now holds the sum of {accumulated} backward passes: zero_grad was left out.
        No weight changes yet: that is the update.
        Watch out: a second backward raises an error: the first has freed what the graph had saved
        (loss.backward(retain_graph=True) keeps it).
        Watch out: a weight edited through p.data since the forward makes gradients wrong, with no
        warning; edited in place under torch.no_grad(), backward raises an error.

        loss.backward() 用链式法则，沿计算图从损失一路走回各个参数。
        每个节点得到 ∂loss/∂(自己的输出)，返回 ∂loss/∂(自己的输入)；这里共 {nodes} 个节点。
        在叶子处，AccumulateGrad 把结果放进 p.grad，形状与 p 相同。
        p.grad 里现在是 {accumulated} 次 backward 之和：中间没有做 zero_grad。
        此时权重还没有变，改变权重是 update 的事。
        注意：再做一次 backward 会报错，因为第一次已经释放了图中保存的张量
        （loss.backward(retain_graph=True) 可以保留）。
        注意：forward 之后通过 p.data 改过权重，梯度会悄悄算错；
        若在 torch.no_grad() 下原地修改，backward 会报错。
    """),
    "explain.phase.vector": paragraphs("""
        output.backward(v) starts from a vector v on the output, not from a loss: {vector}
        It gives vᵀ⋅J, the vector–Jacobian product, J = ∂output/∂p; J itself is never built.
        loss.backward() is the same with v = ∂loss/∂output. {nodes} nodes here.
        A one-hot v gives the gradient of that one output; a random v gives a random mixture of all.
        v has the output's shape, batch included.
        p.grad now holds the sum of {accumulated} backward passes.
        Watch out: without v, an output of several numbers raises
        "grad can be implicitly created only for scalar outputs".
        Watch out: the graph is freed afterwards; run forward again before loss.backward().

        output.backward(v) 不从损失出发，而从输出上的一个向量 v 出发：{vector}
        得到 vᵀ⋅J，即向量–雅可比积，J = ∂output/∂p；J 本身从不真正算出来。
        loss.backward() 就是取 v = ∂loss/∂output 的情形。这里共 {nodes} 个节点。
        one-hot 的 v 给出那一个输出的梯度；随机的 v 给出所有输出梯度的随机组合。
        v 的形状与输出相同，包括批量维。
        p.grad 里现在是 {accumulated} 次 backward 之和。
        注意：输出不止一个数而又不给 v，会报错
        "grad can be implicitly created only for scalar outputs"。
        注意：此后计算图已释放；做 loss.backward() 之前要重新 forward。
    """),
    "explain.phase.clip": paragraphs("""
        Gradient clipping: if the norm of all gradients together is too large, all are scaled down.
        torch.nn.utils.clip_grad_norm_(net.parameters(), {clip})
        Total norm before: {norm} (of all gradients as one long vector). The limit is {clip}.
        Every gradient was multiplied by min(1, {clip} / (norm + 1e-6)) = {factor}
        {name}: {shape}
        The direction stays, only the length changes: one bad batch cannot move the weights far.
        Watch out: it belongs after backward and before the update.
        Watch out: a norm that is NaN or inf makes every gradient NaN or 0: find its source.

        梯度裁剪：所有梯度合起来的范数太大时，按同一比例缩小。
        torch.nn.utils.clip_grad_norm_(net.parameters(), {clip})
        裁剪前的总范数：{norm}（把所有梯度看成一个长向量）。最多允许 {clip}。
        每个梯度都乘以了 min(1, {clip} / (norm + 1e-6)) = {factor}
        {name}：{shape}
        方向不变，只改长度：一个坏的批量不会把权重甩得太远。
        注意：它要放在 backward 之后、update 之前。
        注意：总范数若为 NaN 或 inf，所有梯度都会变成 NaN 或 0：要查清来源。
    """),
    "explain.op.other": paragraphs("""
        {op}: torch ran this op; lenet-tui has no explanation of it.
        {input} → {output}

        {op}：torch 执行了这个算子；lenet-tui 没有关于它的说明。
        {input} → {output}
    """),
    "explain.op.compiled": paragraphs("""
        {op}: torch runs what torch.compile made of this code, as one call.
        {input} → {output}
        Its inside is closed: what it computes on the way cannot be seen or explained here.

        {op}：torch 把 torch.compile 从这段代码得到的结果当作一次调用来执行。
        {input} → {output}
        其内部是封闭的：中间算了什么，这里看不到，也无法说明。
    """),
    "explain.op.scripted": paragraphs("""
        {op}: torch runs this module as a TorchScript, in one call.
        {input} → {output}
        Its inside is closed: what it computes on the way cannot be seen or explained here.

        {op}：torch 把这个模块当作 TorchScript，用一次调用来执行。
        {input} → {output}
        其内部是封闭的：中间算了什么，这里看不到，也无法说明。
    """),
    "explain.op.vmap": paragraphs("""
        {op}: torch maps a function over a dimension, in one call.
        {input} → {output}
        Its inside is closed: what it computes on the way cannot be seen or explained here.

        {op}：torch 沿某一维映射一个函数，用一次调用完成。
        {input} → {output}
        其内部是封闭的：中间算了什么，这里看不到，也无法说明。
    """),
    "explain.op.AccumulateGrad": paragraphs("""
        A leaf of the graph: here the gradient arrives in {name}.grad.
        p.grad = g if p.grad is None, else p.grad + g
        It adds, never overwrites: that is why there is zero_grad.
        Only leaves keep a .grad: tensors that you make with requires_grad=True, such as parameters.
        Watch out: an activation's .grad stays None, unless retain_grad() was called on it.

        计算图的叶子：梯度在这里到达 {name}.grad。
        p.grad 为 None 时 p.grad = g，否则 p.grad = p.grad + g
        它只累加、不覆盖，所以才需要 zero_grad。
        只有叶子保留 .grad：自己建立且 requires_grad=True 的张量，参数就是这样。
        注意：激活值的 .grad 一直是 None，除非对它调用过 retain_grad()。
    """),
    "explain.node.other": paragraphs("""
        {op}: a node of the backward of {name}; lenet-tui has no explanation of it.
        It was given ∂loss/∂(its output) and returned ∂loss/∂(its inputs).
        Produced: {gradients}

        {op}：{name} 反向传播中的一个节点；lenet-tui 没有关于它的说明。
        它得到 ∂loss/∂(自己的输出)，返回 ∂loss/∂(自己的输入)。
        得到：{gradients}
    """),
}
