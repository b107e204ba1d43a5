"""The explain pane's words on ops with weights or windows, on views, and on their nodes.

In each node's words, g is the gradient that the node is given.
"""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_LAYERS: Table = {
    "explain.op.conv2d": paragraphs("""
        Slides each kernel over the input; every output is one sum of products, plus the bias.
        out(N_i, C_out_j) = bias(C_out_j) + Σ_k weight(C_out_j, k) ⋆ input(N_i, k)
        {input} → {output}
        weight {weight}: {count} parameters; products in each sum: {terms}
        H_out = ⌊(H_in + 2⋅padding − dilation⋅(kernel_size − 1) − 1) / stride + 1⌋
        {window}
        {window2}
        ⋆ is cross-correlation: despite the name, the kernel is not flipped.
        Watch out: channels come second, N×C×H×W; pictures from files often have them last.
        Watch out: without padding each convolution loses kernel_size − 1 rows and columns.

        每个卷积核在输入上滑动；每个输出是若干乘积之和，再加偏置。
        out(N_i, C_out_j) = bias(C_out_j) + Σ_k weight(C_out_j, k) ⋆ input(N_i, k)
        {input} → {output}
        weight {weight}：{count} 个参数；每个和里的乘积：{terms}
        H_out = ⌊(H_in + 2⋅padding − dilation⋅(kernel_size − 1) − 1) / stride + 1⌋
        {window}
        {window2}
        ⋆ 是互相关：虽然叫“卷积”，卷积核并不翻转。
        注意：通道在第二维，N×C×H×W；从文件读入的图片，通道往往在最后。
        注意：不加 padding，每次卷积都会少掉 kernel_size − 1 行和列。
    """),
    "explain.op.ConvolutionBackward0": paragraphs("""
        The backward of {name}: gradients of its input x, weight W and bias b, in this order.
        grad W[o,c,i,j] = Σ_n Σ_h Σ_w g[n,o,h,w] ⋅ x[n, c, s⋅h + d⋅i − p, s⋅w + d⋅j − p]
        grad b[o] = Σ_n Σ_h Σ_w g[n,o,h,w]
        grad x[n,c,y,z] = Σ g[n,o,h,w] ⋅ W[o,c,i,j]  wherever s⋅h + d⋅i − p = y, s⋅w + d⋅j − p = z
        Here s, p, d are stride, padding, dilation.
        Produced: {gradients}
        Where x needs no gradient, like the first layer's input, it is None: nothing is computed.
        Each weight collects from every position and sample that it took part in.

        {name} 的反向传播：依次是输入 x、权重 W、偏置 b 的梯度。
        grad W[o,c,i,j] = Σ_n Σ_h Σ_w g[n,o,h,w] ⋅ x[n, c, s⋅h + d⋅i − p, s⋅w + d⋅j − p]
        grad b[o] = Σ_n Σ_h Σ_w g[n,o,h,w]
        grad x[n,c,y,z] = Σ g[n,o,h,w] ⋅ W[o,c,i,j]，凡 s⋅h + d⋅i − p = y 且 s⋅w + d⋅j − p = z
        s、p、d：stride、padding、dilation。
        得到：{gradients}
        x 不需要梯度时（如第一层的输入）是 None，也不去算它。
        每个权重汇集它参与过的所有位置、所有样本的梯度。
    """),
    "explain.op.linear": paragraphs("""
        Every output is a weighted sum of all inputs, plus a bias.
        y = x Aᵀ + b      A is weight, out_features × in_features
        {product}
        Parameters: {count}
        Watch out: the last size of x must be in_features, else torch raises
        "mat1 and mat2 shapes cannot be multiplied".
        Watch out: weight is stored out × in, the other way round from many formulas.

        每个输出都是所有输入的加权和，再加偏置。
        y = x Aᵀ + b      A 就是 weight，out_features × in_features
        {product}
        参数：{count}
        注意：x 的最后一维必须等于 in_features，否则报错
        "mat1 and mat2 shapes cannot be multiplied"。
        注意：weight 按 输出 × 输入 存放，与许多公式的写法相反。
    """),
    "explain.op.AddmmBackward0": paragraphs("""
        The backward of {name}, y = b + x⋅Aᵀ: gradients of b, x and Aᵀ, in this order.
        grad b = Σ_n g[n]      grad x = g ⋅ A      grad Aᵀ = xᵀ ⋅ g
        Produced: {gradients}
        The bias comes first: next_functions[0][0] is its AccumulateGrad, not the layer before.
        next_functions[1][0] goes on to the layer before, [2][0] to the weight, by TBackward0.

        {name} 的反向传播，y = b + x⋅Aᵀ：依次是 b、x、Aᵀ 的梯度。
        grad b = Σ_n g[n]      grad x = g ⋅ A      grad Aᵀ = xᵀ ⋅ g
        得到：{gradients}
        偏置排在最前：next_functions[0][0] 是它的 AccumulateGrad，而不是前一层。
        next_functions[1][0] 通向前一层，[2][0] 经 TBackward0 通向权重。
    """),
    "explain.op.TBackward0": paragraphs("""
        Turns the gradient of Aᵀ back into that of A, the weight of {name}: transposes it.
        grad A = gᵀ
        Produced: {gradients}
        Linear stores its weight as out × in and multiplies by the transpose; hence this node.

        把 Aᵀ 的梯度转置回 A 的梯度，A 是 {name} 的权重。
        grad A = gᵀ
        得到：{gradients}
        Linear 的权重按 输出 × 输入 存放，乘的是它的转置，所以有这个节点。
    """),
    "explain.op.max_pool2d": paragraphs("""
        Keeps the largest number of each window, in each channel separately.
        out(N_i, C_j, h, w) = max_m max_n input(N_i, C_j, stride[0]⋅h + m, stride[1]⋅w + n)
        {input} → {output}; windows of {kernel}, no parameters.
        {window}
        {window2}
        The stride is kernel_size if not given: the windows do not overlap.
        In the backward only the winner gets a gradient; of equal numbers the first wins.
        Watch out: what does not fill a window at the end is left out, unless ceil_mode=True.

        在每个通道里，取每个窗口中最大的数。
        out(N_i, C_j, h, w) = max_m max_n input(N_i, C_j, stride[0]⋅h + m, stride[1]⋅w + n)
        {input} → {output}；窗口 {kernel}，没有参数。
        {window}
        {window2}
        不给 stride 时，stride 等于 kernel_size：窗口互不重叠。
        反向传播时只有最大的那个得到梯度；相等时归第一个。
        注意：末尾凑不满一个窗口的部分会被丢掉，除非 ceil_mode=True。
    """),
    "explain.op.MaxPool2DWithIndicesBackward0": paragraphs("""
        The backward of {name}: gives each gradient to the winner of its window, 0 to the rest.
        grad x[n, c, index of the maximum] += g[n,c,h,w]
        Produced: {gradients}
        The indices were saved in the forward: that is the WithIndices in its name.
        Of equal numbers the first wins and gets all of it; nothing is shared.
        Where windows overlap, one cell can win several times and the gradients add up.

        {name} 的反向传播：每个梯度交给窗口中的最大者，其余得 0。
        grad x[n, c, 最大值的下标] += g[n,c,h,w]
        得到：{gradients}
        下标在 forward 时已经存下，名字里的 WithIndices 就是这个意思。
        几个数相等时，第一个胜出并得到全部梯度，并不平分。
        窗口有重叠时，一个元素可能多次胜出，梯度相加。
    """),
    "explain.op.batch_norm": paragraphs("""
        Gives every channel mean 0 and variance 1 over the batch, then scales and shifts it.
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      γ is weight, β is bias
        {input} → {output}
        While training, E and Var are this batch's own; running averages of them are kept, and
        eval mode uses those: running = (1 − momentum)⋅running + momentum⋅batch
        So a forward changes the model's buffers, though no update has run.
        Watch out: forget net.eval(), and a sample's result depends on its neighbours.
        Watch out: training with one value per channel raises an error: it has no variance.

        让每个通道在整个批量上均值为 0、方差为 1，再缩放和平移。
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      γ 是 weight，β 是 bias
        {input} → {output}
        训练时 E 和 Var 取自当前批量，同时累积滑动平均；eval 模式用的是后者：
        running = (1 − momentum)⋅running + momentum⋅batch
        所以还没有 update，一次 forward 就已改变模型的缓冲区。
        注意：忘了 net.eval()，一个样本的结果会受同批其他样本影响。
        注意：训练时每个通道只有一个值会报错：算不出方差。
    """),
    "explain.op.view": paragraphs("""
        The same numbers under another shape; nothing is copied, both share one memory.
        {input} → {output}      {elements}
        Why {flat}: the sizes on the way are {chain}
        -1 is worked out from the rest: all elements / the product of the other sizes.
        Watch out: view(-1, 400) does not know samples. If each has 16*4*4 = 256 numbers, 25 samples
        silently become 16 rows; a single one raises an error.
        x.view(x.size(0), -1) or torch.flatten(x, 1) keeps every sample in its row.
        Watch out: after transpose or permute it may raise; reshape copies where it must.

        还是那些数，换一种形状；不复制，二者共用一块内存。
        {input} → {output}      {elements}
        为什么是 {flat}：途中的尺寸是 {chain}
        -1 由其余的尺寸推出：元素总数 / 其他各维之积。
        注意：view(-1, 400) 不认样本。若每个样本有 16*4*4 = 256 个数，
        25 个样本会悄悄变成 16 行；只有一个样本时则报错。
        x.view(x.size(0), -1) 或 torch.flatten(x, 1) 保证一个样本占一行。
        注意：transpose 或 permute 之后可能报错；reshape 会在必要时复制。
    """),
    "explain.op.ViewBackward0": paragraphs("""
        The backward of {name}: puts the gradient back into the shape that the input had.
        grad x = g.view(shape of x)
        Produced: {gradients}
        No arithmetic: every number stays what it is.

        {name} 的反向传播：把梯度变回输入原来的形状。
        grad x = g.view(x 的形状)
        得到：{gradients}
        没有运算：每个数都不变。
    """),
    "explain.op.flatten": paragraphs("""
        Joins the dimensions from start_dim on into one; flatten(x, 1) keeps the batch apart.
        {input} → {output}      {elements}
        Why {flat}: the sizes on the way are {chain}
        A view where the memory allows it, else a copy.
        Watch out: torch.flatten begins at dimension 0, nn.Flatten at 1: x.flatten() mixes samples.

        把从 start_dim 起的各维合成一维；flatten(x, 1) 不动批量维。
        {input} → {output}      {elements}
        为什么是 {flat}：途中的尺寸是 {chain}
        内存允许时是 view，否则复制。
        注意：torch.flatten 默认从第 0 维开始，nn.Flatten 从第 1 维：x.flatten() 会混掉样本。
    """),
}
