"""What is asked and said of mistakes where output and target meet."""

from __future__ import annotations

from lenet_tui.text.notice import Table

LOSS: Table = {
    "twins.softmax-first.title": ("Softmax before cross-entropy", "交叉熵之前做了 softmax"),
    "twins.softmax-first.ask": (
        "cross_entropy gets probabilities. How small can the loss become?",
        "cross_entropy 收到的是概率。损失最小能到多少？",
    ),
    "twins.softmax-first.0": ("0, as before", "与原来一样，0"),
    "twins.softmax-first.1": ("log 10 = 2.30", "log 10 = 2.30"),
    "twins.softmax-first.2": ("1.46", "1.46"),
    "twins.softmax-first.why": (
        "cross_entropy takes the softmax itself. Of probabilities the best is a single 1 and nine "
        "0: log(e + 9) − 1 = 1.46, whatever the model learns. The gradients are smaller too: "
        "hidden's first one is about a ninth of the healthy one's.",
        "cross_entropy 自己会做 softmax。概率再好也只是一个 1 和九个 0：log(e + 9) − 1 = 1.46，"
        "无论模型学到什么。梯度也更小：hidden 的第一个梯度约为健康版的九分之一。",
    ),
    "twins.softmax-dim.title": ("Softmax over the samples", "在样本维上做 softmax"),
    "twins.softmax-dim.ask": (
        "log_softmax(0) instead of log_softmax(1), 16 samples of 10 classes. The first loss is "
        "near",
        "log_softmax(0) 代替 log_softmax(1)，16 个样本、10 个类。第一个损失接近",
    ),
    "twins.softmax-dim.0": ("log 16 = 2.77", "log 16 = 2.77"),
    "twins.softmax-dim.1": ("log 10 = 2.30", "log 10 = 2.30"),
    "twins.softmax-dim.2": ("0", "0"),
    "twins.softmax-dim.why": (
        "Each class divides its probability among the 16 samples: columns sum to 1, rows do not, "
        "and each sample's output depends on the others'. The loss begins at log 16, the batch "
        "size, and it still falls.",
        "每个类把概率分给 16 个样本：列之和为 1，行之和则不是，每个样本的输出都取决于其他样本。"
        "损失从 log 16（批量大小）开始，而且仍会下降。",
    ),
    "twins.sum-for-mean.title": ("The sum instead of the mean", "求和代替平均"),
    "twins.sum-for-mean.ask": (
        'reduction="sum" over 16 samples. How does hidden.weight.grad of iteration 1 compare?',
        'reduction="sum"，16 个样本。第 1 次迭代的 hidden.weight.grad 如何？',
    ),
    "twins.sum-for-mean.0": ("it is equal: only the loss is larger", "相等：只是损失变大"),
    "twins.sum-for-mean.1": ("4 times as large", "4 倍"),
    "twins.sum-for-mean.2": ("16 times as large", "16 倍"),
    "twins.sum-for-mean.why": (
        "The gradient of a sum is the sum of the gradients: 16 times the mean's. With lr 0.1 the "
        "step is that of lr 1.6, and the right lr now depends on the batch size.",
        "和的梯度是梯度之和：相当于平均的 16 倍。lr 为 0.1 时，步长如同 lr = 1.6，"
        "合适的 lr 从此取决于批量大小。",
    ),
    "twins.labels-from-one.title": ("Labels that begin at 1", "标签从 1 开始"),
    "twins.labels-from-one.ask": (
        "The ten classes are numbered 1 … 10. What happens?",
        "十个类编号为 1 … 10。会发生什么？",
    ),
    "twins.labels-from-one.0": ("an exception, once a 10 is drawn", "一旦抽到 10 就抛出异常"),
    "twins.labels-from-one.1": ("it learns a shifted numbering", "学到一套错位的编号"),
    "twins.labels-from-one.2": ("the loss becomes NaN", "损失变为 NaN"),
    "twins.labels-from-one.why": (
        "Class 10 of ten does not exist. On the CPU the loss raises at the first batch that has "
        "one; with eleven outputs it would learn, and output 0 would never be right. On a GPU the "
        "kernel asserts, and a later line gets the blame.",
        "十个类中没有第 10 号。在 CPU 上，第一个含有它的批就会报错；若有十一个输出则能学习，"
        "只是输出 0 永远不对。在 GPU 上是核函数断言失败，报错的却是后面的某一行。",
    ),
    "twins.dropout-last.title": ("Dropout on the scores", "对输出分数做 dropout"),
    "twins.dropout-last.ask": (
        "F.dropout stands between the model and the loss. What does the loss see?",
        "F.dropout 位于模型与损失之间。损失看到的是什么？",
    ),
    "twins.dropout-last.0": ("the scores, a little noisy", "略有噪声的分数"),
    "twins.dropout-last.1": ("about half of the scores as 0", "约一半分数为 0"),
    "twins.dropout-last.2": ("only positive scores", "只有正的分数"),
    "twins.dropout-last.why": (
        "Scores are compared with one another: a 0 among them is a statement, often the best of "
        "its row. A zeroed score gets no gradient, the right class's in half of the samples; and "
        "F.dropout drops in eval mode too.",
        "分数是彼此比较的：其中的 0 也是一种表态，常常是该行最高的。被置零的分数没有梯度，"
        "约半数样本中目标类别也是如此；而且 F.dropout 在 eval 模式下同样丢弃。",
    ),
    "twins.broadcast-target.title": ("(N, 1) against (N,)", "(N, 1) 对 (N,)"),
    "twins.broadcast-target.ask": (
        "Predictions are 16×1, targets 16. How many differences does the loss average?",
        "预测为 16×1，目标为 16。损失对多少个差求平均？",
    ),
    "twins.broadcast-target.0": ("16", "16"),
    "twins.broadcast-target.1": ("256", "256"),
    "twins.broadcast-target.2": ("none: it raises", "没有：报错"),
    "twins.broadcast-target.why": (
        "16×1 against 16 broadcasts to 16×16: every prediction is compared with every target. "
        "The best answer is then one number for all, the mean of the targets, and the loss cannot "
        "fall below their variance. torch warns once; the healthy twin goes far below.",
        "16×1 与 16 广播为 16×16：每个预测与每个目标相比。最好的答案便是对所有样本给出同一个数，"
        "即目标的平均，损失无法低于目标的方差。torch 只警告一次；健康版远低于此。",
    ),
    "twins.relu-output.title": ("ReLU at the output", "输出端的 ReLU"),
    "twins.relu-output.ask": (
        "The last layer of a regression ends in ReLU. What of targets below zero?",
        "回归模型的最后一层之后是 ReLU。小于零的目标会怎样？",
    ),
    "twins.relu-output.0": ("they are learned more slowly", "学得慢一些"),
    "twins.relu-output.1": ("they are learned as before", "与原来一样能学到"),
    "twins.relu-output.2": ("they are out of reach", "永远达不到"),
    "twins.relu-output.why": (
        "No output is below 0, so a target of −2 leaves a loss of 4 for ever. Where the ReLU is "
        "closed the sample sends no gradient at all, though its error is the largest.",
        "输出不会小于 0，因此目标 −2 永远留下 4 的损失。在 ReLU 关闭之处，样本完全不传回梯度，"
        "尽管它的误差最大。",
    ),
    "twins.raw-input.title": ("Input that is not normalised", "输入没有归一化"),
    "twins.raw-input.ask": (
        "Measurements of 0 … 255 go in as they are. What do the 16 tanh units do?",
        "0 … 255 的测量值直接输入。16 个 tanh 单元会怎样？",
    ),
    "twins.raw-input.0": ("most are saturated at ±1", "大多饱和在 ±1"),
    "twins.raw-input.1": ("they scale it down", "把它缩小"),
    "twins.raw-input.2": ("they give NaN", "给出 NaN"),
    "twins.raw-input.why": (
        "The first layer's outputs are over a hundred times as large, and tanh has no slope there: "
        "most units are ±1 and pass nothing on. What slope is left meets an input of 255: those "
        "gradients are huge, and the loss grows.",
        "第一层的输出大了上百倍，tanh 在那里没有斜率：大多数单元为 ±1，不再传递任何信息。"
        "而残余的斜率遇上 255 的输入：梯度极大，损失上升。",
    ),
}
