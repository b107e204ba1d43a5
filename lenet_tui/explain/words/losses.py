"""The explain pane's words on losses and the softmax inside them, and on their autograd nodes."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_LOSSES: Table = {
    "explain.op.log_softmax": paragraphs("""
        Turns raw outputs into logarithms of probabilities: all ≤ 0, their exp sums to 1.
        LogSoftmax(x_i) = log( exp(x_i) / Σ_j exp(x_j) ) = x_i − log Σ_j exp(x_j)
        {input} → {output}
        Computed with the largest x subtracted first, so that exp cannot overflow.
        Watch out: it goes with nll_loss; cross_entropy has it inside already.
        Watch out: dim must be the classes' dimension, not the batch's.

        把原始输出变成概率的对数：都 ≤ 0，取 exp 之后和为 1。
        LogSoftmax(x_i) = log( exp(x_i) / Σ_j exp(x_j) ) = x_i − log Σ_j exp(x_j)
        {input} → {output}
        计算时先减去最大的 x，exp 就不会溢出。
        注意：它与 nll_loss 搭配；cross_entropy 里面已经包含它。
        注意：dim 应是类别那一维，不是批量那一维。
    """),
    "explain.op.LogSoftmaxBackward0": paragraphs("""
        The backward of the softmax inside cross_entropy.
        grad x = g − softmax(x) ⋅ Σ_c g[c]
        After NllLossBackward0 that makes (softmax(x) − one-hot(y)) / N: how far each probability
        is from what it should be. The sum over the classes is 0.
        Produced: {gradients}

        cross_entropy 里的 softmax 的反向传播。
        grad x = g − softmax(x) ⋅ Σ_c g[c]
        接在 NllLossBackward0 之后，就得到 (softmax(x) − one-hot(y)) / N：
        每个概率离应有的值有多远；各类别之和为 0。
        得到：{gradients}
    """),
    "explain.op.cross_entropy": paragraphs("""
        −log p: p is the probability that softmax gives the target class; the mean over the batch.
        Here −log {probability} = {value}; {probability} is the number at ◀ in the output pane.
        loss = −(1/N) Σ_n log( exp(x[n, y_n]) / Σ_c exp(x[n, c]) )
        x: {input}, raw outputs (logits)      y: class numbers, int64, {samples} of them
        All {classes} classes equally likely: loss = log {classes} = {even}
        ∂loss/∂x = (softmax(x) − one-hot(y)) / N
        Watch out: with label_smoothing ε, (1 − ε) ⋅ one-hot(y) + ε / classes stands for one-hot(y).
        Watch out: no softmax before it, it is inside; with two, the net learns slowly, unnoticed.
        Watch out: a float target with the shape of x is read as probabilities, not as classes.

        −log p：p 是 softmax 给目标类别的概率；在批量上取平均。
        此处 −log {probability} = {value}；{probability} 就是输出窗格中 ◀ 处的数。
        loss = −(1/N) Σ_n log( exp(x[n, y_n]) / Σ_c exp(x[n, c]) )
        x：{input}，原始输出（logits）      y：类别编号，int64，共 {samples} 个
        {classes} 个类别概率全相等时：loss = log {classes} = {even}
        ∂loss/∂x = (softmax(x) − one-hot(y)) / N
        注意：有 label_smoothing ε 时，one-hot(y) 换成 (1 − ε) ⋅ one-hot(y) + ε / 类别数。
        注意：前面不要再加 softmax，它已在里面；加两次不报错，只是学得很慢。
        注意：与 x 同形状的浮点数目标会被当作概率，而不是类别。
    """),
    "explain.op.NllLossBackward0": paragraphs("""
        The last part of cross_entropy, so the first to go back; only the target class counts.
        grad[n, c] = −g / N where c = y_n, else 0      N = {samples}, g = 1
        Produced: {gradients}
        The node after it, LogSoftmaxBackward0, spreads this over all the classes.

        cross_entropy 的最后一步，所以最先往回走：只有目标类别得到梯度。
        grad[n, c] = −g / N（c = y_n 处），否则为 0      N = {samples}，g = 1
        得到：{gradients}
        下一个节点 LogSoftmaxBackward0 再把它分到所有类别上。
    """),
    "explain.op.mse_loss": paragraphs("""
        The mean of the squared differences between output and target.
        loss = (1/n) Σ_i (x_i − y_i)²      n counts elements, not samples: {elements}
        The class numbers are written as one-hot rows, {onehot}.
        ∂loss/∂x = 2⋅(x − y) / n
        Watch out: a target of another shape is stretched to fit, with only a warning:
        (4, 1) against (4,) compares 16 pairs instead of 4.

        输出与目标之差的平方，取平均。
        loss = (1/n) Σ_i (x_i − y_i)²      n 是元素个数，不是样本数：{elements}
        类别编号在这里写成 one-hot 行，{onehot}。
        ∂loss/∂x = 2⋅(x − y) / n
        注意：目标形状不同会被广播，只有一条警告：
        (4, 1) 对 (4,) 比较的是 16 对，而不是 4 对。
    """),
    "explain.op.MseLossBackward0": paragraphs("""
        Where the backward begins: the gradient of the mean squared error on the output x.
        grad x_i = g ⋅ 2⋅(x_i − y_i) / n      g = 1, n = {elements} elements
        Produced: {gradients}
        It pulls each output towards its target, the farther away, the harder.
        The None belongs to the target, which needs no gradient.

        反向传播的起点：均方误差对输出 x 的梯度。
        grad x_i = g ⋅ 2⋅(x_i − y_i) / n      g = 1，n = {elements} 个元素
        得到：{gradients}
        它把每个输出拉向自己的目标，离得越远拉得越重。
        None 的位置属于目标，它不需要梯度。
    """),
}
