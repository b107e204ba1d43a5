"""Words of the findings on parameters."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike

LEDGER: Table = {
    "findings.param-not-registered.title": (
        "{held_by} holds {count} parameters that take part and are in no named_parameters(): "
        "{parameters}",
        "{held_by} 中有 {count} 个参数参与了计算，却不在 named_parameters() 中：{parameters}",
    ),
    **alike(
        "findings.param-not-registered",
        "one.title one_trained.title",
        (
            "{parameters}, shape {shape}, takes part and is in no named_parameters()",
            "{parameters}（形状 {shape}）参与了计算，却不在 named_parameters() 中",
        ),
    ),
    "findings.param-not-registered.nowhere.title": (
        "{count} parameters take part and are in no named_parameters(), and no name leads to them",
        "有 {count} 个参数参与了计算，却不在 named_parameters() 中，也没有名称指向它们",
    ),
    "findings.param-not-registered.anew.title": (
        "{count} parameters are made anew in each iteration: they are never trained",
        "有 {count} 个参数在每次迭代中重新创建：它们从未得到训练",
    ),
    "findings.param-not-registered.anew.why": (
        "Their layer is made where it is called, inside of forward: each call begins with new "
        "initial weights, which no optimizer holds and no state_dict() saves.",
        "它们所在的层在 forward 中随用随建：每次调用都从新的初始权重开始，优化器不持有，"
        "state_dict() 也不保存。",
    ),
    "findings.param-not-registered.anew.fix": (
        "Make the layer once, in __init__, as self.name, and call that in forward.",
        "在 __init__ 中创建一次该层（self.name），在 forward 中调用它。",
    ),
    "findings.param-not-registered.why": (
        "A plain list, a dictionary or a tensor attribute is not registered: what it holds is not "
        "trained, not moved by .to() and not saved in state_dict(). By module: {modules}.",
        "普通列表、字典或张量属性不会被注册：其中的内容不会被训练，不随 .to() 移动，也不保存在 "
        "state_dict() 中。按模块：{modules}。",
    ),
    **alike(
        "findings.param-not-registered",
        "one.why nowhere.why",
        (
            "A plain list, a dictionary or a tensor attribute is not registered: what it holds is "
            "not trained, not moved by .to() and not saved in state_dict().",
            "普通列表、字典或张量属性不会被注册：其中的内容不会被训练，不随 .to() 移动，也不保存在 "
            "state_dict() 中。",
        ),
    ),
    "findings.param-not-registered.fix": (
        "Use nn.ModuleList, nn.ModuleDict, nn.ParameterList or nn.Parameter, before the optimizer "
        "is made.",
        "在创建优化器之前改用 nn.ModuleList、nn.ModuleDict、nn.ParameterList 或 nn.Parameter。",
    ),
    **alike(
        "findings.param-not-registered",
        "trained.why one_trained.why",
        (
            "The optimizer trains it, but .to() does not move it and state_dict() does not save "
            "it.",
            "优化器会训练它，但 .to() 不会移动它，state_dict() 也不会保存它。",
        ),
    ),
    "findings.param-not-in-optimizer.title": (
        "{count} parameters have a gradient and are in no group of the optimizer: {parameters}",
        "{count} 个参数有梯度，却不在优化器的任何参数组中：{parameters}",
    ),
    "findings.param-not-in-optimizer.why": (
        "Their gradients reach a norm of {norm} and no update reads them: they stay as they were "
        "initialised. The optimizer holds {held} tensors.",
        "其梯度的范数达到 {norm}，却没有更新读取：它们保持初始值。优化器持有 {held} 个张量。",
    ),
    "findings.param-not-in-optimizer.fix": (
        "Make the optimizer after the model is complete, from all of model.parameters(), or add "
        "them with add_param_group.",
        "在模型完整之后用全部 model.parameters() 创建优化器，或用 add_param_group 加入。",
    ),
    "findings.optimizer-stale.title": (
        "{optimizer} holds {count} tensors that no model has: shapes {shapes}",
        "{optimizer} 持有 {count} 个不属于任何模型的张量：形状 {shapes}",
    ),
    "findings.optimizer-stale.why": (
        "They took part in no op of these iterations: layers were replaced after the optimizer was "
        "made, and those that came in their place are not trained.",
        "它们没有参与这些迭代的任何算子：优化器创建之后层被替换，新的层没有被训练。",
    ),
    "findings.optimizer-stale.fix": (
        "Make the optimizer after the last change of the model.",
        "在最后一次修改模型之后再创建优化器。",
    ),
    "findings.no-gradient.title": (
        "{count} parameters had no gradient in any iteration: {parameters}",
        "{count} 个参数在每次迭代中都没有梯度：{parameters}",
    ),
    "findings.no-gradient.why": (
        "Their values go into the loss, yet no backward reached them.",
        "它们的数值进入了损失，但反向传播没有到达它们。",
    ),
    "findings.no-gradient.fix": (
        "Look at the ops between them and the loss.",
        "查看它们与损失之间的算子。",
    ),
    "findings.no-gradient.unused.title": (
        "{count} parameters took part in no op: {parameters}",
        "{count} 个参数没有参与任何算子：{parameters}",
    ),
    "findings.no-gradient.unused.why": (
        "Their layer was never called in these iterations: it may be a branch that was not taken, "
        "or a layer that forward forgets.",
        "这些迭代中从未调用它们所在的层：可能是未走到的分支，也可能是 forward 遗漏的层。",
    ),
    "findings.no-gradient.unused.fix": (
        "Call the layer in forward, or remove it.",
        "在 forward 中调用该层，或将其删除。",
    ),
    "findings.no-gradient.unread.title": (
        "{count} parameters are computed with, and nothing of it reaches the loss: {parameters}",
        "{count} 个参数参与了计算，但结果没有进入损失：{parameters}",
    ),
    "findings.no-gradient.unread.why": (
        "What their layer returned is read by no op on the way to the loss.",
        "所在层的返回值没有被通往损失的任何算子读取。",
    ),
    "findings.no-gradient.unread.fix": (
        "Use the result, or remove the layer.",
        "使用该结果，或删除该层。",
    ),
    "findings.no-gradient.zero.title": (
        "{count} parameters had a gradient of zeros alone in every iteration: {parameters}",
        "{count} 个参数在每次迭代中的梯度全为零：{parameters}",
    ),
    "findings.no-gradient.zero.why": (
        "The gradient that reached them was zero already; it became so at {died_at}. They can "
        "never "
        "move.",
        "到达它们的梯度已经为零，在 {died_at} 处变为零。它们永远不会更新。",
    ),
    "findings.no-gradient.zero.fix": (
        "Initialise with random weights; look for a ReLU whose inputs are never above zero, or for "
        "weights of zero above.",
        "用随机数初始化权重；检查输入从不大于零的 ReLU，或其上方全为零的权重。",
    ),
    "findings.no-gradient.input.title": (
        "What enters {layer} is 0 everywhere: the gradient of {parameters} is 0",
        "进入 {layer} 的数全为 0：{parameters} 的梯度为 0",
    ),
    "findings.no-gradient.input.why": (
        "It was so in every iteration. The gradient of a weight is a product with the layer's"
        " input, so that it learns nothing, and what comes after it does not depend on the data.",
        "每次迭代都是如此。权重的梯度是与该层输入的乘积，因此它什么也学不到，其后的结果也与数据无关。",
    ),
    "findings.no-gradient.input.fix": (
        "Look at what makes the input of {layer}.",
        "检查 {layer} 的输入是如何得到的。",
    ),
    "findings.no-gradient.stuck.title": (
        "Weights that begin as zeros stay so: {zeros}; {count} parameters had gradient 0",
        "初始为零的权重一直为零：{zeros}；{count} 个参数的梯度为 0",
    ),
    "findings.no-gradient.stuck.why": (
        "What such a layer makes is the same for each input, a ReLU lets no gradient through at 0,"
        " and a gradient times a weight of 0 is 0: in no iteration did a gradient reach any of"
        " them.",
        "这样的层对任何输入都给出同样的结果，ReLU 在 0 处不让梯度通过，梯度乘以为 0 的权重仍为 0："
        "每次迭代中都没有梯度到达它们。",
    ),
    "findings.no-gradient.stuck.fix": (
        "Begin with random weights, as nn.Linear does by itself; only the last layer of a branch"
        " may begin with zeros.",
        "从随机权重开始（nn.Linear 默认如此）；只有分支的最后一层可以从零开始。",
    ),
    "findings.no-gradient.steps.title": (
        "{count} parameters had gradient 0, as {died_at} is flat between its steps: {parameters}",
        "{count} 个参数的梯度为 0，因为 {died_at} 在各台阶之间是平的：{parameters}",
    ),
    "findings.no-gradient.steps.why": (
        "The gradient ends at {node}: the slope of round, floor, ceil, trunc and sign is 0"
        " everywhere, whatever the numbers are.",
        "梯度止于 {node}：round、floor、ceil、trunc 与 sign 的斜率处处为 0，与数值无关。",
    ),
    "findings.no-gradient.steps.fix": (
        "Train with a smooth function in its place, or let the gradient pass it by:"
        " x + (x.round() - x).detach().",
        "训练时换成光滑的函数，或让梯度绕过它：x + (x.round() - x).detach()。",
    ),
    "findings.no-gradient.no_backward.title": (
        "{optimizer} steps, and no parameter has a gradient: no backward has run",
        "{optimizer} 进行了更新，却没有任何参数有梯度：反向传播从未运行",
    ),
    "findings.no-gradient.no_backward.why": (
        "In {iterations} iterations loss.backward() was never called, and every .grad is None: the"
        " optimizer leaves such parameters as they are and says nothing.",
        "{iterations} 次迭代中从未调用 loss.backward()，每个 .grad 都是 None："
        "优化器会跳过这些参数，也不报错。",
    ),
    "findings.no-gradient.no_backward.fix": (
        "Call loss.backward(), with its parentheses, before optimizer.step().",
        "在 optimizer.step() 之前调用 loss.backward()，不要漏掉括号。",
    ),
    "findings.graph-cut.title": (
        "The graph ends at {op}: {count} parameters have no gradient: {parameters}",
        "计算图在 {op} 处中断：{count} 个参数没有梯度：{parameters}",
    ),
    "findings.graph-cut.why": (
        "Its input required a gradient and its result does not, so backward stops there though the "
        "numbers go on to the loss.",
        "其输入需要梯度而结果不需要：数值继续进入损失，反向传播却在此停止。",
    ),
    "findings.graph-cut.fix": (
        "Leave out the {op}, or compute with an op that has a gradient; if it is meant, freeze "
        "these "
        "parameters.",
        "去掉 {op}，或改用有梯度的算子；若是有意为之，请冻结这些参数。",
    ),
    "findings.graph-cut.values.title": (
        "torch.{op}(…) makes a new tensor of the numbers alone: {count} parameters have no "
        "gradient: {parameters}",
        "torch.{op}(…) 只用数值创建了新的张量：{count} 个参数没有梯度：{parameters}",
    ),
    "findings.graph-cut.values.why": (
        "What it is given is copied without its graph, so backward stops there though the numbers "
        "go on to the loss.",
        "它复制数值而不保留计算图：数值继续进入损失，反向传播却在此停止。",
    ),
    "findings.graph-cut.values.fix": (
        "Put tensors together with torch.stack or torch.cat, or use each as it is.",
        "用 torch.stack 或 torch.cat 组合张量，或直接使用各个张量。",
    ),
    "findings.graph-cut.leaves.title": (
        "Numbers leave torch at {op}: {count} parameters have no gradient: {parameters}",
        "数值在 {op} 处离开 torch：{count} 个参数没有梯度：{parameters}",
    ),
    "findings.graph-cut.leaves.why": (
        "A plain number or an array has no graph; no other way leads from these parameters to the "
        "loss.",
        "普通数值或数组没有计算图；这些参数没有其他通往损失的路径。",
    ),
    "findings.graph-cut.leaves.fix": (
        "Compute on with tensors; use {op} only to print.",
        "用张量继续计算，只在打印时使用 {op}。",
    ),
    "findings.graph-cut.no_grad.title": (
        "{count} trainable parameters are used only without gradients: {parameters}",
        "{count} 个可训练参数只在不求梯度时使用：{parameters}",
    ),
    "findings.graph-cut.no_grad.fix": (
        "If it is meant, freeze them: requires_grad_(False); else leave torch.no_grad().",
        "若是有意为之，请用 requires_grad_(False) 冻结；否则去掉 torch.no_grad()。",
    ),
    "findings.frozen-but-moves.title": (
        "{count} parameters with requires_grad=False moved in an update: {parameters}",
        "{count} 个 requires_grad=False 的参数在更新中改变：{parameters}",
    ),
    "findings.frozen-but-moves.why": (
        "{optimizer} still has a gradient of theirs from before; with it, weight decay "
        "{weight_decay} and momentum {momentum} move them by {moved}.",
        "{optimizer} 仍持有它们之前的梯度；它连同权重衰减 {weight_decay} 和动量 {momentum} "
        "使其移动 {moved}。",
    ),
    "findings.frozen-but-moves.fix": (
        "Set their .grad to None, or leave them out of the optimizer.",
        "将其 .grad 设为 None，或不放入优化器。",
    ),
    "findings.frozen-but-moves.buffers.title": (
        "{count} buffers of frozen modules changed: {buffers}",
        "{count} 个属于已冻结模块的缓冲区改变了：{buffers}",
    ),
    "findings.frozen-but-moves.buffers.why": (
        "requires_grad=False does not stop batch statistics: in train mode they follow each batch "
        "(here by {moved}), and eval gives other results than before.",
        "requires_grad=False 不会停止批统计量：训练模式下它们随每个批量变化（此处为 {moved}），"
        "eval 的结果随之改变。",
    ),
    "findings.frozen-but-moves.buffers.fix": (
        "Put the frozen modules into eval mode after each model.train().",
        "每次 model.train() 之后把冻结的模块切换到 eval 模式。",
    ),
    "findings.tied-but-apart.title": (
        "{first} and {second} begin equal to the bit, in two storages",
        "{first} 与 {second} 起初逐位相等，却存放在两处",
    ),
    "findings.tied-but-apart.why": (
        "They begin equal as tied weights do, but each has its own gradient and update, so they "
        "part with the first step.",
        "它们像共享权重一样从相等开始，但各有自己的梯度与更新，第一步之后便不再相等。",
    ),
    "findings.tied-but-apart.fix": (
        "Assign the parameter itself, head.weight = embedding.weight, or use it in forward; do not "
        "copy it.",
        "直接赋值参数本身 head.weight = embedding.weight，或在 forward 中使用它，不要复制。",
    ),
}
