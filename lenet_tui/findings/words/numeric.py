"""Words of what the numbers say: steps, depth, units, samples and inputs."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NUMERIC: Table = {
    # The step
    "findings.step-too-large.title": (
        "The update of {largest} is {relative} times its size; the loss goes from {before} to"
        " {after}",
        "{largest} 的更新是其自身大小的 {relative} 倍；损失从 {before} 变为 {after}",
    ),
    "findings.step-too-large.line.title": (
        "The step overshoots: loss {before} before, {half} after half of it, {after} after all of"
        " it",
        "步子过大：之前损失 {before}，走一半后 {half}，走完后 {after}",
    ),
    "findings.step-too-large.ratio.title": (
        "One update changes the weights by {percent} % of their size",
        "一次更新使权重改变了其大小的 {percent} %",
    ),
    "findings.step-too-large.why": (
        "On this same batch, with the same dropout, the loss after parts of the update"
        " is {along}. The optimizer steps over the valley it is heading for.",
        "在同一批量、同样的 dropout 下，走更新的若干倍后损失为 {along}。优化器跨过了要去的谷底。",
    ),
    "findings.step-too-large.ratio.why": (
        "‖update‖ / ‖weights‖ is {relative} over all weights that moved, most in {largest}. Beyond"
        " a tenth the gradient says little of where the step ends.",
        "全部变动权重的 ‖更新‖ / ‖权重‖ 为 {relative}，{largest} 最大。超过十分之一时，"
        "梯度已说明不了落点。",
    ),
    "findings.step-too-large.grows.title": (
        "The loss goes from {before} to {after} in {updates} updates; one moves {largest} by"
        " {relative} times its size",
        "{updates} 次更新使损失从 {before} 变为 {after}；其中一次使 {largest} 移动了其大小的"
        " {relative} 倍",
    ),
    "findings.step-too-large.grows.why": (
        "It at least doubles with each of them. Beyond a tenth of the weights the gradient says"
        " little of where the step ends.",
        "每次更新后损失至少翻倍。步长超过权重的十分之一时，梯度已说明不了落点。",
    ),
    "findings.step-too-large.fix": (
        "Lower the learning rate, or warm it up over the first steps.",
        "降低学习率，或在最初几步逐渐升高它。",
    ),
    # Depth
    "findings.vanishing.title": (
        "The gradient shrinks from {last} at {to} to {first} at {from}",
        "梯度从 {to} 处的 {last} 缩小到 {from} 处的 {first}",
    ),
    "findings.vanishing.activations.title": (
        "The activations shrink from {first} at {from} to {last} at {to}",
        "激活值从 {from} 处的 {first} 缩小到 {to} 处的 {last}",
    ),
    "findings.vanishing.why": (
        "Each layer between them multiplies it by about {factor} ({layers} layers in all): the"
        " first layers hardly learn.",
        "两者之间每层约乘以 {factor}（共 {layers} 层）：靠前的层几乎学不到东西。",
    ),
    "findings.vanishing.activations.why": (
        "Each layer between them multiplies it by about {factor} ({layers} layers in all): what"
        " reaches the end hardly depends on the input.",
        "两者之间每层约乘以 {factor}（共 {layers} 层）：到达末端的数值几乎不依赖输入。",
    ),
    "findings.vanishing.fix": (
        "Use ReLU-like activations with their own initialisation, normalisation layers, or skip"
        " connections.",
        "使用 ReLU 类激活及相应的初始化、归一化层或残差连接。",
    ),
    "findings.exploding.title": (
        "The gradient grows from {last} at {to} to {first} at {from}",
        "梯度从 {to} 处的 {last} 增大到 {from} 处的 {first}",
    ),
    "findings.exploding.activations.title": (
        "The activations grow from {first} at {from} to {last} at {to}",
        "激活值从 {from} 处的 {first} 增大到 {to} 处的 {last}",
    ),
    "findings.exploding.why": (
        "Each layer between them multiplies it by about {factor} ({layers} layers in all).",
        "两者之间每层约乘以 {factor}（共 {layers} 层）。",
    ),
    "findings.exploding.fix": (
        "Initialise the weights smaller (about 1/√inputs), normalise between the layers, or clip"
        " the gradients.",
        "减小权重初值（约 1/√输入数）、在层间归一化，或裁剪梯度。",
    ),
    # Units
    "findings.inactive-units.title": (
        "{closed} of {units} units of {where} are closed to all {samples} samples",
        "{where} 的 {units} 个单元中有 {closed} 个对全部 {samples} 个样本都关闭",
    ),
    "findings.inactive-units.why": (
        "Their input is above zero in no sample of the recorded steps: they pass nothing on, and"
        " no gradient comes back through them. The first are units {first}.",
        "在所记录的每个样本上其输入都不大于零：既不传出数值，也没有梯度返回。"
        "最前面的是单元 {first}。",
    ),
    "findings.inactive-units.slope.why": (
        "In no sample of the recorded steps does {op} have a slope there: their number is replaced"
        " by a bound, and no gradient comes back through them. The first are units {first}.",
        "在所记录的每个样本上 {op} 在那里的斜率都为零：其数值被换成界限值，也没有梯度返回。"
        "最前面的是单元 {first}。",
    ),
    "findings.inactive-units.fix": (
        "Look at the bias and the scale of what enters: a step that was too large, or an input"
        " far from zero, closes units for good. Leaky ReLU or GELU keep a slope.",
        "检查偏置和输入的尺度：过大的一步或远离零的输入会使单元永久关闭。"
        "Leaky ReLU 或 GELU 保留斜率。",
    ),
    "findings.saturated.title": (
        "{percent} % of the numbers of {where} lie where {op} is flat",
        "{where} 有 {percent} % 的数值落在 {op} 的平坦区",
    ),
    "findings.saturated.why": (
        "The slope there is below a hundredth of the largest: hardly any gradient comes through.",
        "那里的斜率不到最大值的百分之一：几乎没有梯度通过。",
    ),
    "findings.saturated.fix": (
        "Make what enters smaller: scale the input, or initialise the layer before with smaller"
        " weights.",
        "减小其输入：缩放输入，或以更小的权重初始化前一层。",
    ),
    # Samples
    "findings.batch-mixing.title": (
        "With sample {changed} replaced, the output of {moved} other samples changes",
        "替换样本 {changed} 后，另外 {moved} 个样本的输出也变了",
    ),
    "findings.batch-mixing.evidence.changed": ("index of the replaced sample", "被替换样本的序号"),
    "findings.batch-mixing.evidence.moved": ("number of others that change", "随之改变的样本数"),
    "findings.batch-mixing.evidence.others": ("indices of those", "它们的序号"),
    "findings.batch-mixing.why": (
        "From {where} on ({op}) a row depends on other samples of the batch of {batch}.",
        "从 {where}（{op}）起，一行依赖批量（{batch} 个）中的其他样本。",
    ),
    "findings.batch-mixing.reshape.why": (
        "{where} reads {given} as {made}: only the borders move, not the numbers, so that a"
        " place along an axis of {batch} holds pieces of several samples.",
        "{where} 把 {given} 当作 {made}：移动的只是边界而非数值，"
        "于是长 {batch} 的轴上同一位置含有多个样本的片段。",
    ),
    "findings.batch-mixing.fix": (
        "Check which axis the op works along: dim=, batch_first=, the order of axes.",
        "检查该算子沿哪个轴工作：dim=、batch_first=、轴的顺序。",
    ),
    "findings.batch-mixing.reshape.fix": (
        "Exchange axes with permute or transpose; view and reshape only say where they end.",
        "交换轴用 permute 或 transpose；view 与 reshape 只改变轴的边界。",
    ),
    "findings.axes-mixed.title": (
        "{where} reads {given} as {made}: that does not exchange axes",
        "{where} 把 {given} 当作 {made}：这并没有交换轴",
    ),
    "findings.axes-mixed.why": (
        "{op} keeps the numbers in their order and moves only the borders between axes: what was"
        " one place with its features is spread over several, in each sample.",
        "{op} 不改变数值的顺序，只移动轴之间的边界：每个样本中，原本属于同一位置的各特征被分散到"
        "多个位置。",
    ),
    "findings.axes-mixed.fix": (
        "Exchange the axes first, by transpose or permute, and then reshape.",
        "先用 transpose 或 permute 交换轴，再改变形状。",
    ),
    # Input
    "findings.input-scale.title": (
        "What enters {where} has mean {mean} and standard deviation {std}, from {low} to {high}",
        "进入 {where} 的数值均值 {mean}、标准差 {std}，范围 {low} 至 {high}",
    ),
    "findings.input-scale.large.why": (
        "Weights are initialised for inputs of about unit scale: what comes out is as many times"
        " too large, and so are the gradients.",
        "权重是按单位尺度的输入初始化的：输出会大同样多倍，梯度也是。",
    ),
    "findings.input-scale.tiny.why": (
        "No number is larger than {high}: perhaps it was scaled twice, as by 1/255. The layer sees"
        " little but its bias.",
        "没有数值大于 {high}：可能被缩放了两次（如两次除以 255）。该层几乎只看到自己的偏置。",
    ),
    "findings.input-scale.again.title": (
        "What enters {where} was of unit scale and is normalised again: mean {mean}, standard"
        " deviation {std}",
        "进入 {where} 的数值原本已是单位尺度，却又被归一化一次：均值 {mean}、标准差 {std}",
    ),
    "findings.input-scale.again.why": (
        "Before {op} the mean is {mean_before} and the standard deviation {std_before}: constants"
        " of the raw data are subtracted from, and divide, what was normalised already.",
        "在 {op} 之前均值为 {mean_before}、标准差为 {std_before}："
        "对已归一化的数值又减去并除以了原始数据的常数。",
    ),
    "findings.input-scale.apart.title": (
        "The samples of {dataset} are scaled otherwise than those trained on: standard deviation"
        " {std_there} and {std}",
        "{dataset} 的样本与训练样本的缩放方式不同：标准差 {std_there} 与 {std}",
    ),
    "findings.input-scale.apart.why": (
        "Of {samples} samples each the means are {mean_there} and {mean}, and the quantiles lie on"
        " one line: the same kind of numbers, normalised in one loader only.",
        "各取 {samples} 个样本，均值为 {mean_there} 与 {mean}，分位数落在同一条直线上："
        "同一类数值，只在其中一个加载器中归一化。",
    ),
    "findings.input-scale.apart.fix": (
        "Normalise with the same constants wherever the model is called.",
        "在每个调用模型的地方都用同样的常数归一化。",
    ),
    "findings.input-scale.features.title": (
        "Feature {feature} of what enters {where} has mean {feature_mean} and standard deviation"
        " {feature_std}; so far from unit scale: {count} of {of}",
        "进入 {where} 的特征 {feature} 均值 {feature_mean}、标准差 {feature_std}；"
        "如此偏离单位尺度的：{of} 个特征中有 {count} 个",
    ),
    "findings.input-scale.features.why": (
        "Weights are initialised for inputs of about unit scale: such a feature outweighs the"
        " others in what the layer computes, and its weights get gradients as many times larger.",
        "权重是按单位尺度的输入初始化的：这样的特征在该层的结果中压过其他特征，"
        "其权重的梯度也大同样多倍。",
    ),
    "findings.input-scale.features.fix": (
        "Normalise each feature by itself: subtract its mean over the training data and divide by"
        " its standard deviation, once. Of pictures, all pixels of a channel by the same numbers.",
        "逐个特征归一化：减去该特征在训练数据上的均值，除以它的标准差，只做一次。"
        "图像则同一通道的所有像素用同样的数。",
    ),
    "findings.input-scale.still.title": (
        "Feature {feature} of what enters {where} hardly varies: mean {feature_mean}, standard"
        " deviation {feature_std}; such features: {count} of {of}",
        "进入 {where} 的特征 {feature} 几乎不变：均值 {feature_mean}、标准差 {feature_std}；"
        "这样的特征：{of} 个中有 {count} 个",
    ),
    "findings.input-scale.still.why": (
        "In the batches seen it acts as one more bias: what differs from sample to sample is"
        " less than a hundredth of it, and a step on its weights moves the output of all samples"
        " alike.",
        "在所见的批中它相当于又一个偏置：样本之间的差别不到其百分之一，"
        "其权重的每一步更新都会使所有样本的输出一同移动。",
    ),
    "findings.input-scale.still.fix": (
        "Normalise each feature by itself: subtract its mean over the training data and divide by"
        " its standard deviation, once.",
        "逐个特征归一化：减去该特征在训练数据上的均值，除以它的标准差，只做一次。",
    ),
    "findings.input-scale.why": ("Weights expect unit scale.", "权重预期输入为单位尺度。"),
    "findings.input-scale.fix": (
        "Subtract the mean of the training data and divide by their standard deviation, once.",
        "减去训练数据的均值并除以标准差，只做一次。",
    ),
    # Overfitting
    "findings.cannot-overfit.title": (
        "{steps} steps on one batch took the loss from {before} to {after}",
        "在同一批量上走 {steps} 步，损失从 {before} 到 {after}",
    ),
    "findings.cannot-overfit.why": (
        "A model that can learn brings the loss of a single batch near its least value. Something"
        " keeps the gradient from the parameters, or the step does not fit.",
        "能学习的模型会把单个批量的损失降到接近最小值。有什么使梯度到不了参数，或步长不合适。",
    ),
    "findings.cannot-overfit.fix": (
        "Look at the other findings, then try ten times the learning rate, and a tenth.",
        "先看其他发现，再试十倍与十分之一的学习率。",
    ),
}
