"""Words of the findings on the loss."""

from __future__ import annotations

from lenet_tui.text.notice import Table

LOSS: Table = {
    "findings.loss-broadcast.title": (
        "Prediction {prediction} and target {target} broadcast to {result}",
        "预测 {prediction} 与目标 {target} 被广播为 {result}",
    ),
    "findings.loss-broadcast.why": (
        "The loss compares {pairs} pairs where {expected} were meant: predictions meet the targets "
        "of other samples, so the best it can learn is the mean. torch only warns, or says "
        "nothing.",
        "损失比较了 {pairs} 对数，而本应是 {expected} 对：预测与其他样本的目标相比，"
        "最多只能学到均值。"
        "torch 只给出警告，或什么都不说。",
    ),
    "findings.loss-broadcast.fix": (
        "Give both the same shape before the loss: for each prediction its own target.",
        "在计算损失之前让两者形状相同：每个预测对应自己的目标。",
    ),
    "findings.loss-broadcast.shared.why": (
        "Several predictions meet one and the same target: the best that they can learn is to be"
        " alike. torch only warns, or says nothing.",
        "多个预测与同一个目标相比：最多只能学到彼此相同。torch 只给出警告，或什么都不说。",
    ),
    "findings.loss-broadcast.axis.fix": (
        "Give both the same shape: {write}, or {instead}.",
        "让两者形状相同：{write}，或 {instead}。",
    ),
    "findings.loss-on-probabilities.title": (
        "{loss} takes logits and is given probabilities: each row sums to 1",
        "{loss} 应接收 logits，得到的却是概率：每行之和为 1",
    ),
    "findings.loss-on-probabilities.why": (
        "The values lie between {low} and {high} and are normalised a second time. With {classes} "
        "classes the loss cannot fall below {floor}, and gradients are small.",
        "数值在 {low} 与 {high} 之间，又被归一化了一次。{classes} 个类别时损失不会低于 "
        "{floor}，梯度也很小。",
    ),
    "findings.loss-on-probabilities.fix": (
        "Leave out the softmax before {loss}; apply it only where probabilities are shown.",
        "去掉 {loss} 之前的 softmax，只在展示概率时使用它。",
    ),
    "findings.loss-on-probabilities.sigmoid.title": (
        "{loss} takes logits and is given the result of {made_by}",
        "{loss} 应接收 logits，得到的却是 {made_by} 的结果",
    ),
    "findings.loss-on-probabilities.sigmoid.why": (
        "The values lie between {low} and {high} and pass through the sigmoid of the loss, which "
        "leaves 0.5 to 0.73: the loss of a right positive cannot fall below {floor}.",
        "数值在 {low} 与 {high} 之间，又经过损失自身的 sigmoid，只剩 0.5 到 0.73："
        "正例的损失不会低于 {floor}。",
    ),
    "findings.loss-on-probabilities.sigmoid.fix": (
        "Leave out the {made_by}, or use binary_cross_entropy with it.",
        "去掉 {made_by}，或保留它并改用 binary_cross_entropy。",
    ),
    "findings.loss-on-probabilities.between.title": (
        "{loss} takes logits and is given the result of {made_by}: {low} to {high}",
        "{loss} 应接收 logits，得到的却是 {made_by} 的结果：{low} 到 {high}",
    ),
    "findings.loss-on-probabilities.between.why": (
        "{loss} compares the logits of a sample with one another, and these cannot differ by more "
        "than 1: with {classes} classes the loss cannot fall below {floor}, and gradients are "
        "small.",
        "{loss} 比较同一样本各类别的 logits，而这里它们相差不会超过 1：{classes} 个类别时损失不会"
        "低于 {floor}，梯度也很小。",
    ),
    "findings.loss-on-probabilities.between.fix": (
        "Leave out the {made_by} before {loss}. If a sample may belong to several classes, "
        "binary_cross_entropy_with_logits is the loss, without it too.",
        "去掉 {loss} 之前的 {made_by}。若一个样本可同时属于多个类别，则应使用"
        " binary_cross_entropy_with_logits，同样不加它。",
    ),
    "findings.loss-on-probabilities.nll.title": (
        "nll_loss takes log-probabilities and is given probabilities: each row sums to 1",
        "nll_loss 应接收对数概率，得到的却是概率：每行之和为 1",
    ),
    "findings.loss-on-probabilities.nll.why": (
        "The values lie between {low} and {high}; the loss is minus one of them, so it is negative "
        "and its gradient does not depend on how wrong the model is.",
        "数值在 {low} 与 {high} 之间；损失是其中一个的相反数，因此为负，其梯度与模型错得多少无关。",
    ),
    "findings.loss-on-probabilities.nll.fix": (
        "Use log_softmax in place of softmax.",
        "用 log_softmax 代替 softmax。",
    ),
    "findings.loss-on-probabilities.kl.title": (
        "kl_div takes log-probabilities first and is given probabilities: each row sums to 1",
        "kl_div 的第一个参数应是对数概率，得到的却是概率：每行之和为 1",
    ),
    "findings.loss-on-probabilities.kl.why": (
        "The values lie between {low} and {high}, where a log-probability is at most 0. The result "
        "is not a divergence: it is not smallest where both distributions are the same.",
        "数值在 {low} 与 {high} 之间，而对数概率最大为 0。结果不是散度：两个分布相同时它并不最小。",
    ),
    "findings.loss-on-probabilities.kl.fix": (
        "Use log_softmax in place of softmax for the first argument; the second one stays "
        "probabilities, unless log_target=True.",
        "第一个参数用 log_softmax 代替 softmax；第二个仍是概率，除非 log_target=True。",
    ),
    "findings.loss-on-probabilities.above.title": (
        "{loss} takes log-probabilities and is given numbers up to {high}",
        "{loss} 应接收对数概率，得到的数却大到 {high}",
    ),
    "findings.loss-on-probabilities.above.why": (
        "A log-probability is at most 0. Without log_softmax nothing holds the outputs together: "
        "the loss falls without bound as they grow.",
        "对数概率最大为 0。没有 log_softmax，各输出之间没有约束：它们越大，损失越低，没有下界。",
    ),
    "findings.loss-on-probabilities.above.fix": (
        "Give {loss} log_softmax of the logits; for class numbers, cross_entropy of the logits "
        "does both.",
        "把 logits 的 log_softmax 交给 {loss}；目标是类别编号时，用 logits 的 cross_entropy 即可。",
    ),
    "findings.loss-arguments-swapped.title": (
        "{loss} is given the target first and the prediction second",
        "{loss} 的第一个参数是目标，第二个才是预测",
    ),
    "findings.loss-arguments-swapped.why": (
        "The first argument, {input}, has no way back to a parameter; the second, {target}, has "
        "one. {loss} treats the two differently: so it is another loss, with another gradient.",
        "第一个参数 {input} 没有通向参数的路径，第二个 {target} 才有。{loss} 对两者的处理不同："
        "这样它是另一个损失，梯度也不同。",
    ),
    "findings.loss-arguments-swapped.fix": (
        "Give the prediction first: {loss}(output, target).",
        "先给预测，再给目标：{loss}(output, target)。",
    ),
    "findings.loss-one-class.title": (
        "{loss} is given one class: shape {shape}, so it is 0 whatever the model says",
        "{loss} 只得到一个类别：形状 {shape}，无论模型输出什么损失都是 0",
    ),
    "findings.loss-one-class.before.title": (
        "{loss} is given {op} over an axis of length 1: shape {shape}",
        "{loss} 得到的是沿长度为 1 的轴计算的 {op}：形状 {shape}",
    ),
    "findings.loss-one-class.why": (
        "The softmax of a single number is 1, and its gradient 0: nothing is learnt.",
        "单个数的 softmax 恒为 1，梯度为 0：什么也学不到。",
    ),
    "findings.loss-one-class.fix": (
        "For yes or no with one output: binary_cross_entropy_with_logits; for several classes, an "
        "output for each.",
        "用一个输出判断是与否：binary_cross_entropy_with_logits；多个类别则每个类别一个输出。",
    ),
    "findings.loss-of-itself.title": (
        "{loss} compares the prediction {shape} with itself",
        "{loss} 把预测 {shape} 与它自己比较",
    ),
    "findings.loss-of-itself.why": (
        "The target holds the same numbers, made by the same op ({made_by}): the loss is 0 and its"
        " gradient too, whatever the model gives.",
        "目标是同一算子（{made_by}）产生的同一组数值：无论模型给出什么，损失及其梯度都是 0。",
    ),
    "findings.loss-of-itself.fix": (
        "Compare with the target of the batch.",
        "与批量中的目标比较。",
    ),
    "findings.label-range.title": (
        "Labels from {low} to {high}, where {classes} classes are 0 to {highest}",
        "标签从 {low} 到 {high}，而 {classes} 个类别应为 0 到 {highest}",
    ),
    "findings.label-range.why": (
        "{outside} labels have no output. On the CPU {loss} raises; on a GPU its kernel ends the "
        "process, and the message names another line.",
        "有 {outside} 个标签没有对应的输出。在 CPU 上 {loss} 会报错；在 GPU "
        "上其核函数会终止进程，且错误信息指向别处。",
    ),
    "findings.label-range.fix": (
        "Number the classes from 0, give the model as many outputs as there are classes, or set "
        "ignore_index.",
        "类别从 0 开始编号，让模型的输出数等于类别数，或设置 ignore_index。",
    ),
    "findings.label-range.index.title": (
        "Indices from {low} to {high}, where {op} has places 0 to {highest}",
        "下标从 {low} 到 {high}，而 {op} 的位置为 0 到 {highest}",
    ),
    "findings.label-range.index.why": (
        "{outside} of {indices} indices have no place among {classes}. On the CPU {op} raises; on "
        "a GPU its kernel ends the process, and the message names another line.",
        "{indices} 个下标中有 {outside} 个不在 {classes} 个位置之内。在 CPU 上 {op} 会报错；在 GPU "
        "上其核函数会终止进程，且错误信息指向别处。",
    ),
    "findings.label-range.index.fix": (
        "Number labels and tokens from 0, or make what is indexed as large as the largest of them "
        "plus 1; leave padding out before indexing.",
        "标签与词元从 0 开始编号，或让被下标的维度等于其最大值加 1；在下标之前排除填充。",
    ),
    "findings.label-range.binary.title": (
        "Labels from {low} to {high}, where {loss} takes 0 to 1",
        "标签从 {low} 到 {high}，而 {loss} 应接收 0 到 1",
    ),
    "findings.label-range.binary.why": (
        "{outside} labels lie outside; nothing is raised, and the loss has no lower bound.",
        "{outside} 个标签超出范围；不会报错，而损失没有下界。",
    ),
    "findings.label-range.probability.title": (
        "Labels from {low} to {high}, where {loss} takes 0 to 1",
        "标签从 {low} 到 {high}，而 {loss} 应接收 0 到 1",
    ),
    "findings.label-range.probability.why": (
        "{outside} labels lie outside. On the CPU {loss} raises; on a GPU its kernel ends the "
        "process, and the message names another line.",
        "有 {outside} 个标签超出范围。在 CPU 上 {loss} 会报错；在 GPU "
        "上其核函数会终止进程，且错误信息指向别处。",
    ),
    "findings.label-range.probability.fix": (
        "Map the labels to 0 and 1, such as (y + 1) / 2 for −1 and 1.",
        "把标签映射到 0 和 1，例如对 −1 和 1 用 (y + 1) / 2。",
    ),
    "findings.label-range.binary.fix": (
        "Map the labels to 0 and 1, such as (y + 1) / 2 for −1 and 1.",
        "把标签映射到 0 和 1，例如对 −1 和 1 用 (y + 1) / 2。",
    ),
    "findings.label-dtype.title": (
        "{loss} is given labels of dtype {labels}, shape {shape}",
        "{loss} 得到的标签类型为 {labels}，形状为 {shape}",
    ),
    "findings.label-dtype.why": (
        "It takes class numbers as int64, or probabilities of the shape of the input, which is "
        "{input}; torch raises.",
        "它接收 int64 的类别编号，或与输入（{input}）同形状的概率；torch 会报错。",
    ),
    "findings.label-dtype.fix": (
        "Cast the class numbers: target.long().",
        "转换类别编号的类型：target.long()。",
    ),
    "findings.label-dtype.one-hot.title": (
        "{loss} is given whole numbers in the shape of its input, {shape}",
        "{loss} 得到与输入同形状 {shape} 的整数",
    ),
    "findings.label-dtype.one-hot.fix": (
        "Give class numbers, target.argmax(1), or probabilities, target.float().",
        "给出类别编号 target.argmax(1)，或概率 target.float()。",
    ),
    "findings.label-dtype.binary.why": (
        "It takes labels of the dtype of its input, {input}; torch raises, here or in backward.",
        "它接收与输入同为 {input} 的标签；torch 会在此处或反向传播时报错。",
    ),
    "findings.label-dtype.binary.fix": (
        "Cast the labels: target.float().",
        "转换标签的类型：target.float()。",
    ),
    "findings.loss-at-start.title": (
        "The first loss is {value}; a model that knows nothing has log {classes} = {log_k}",
        "首个损失为 {value}；一无所知的模型应为 log {classes} = {log_k}",
    ),
    "findings.loss-at-start.why": (
        "The outputs begin far apart: the model is sure of what it cannot know yet.",
        "输出在开始时相差很大：模型对尚不知道的事过于确信。",
    ),
    "findings.loss-at-start.fix": (
        "Look at the scale of the inputs and of the last layer's initial weights.",
        "查看输入的尺度和最后一层初始权重的尺度。",
    ),
}
