"""Words of what a loss asks for: its axes, its sign, and what the op before it can give."""

from __future__ import annotations

from lenet_tui.text.notice import Table

ASKED_FOR: Table = {
    "findings.logits-bounded.title": (
        "The logits of {loss} come from {made_by}: they lie in {reach}",
        "{loss} 的 logits 来自 {made_by}：它们在 {reach} 之内",
    ),
    "findings.logits-bounded.why": (
        "{closed} of {total} logits ({percent} %) lie at the lower end, where {made_by} hands on no"
        " gradient: a wrong class there is not pushed down, and a right one is not pulled up.",
        "{total} 个 logits 中有 {closed} 个（{percent} %）在下端，{made_by} 在那里不传递梯度："
        "处于该处的目标类别拉不上来，其他类别也压不下去。",
    ),
    "findings.logits-bounded.fix": (
        "Leave out the {made_by} after the last layer: {loss} takes any numbers.",
        "去掉最后一层之后的 {made_by}：{loss} 接受任意数值。",
    ),
    "findings.logits-bounded.smooth.why": (
        "{loss} looks only at differences between logits, so it can fall all the same; but a class"
        " cannot go below that range, and becomes less likely there only as all others rise.",
        "{loss} 只看 logits 之间的差，因此仍能下降；但任何类别都不能低于该范围，"
        "只能靠其他类别全部升高才变得更不可能。",
    ),
    "findings.logits-bounded.range.why": (
        "{loss} compares the logits of a sample with one another, and these cannot differ by more"
        " than that range is wide: with {classes} classes the loss cannot fall below {floor}.",
        "{loss} 比较同一样本各类别的 logits，而它们的差不会超过该范围的宽度："
        "{classes} 个类别时损失不会低于 {floor}。",
    ),
    "findings.logits-bounded.range.fix": (
        "Leave out the {made_by}, or multiply its results by a temperature.",
        "去掉 {made_by}，或将其结果乘以一个温度系数。",
    ),
    "findings.logits-bounded.binary.why": (
        "The sigmoid of such a logit lies between {lowest} and {highest}; {outside} of {total}"
        " targets lie beyond, and their mean loss cannot fall below {floor}.",
        "这样的 logit 经 sigmoid 后在 {lowest} 与 {highest} 之间；{total} 个目标中有 {outside} "
        "个在此之外，平均损失不会低于 {floor}。",
    ),
    "findings.target-out-of-reach.title": (
        "Targets go from {low} to {high}, and {made_by} gives only {reach}",
        "目标从 {low} 到 {high}，而 {made_by} 只给出 {reach}",
    ),
    "findings.target-out-of-reach.why": (
        "{outside} of {total} targets of this batch lie beyond: with the best predictions that"
        " {made_by} can give, the mean loss is {floor}; always predicting the mean of the targets"
        " gives {constant}.",
        "这一批量的 {total} 个目标中有 {outside} 个在此之外：即使用 {made_by} "
        "能给出的最好预测，平均损失也是 {floor}；始终预测目标的均值则为 {constant}。",
    ),
    "findings.target-out-of-reach.fix": (
        "Leave out the {made_by} after the last layer, or scale the targets into its range.",
        "去掉最后一层之后的 {made_by}，或把目标缩放到它的范围之内。",
    ),
    # Axes
    "findings.loss-axes.softmax.title": (
        "{loss} takes axis 1 for the classes, and {op} went over axis {axis}",
        "{loss} 以轴 1 为类别，而 {op} 沿轴 {axis} 计算",
    ),
    "findings.loss-axes.softmax.why": (
        "In shape {prediction} the probabilities of one sample do not sum to 1: it is samples or"
        " places that compete for each class.",
        "形状 {prediction} 中，单个样本的概率之和不为 1：争夺每个类别的是各样本或各位置。",
    ),
    "findings.loss-axes.softmax.fix": (
        "Take {op} over the classes: dim=1.",
        "让 {op} 沿类别计算：dim=1。",
    ),
    "findings.loss-axes.last.title": (
        "{loss} takes axis 1 of {prediction} for the classes; {op} made features along axis {last}",
        "{loss} 以 {prediction} 的轴 1 为类别；{op} 产生的特征却在轴 {last}",
    ),
    "findings.loss-axes.last.why": (
        "Both axes have length {classes}, so nothing is raised: the softmax goes over the places,"
        " and each label picks a place.",
        "两个轴的长度都是 {classes}，因此不会报错：softmax 沿各位置计算，标签选中的是位置。",
    ),
    "findings.loss-axes.last.fix": (
        "Move the classes to axis 1: output.movedim(-1, 1).",
        "把类别移到轴 1：output.movedim(-1, 1)。",
    ),
    "findings.loss-axes.mixed.title": (
        "Reshaping {prediction} to {result} puts numbers of several places into one row",
        "把 {prediction} 变形为 {result}，使同一行混入多个位置的数值",
    ),
    "findings.loss-axes.mixed.why": (
        "The {classes} classes are on axis 1. A row of the result goes along the places instead,"
        " and {loss} takes it for the classes of one place.",
        "{classes} 个类别在轴 1 上。而结果的一行是沿着位置取的，{loss} 把它当作一个位置的各类别。",
    ),
    "findings.loss-axes.mixed.fix": (
        "Move the classes last before reshaping, output.movedim(1, -1).reshape(-1, {classes}); or"
        " reshape nothing: {loss} takes classes on axis 1 of more axes too.",
        "变形之前把类别移到最后，output.movedim(1, -1).reshape(-1, {classes})；或根本不变形："
        "{loss} 也接受轴 1 为类别的多轴张量。",
    ),
    "findings.loss-axes.order.title": (
        "Predictions {prediction} and targets {target} are flattened in different orders",
        "预测 {prediction} 与目标 {target} 按不同的顺序展平",
    ),
    "findings.loss-axes.order.why": (
        "Their first two axes are the other way round, and only their number is the same:"
        " predictions meet the targets of other samples and places.",
        "两者的前两个轴顺序相反，只有总数相同：预测与其他样本、其他位置的目标相比。",
    ),
    "findings.loss-axes.order.fix": (
        "Transpose one of them before flattening, as target.t().",
        "展平之前转置其中之一，例如 target.t()。",
    ),
    # The sign
    "findings.loss-ascends.title": (
        "The step raises {loss}: what is minimised is minus it",
        "这一步使 {loss} 升高：被最小化的是它的相反数",
    ),
    "findings.loss-ascends.why": (
        "Backward starts from {value}, and to first order this update changes it by {change}, the"
        " gradient times the change, summed. As it falls, {loss} rises: the model learns to be"
        " wrong.",
        "反向传播从 {value} 开始，按一阶近似这次更新使它改变 {change}（梯度乘以改变量之和）。"
        "它下降时 {loss} 就升高：模型学的是出错。",
    ),
    "findings.loss-ascends.fix": (
        "Leave out the minus before the loss.",
        "去掉损失前的负号。",
    ),
    "findings.loss-ascends.log_prob.title": (
        "The step lowers the log-probability of the labels",
        "这一步使标签的对数概率降低",
    ),
    "findings.loss-ascends.log_prob.why": (
        "Backward starts from {value}, made of the log-probabilities of the labels; to first order"
        " this update changes it by {change}, the gradient times the change, summed. So the labels"
        " become less likely.",
        "反向传播从 {value} 开始，它由标签的对数概率得到；按一阶近似这次更新使它改变 "
        "{change}（梯度乘以改变量之和）。标签因此变得更不可能。",
    ),
    "findings.loss-ascends.log_prob.fix": (
        "Minimise minus the log-probability, or use cross_entropy.",
        "最小化对数概率的相反数，或使用 cross_entropy。",
    ),
    "findings.loss-ascends.maximize.title": (
        "{optimizer} has maximize=True, and is given {loss}, which should fall",
        "{optimizer} 设了 maximize=True，得到的却是应当下降的 {loss}",
    ),
    "findings.loss-ascends.maximize.why": (
        "Backward starts from {value}, and to first order this update changes it by {change}, the"
        " gradient times the change, summed: the model learns to be wrong.",
        "反向传播从 {value} 开始，按一阶近似这次更新使它改变 {change}（梯度乘以改变量之和）："
        "模型学的是出错。",
    ),
    "findings.loss-ascends.maximize.fix": (
        "Leave out maximize=True.",
        "去掉 maximize=True。",
    ),
    "findings.loss-ascends.by_hand.title": (
        "The update by hand goes along the gradient, so {loss} rises",
        "手写的更新沿着梯度方向，使 {loss} 升高",
    ),
    "findings.loss-ascends.by_hand.why": (
        "Backward starts from {value}, and to first order this update changes it by {change}, the"
        " gradient times the change, summed. A gradient points to where the loss rises.",
        "反向传播从 {value} 开始，按一阶近似这次更新使它改变 {change}（梯度乘以改变量之和）。"
        "梯度指向损失升高的方向。",
    ),
    "findings.loss-ascends.by_hand.fix": (
        "Subtract it: p -= lr * p.grad.",
        "应当相减：p -= lr * p.grad。",
    ),
}
