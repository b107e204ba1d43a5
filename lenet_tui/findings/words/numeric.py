"""Words of what the numbers say: steps, depth, units, samples, inputs and what is drawn again."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike

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
        "Over {layers} layers each one multiplies it by about {factor}: the first layers hardly"
        " learn.",
        "共 {layers} 层，每层约乘以 {factor}：靠前的层几乎学不到东西。",
    ),
    "findings.vanishing.activations.why": (
        "Over {layers} layers each one multiplies it by about {factor}: what reaches the end hardly"
        " depends on the input.",
        "共 {layers} 层，每层约乘以 {factor}：到达末端的数值几乎不依赖输入。",
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
        "Over {layers} layers each one multiplies it by about {factor}.",
        "共 {layers} 层，每层约乘以 {factor}。",
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
    "findings.input-scale.why": ("Weights expect unit scale.", "权重预期输入为单位尺度。"),
    "findings.input-scale.fix": (
        "Subtract the mean of the training data and divide by their standard deviation, once.",
        "减去训练数据的均值并除以标准差，只做一次。",
    ),
    # Again
    "findings.same-batch-again.title": (
        "The same samples come in iteration after iteration",
        "每次迭代用的都是同样的样本",
    ),
    "findings.same-batch-again.dropout.title": (
        "{where} drops the same units in each of {iterations} iterations",
        "{where} 在 {iterations} 次迭代中丢弃的是同样的单元",
    ),
    "findings.same-batch-again.noise.title": (
        "{where} draws the same numbers in each of {iterations} iterations",
        "{where} 在 {iterations} 次迭代中抽到同样的数",
    ),
    "findings.same-batch-again.why": (
        "The data put a batch together anew each time, and it is the same: as next(iter(loader)) in"
        " a loop does, which begins the epoch again.",
        "数据每次都重新组成批量，而结果相同：如在循环中写 next(iter(loader))，每次都重新开始一轮。",
    ),
    "findings.same-batch-again.dropout.why": (
        "Something sets the generator to the same state in every step, as torch.manual_seed inside"
        " the step does.",
        "有代码在每一步都把随机数生成器设为同一状态，如在 step 中调用 torch.manual_seed。",
    ),
    "findings.same-batch-again.noise.why": (
        "Something sets the generator to the same state in every step, as torch.manual_seed inside"
        " the step does, or a generator that is made anew from one seed.",
        "有代码在每一步都把随机数生成器设为同一状态，如在 step 中调用 torch.manual_seed，"
        "或每次用同一种子新建生成器。",
    ),
    **alike(
        "findings.same-batch-again",
        "dropout_seeded.title",
        (
            "{where} drops the same units in each of {iterations} iterations",
            "{where} 在 {iterations} 次迭代中丢弃的是同样的单元",
        ),
    ),
    **alike(
        "findings.same-batch-again",
        "noise_seeded.title",
        (
            "{where} draws the same numbers in each of {iterations} iterations",
            "{where} 在 {iterations} 次迭代中抽到同样的数",
        ),
    ),
    **alike(
        "findings.same-batch-again",
        "dropout_seeded.why noise_seeded.why",
        (
            "{seeded_by}({seed}) at {seeded_at} sets the generator to the same state in every step:"
            " each batch gets the same random numbers.",
            "{seeded_at} 处的 {seeded_by}({seed}) 在每一步都把随机数生成器设为同一状态："
            "每个批量得到同样的随机数。",
        ),
    ),
    "findings.same-batch-again.each_sample.title": (
        "Every sample draws the same random numbers: {seeded_by}({seed})",
        "每个样本抽到同样的随机数：{seeded_by}({seed})",
    ),
    "findings.same-batch-again.each_sample.why": (
        "It is called {times} times in an iteration at {seeded_at}, with the same seed, and numbers"
        " are drawn after it: what is random there is the same for all samples, in each epoch.",
        "它在一次迭代中于 {seeded_at} 处以同一种子被调用 {times} 次，其后又抽取随机数："
        "那里的随机部分对所有样本、每一轮都相同。",
    ),
    "findings.same-batch-again.seed.title": (
        "{seeded_by}({seed}) is called in each iteration, and numbers are drawn after it",
        "每次迭代都调用 {seeded_by}({seed})，其后又抽取随机数",
    ),
    "findings.same-batch-again.seed.why": (
        "They are the same in all {iterations} iterations. Where they choose or change samples,"
        " every batch is treated alike.",
        "这些数在 {iterations} 次迭代中都相同。若用于选择或改变样本，则每个批量受到同样的处理。",
    ),
    **alike(
        "findings.same-batch-again",
        "dropout_seeded.fix noise_seeded.fix each_sample.fix seed.fix",
        ("Seed once, before the training begins.", "只在训练开始之前设一次种子。"),
    ),
    "findings.same-batch-again.fix": (
        "Make the iterator once, before the loop, and call next on it.",
        "在循环之前创建一次迭代器，再对它调用 next。",
    ),
    "findings.same-batch-again.dropout.fix": (
        "Seed once, before the training begins.",
        "只在训练开始之前设一次种子。",
    ),
    "findings.same-batch-again.noise.fix": (
        "Seed once, before the training begins.",
        "只在训练开始之前设一次种子。",
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
    # Resuming
    "findings.resume-lacks-state.title": (
        "{name} is at {epochs} and its optimizer at step {steps}",
        "{name} 处于 {epochs}，而其优化器处于第 {steps} 步",
    ),
    "findings.resume-lacks-state.rate.title": (
        "The optimizer has the learning rate {rate}, {name} says {scheduled}",
        "优化器的学习率为 {rate}，而 {name} 为 {scheduled}",
    ),
    **alike(
        "findings.resume-lacks-state",
        "unused.title missing.title",
        (
            "The training goes on from {file}, and begins anew: {lacking}",
            "训练从 {file} 继续，而这些却从头开始：{lacking}",
        ),
    ),
    "findings.resume-lacks-state.unused.why": (
        "The file read at {read_at} holds a state for: {unused}. Nothing had taken it up before the"
        " first update.",
        "{read_at} 处读取的文件中存有这些的状态：{unused}。直到第一次更新之前都没有被加载。",
    ),
    "findings.resume-lacks-state.missing.why": (
        "{counter} goes on at {at}, as {number} of the file says that is read at {read_at}; no file"
        " that was read holds a state for: {missing}.",
        "{counter} 按 {read_at} 处所读文件中的 {number} 从 {at} 继续；"
        "读取的文件都没有存下这些的状态：{missing}。",
    ),
    "findings.resume-lacks-state.why": (
        "Before anything has run, one of the two is restored and the other is new.",
        "尚未运行时，两者之一已恢复，另一个是新的。",
    ),
    "findings.resume-lacks-state.fix": (
        "Save and load the state_dict of optimizer, scheduler and scaler together, after all of"
        " them have been made.",
        "一并保存和加载优化器、调度器与 scaler 的 state_dict，并在全部创建之后加载。",
    ),
    **alike(
        "findings.resume-lacks-state",
        "unused.fix missing.fix",
        (
            "Save and load the state_dict of optimizer, scheduler and scaler together, and for the"
            " same random numbers torch.get_rng_state().",
            "一并保存和加载优化器、调度器与 scaler 的 state_dict；"
            "若要随机数也相同，再加上 torch.get_rng_state()。",
        ),
    ),
}
