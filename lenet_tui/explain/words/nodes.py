"""The explain pane's words on each autograd node of a backward; g is the gradient it is given."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_NODES: Table = {
    "explain.op.ConvolutionBackward0": paragraphs(
        """
        The backward of {name}: gradients of its input x, weight W and bias b, in this order.
        grad W[o,c,i,j] = Σ_n Σ_h Σ_w g[n,o,h,w] ⋅ x[n, c, s⋅h + d⋅i − p, s⋅w + d⋅j − p]
        grad b[o] = Σ_n Σ_h Σ_w g[n,o,h,w]
        grad x[n,c,y,z] = Σ g[n,o,h,w] ⋅ W[o,c,i,j]  wherever s⋅h + d⋅i − p = y, s⋅w + d⋅j − p = z
        s, p, d: stride, padding, dilation.
        Produced: {gradients}
        Where x needs no gradient, as the first layer's input, None stands and no work is done.
        Each weight collects from every position and sample that it took part in.
        """,
        """
        {name} 的反向：依次是输入 x、权重 W、偏置 b 的梯度。
        grad W[o,c,i,j] = Σ_n Σ_h Σ_w g[n,o,h,w] ⋅ x[n, c, s⋅h + d⋅i − p, s⋅w + d⋅j − p]
        grad b[o] = Σ_n Σ_h Σ_w g[n,o,h,w]
        grad x[n,c,y,z] = Σ g[n,o,h,w] ⋅ W[o,c,i,j]，凡 s⋅h + d⋅i − p = y 且 s⋅w + d⋅j − p = z
        s、p、d：stride、padding、dilation。
        得到：{gradients}
        x 不需要梯度时（如第一层的输入）是 None，也不去算它。
        每个权重汇集它参与过的所有位置、所有样本的梯度。
        """,
    ),
    "explain.op.ReluBackward0": paragraphs(
        """
        The backward of {name}: lets the gradient through where the output was above 0.
        grad x = g where out > 0, else 0
        Produced: {gradients}
        It reads only the output, which is what torch has saved.
        Watch out: a unit that is 0 for every sample gets no gradient any more: it stays dead.
        """,
        """
        {name} 的反向：输出大于 0 的地方梯度通过，其余为 0。
        grad x = g（out > 0 处），否则为 0
        得到：{gradients}
        它只用到输出，torch 保存的也正是输出。
        注意：对所有样本都输出 0 的单元再也得不到梯度：它死了。
        """,
    ),
    "explain.op.MaxPool2DWithIndicesBackward0": paragraphs(
        """
        The backward of {name}: gives each gradient to the winner of its window, 0 to the others.
        grad x[n, c, index of the maximum] += g[n,c,h,w]
        Produced: {gradients}
        The indices were saved in the forward: that is the WithIndices in its name.
        Of equal numbers the first has won and gets all of it; nothing is shared.
        Where windows overlap, one cell can win several times and the gradients add up.
        """,
        """
        {name} 的反向：每个梯度交给窗口中的最大者，其余得 0。
        grad x[n, c, 最大值的下标] += g[n,c,h,w]
        得到：{gradients}
        下标在 forward 时已经存下，名字里的 WithIndices 就是这个意思。
        几个数相等时，第一个胜出并得到全部梯度，并不平分。
        窗口有重叠时，一个格子可能多次胜出，梯度相加。
        """,
    ),
    "explain.op.ViewBackward0": paragraphs(
        """
        The backward of {name}: puts the gradient back into the shape that the input had.
        grad x = g.view(shape of x)
        Produced: {gradients}
        No arithmetic: every number stays what it is.
        """,
        """
        {name} 的反向：把梯度变回输入原来的形状。
        grad x = g.view(x 的形状)
        得到：{gradients}
        没有运算：每个数都不变。
        """,
    ),
    "explain.op.AddmmBackward0": paragraphs(
        """
        The backward of {name}, y = b + x⋅Aᵀ: gradients of b, x and Aᵀ, in this order.
        grad b = Σ_n g[n]      grad x = g ⋅ A      grad Aᵀ = xᵀ ⋅ g
        Produced: {gradients}
        The bias comes first: next_functions[0][0] is its AccumulateGrad, not the layer before.
        next_functions[1][0] goes on to the layer before, [2][0] to the weight, by TBackward0.
        """,
        """
        {name} 的反向，y = b + x⋅Aᵀ：依次是 b、x、Aᵀ 的梯度。
        grad b = Σ_n g[n]      grad x = g ⋅ A      grad Aᵀ = xᵀ ⋅ g
        得到：{gradients}
        偏置排在最前：next_functions[0][0] 是它的 AccumulateGrad，而不是前一层。
        next_functions[1][0] 通向前一层，[2][0] 经 TBackward0 通向权重。
        """,
    ),
    "explain.op.TBackward0": paragraphs(
        """
        Turns the gradient of Aᵀ back into that of A, the weight of {name}: transposes it.
        grad A = gᵀ
        Produced: {gradients}
        Linear stores its weight as out × in and multiplies by the transpose; hence this node.
        """,
        """
        把 Aᵀ 的梯度转置回 A 的梯度，A 是 {name} 的权重。
        grad A = gᵀ
        得到：{gradients}
        Linear 的权重按 输出 × 输入 存放，乘的是它的转置，所以有这个节点。
        """,
    ),
    "explain.op.NllLossBackward0": paragraphs(
        """
        The last part of cross_entropy, so the first to go back: only the right class has a part.
        grad[n, c] = −g / N where c = y_n, else 0      N = {samples}, g = 1
        Produced: {gradients}
        The node after it, LogSoftmaxBackward0, spreads this over all the classes.
        """,
        """
        cross_entropy 的最后一步，所以最先往回走：只有正确的类别有份。
        grad[n, c] = −g / N（c = y_n 处），否则为 0      N = {samples}，g = 1
        得到：{gradients}
        下一个节点 LogSoftmaxBackward0 再把它分到所有类别上。
        """,
    ),
    "explain.op.LogSoftmaxBackward0": paragraphs(
        """
        The softmax inside cross_entropy, on the way back.
        grad x = g − softmax(x) ⋅ Σ_c g[c]
        After NllLossBackward0 that makes (softmax(x) − one-hot(y)) / N: how far each probability
        is from what it should be. The sum over the classes is 0.
        Produced: {gradients}
        """,
        """
        cross_entropy 里的 softmax，往回走。
        grad x = g − softmax(x) ⋅ Σ_c g[c]
        接在 NllLossBackward0 之后，就得到 (softmax(x) − one-hot(y)) / N：
        每个概率离应有的值有多远；各类别之和为 0。
        得到：{gradients}
        """,
    ),
    "explain.op.MseLossBackward0": paragraphs(
        """
        Where the backward begins: the gradient of the mean squared error on the output x.
        grad x_i = g ⋅ 2⋅(x_i − y_i) / n      g = 1, n = {elements} elements
        Produced: {gradients}
        It pulls each output towards its target, harder the farther away.
        None stands for the target, which needs no gradient.
        """,
        """
        反向传播的起点：均方误差对输出 x 的梯度。
        grad x_i = g ⋅ 2⋅(x_i − y_i) / n      g = 1，n = {elements} 个元素
        得到：{gradients}
        它把每个输出拉向自己的目标，离得越远拉得越重。
        None 是 target 的位置，它不需要梯度。
        """,
    ),
    "explain.op.AccumulateGrad": paragraphs(
        """
        A leaf of the graph: here the gradient arrives in {name}.grad.
        p.grad = g if p.grad is None, else p.grad + g
        It adds, never overwrites: that is why there is zero_grad.
        Only leaves keep a .grad: tensors made by you with requires_grad=True, as parameters are.
        Watch out: an activation's .grad stays None, unless retain_grad() was called on it.
        """,
        """
        计算图的叶子：梯度在这里到达 {name}.grad。
        p.grad 为 None 时 p.grad = g，否则 p.grad = p.grad + g
        它只累加、不覆盖，所以才需要 zero_grad。
        只有叶子保留 .grad：自己建立且 requires_grad=True 的张量，参数就是这样。
        注意：激活值的 .grad 一直是 None，除非对它调用过 retain_grad()。
        """,
    ),
    "explain.op.AddBackward0": paragraphs(
        """
        The backward of {name}: an addition hands its gradient on to both sides.
        grad input = g      grad other = alpha ⋅ g
        Produced: {gradients}
        Where a size was stretched in the forward, the gradient is summed over it.
        """,
        """
        {name} 的反向：加法把梯度原样交给两边。
        grad input = g      grad other = alpha ⋅ g
        得到：{gradients}
        forward 时被广播的维，梯度在那一维上求和。
        """,
    ),
    "explain.node.other": paragraphs(
        """
        {op}: a node of the backward of {name}; there are no words on it here.
        It was given ∂loss/∂(its output) and returned ∂loss/∂(its inputs).
        Produced: {gradients}
        """,
        """
        {op}：{name} 反向传播中的一个节点；这里还没有关于它的说明。
        它得到 ∂loss/∂(自己的输出)，返回 ∂loss/∂(自己的输入)。
        得到：{gradients}
        """,
    ),
}
