"""The explain pane's words on each op of a forward and each loss."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_OPS: Table = {
    "explain.op.conv2d": paragraphs(
        """
        Slides each kernel over the input; every output is one sum of products, plus the bias.
        out(N_i, C_out_j) = bias(C_out_j) + Σ_k weight(C_out_j, k) ⋆ input(N_i, k)
        {input} → {output}
        weight {weight}: {count} parameters; products in each sum: {terms}
        H_out = ⌊(H_in + 2⋅padding − dilation⋅(kernel_size − 1) − 1) / stride + 1⌋
        {window}
        {window2}
        ⋆ is cross-correlation: despite the name, the kernel is not flipped.
        Watch out: channels come second, N×C×H×W; pictures from files often have them last.
        Watch out: without padding each convolution eats kernel_size − 1 rows and columns.
        """,
        """
        每个卷积核在输入上滑动；每个输出是若干乘积之和，再加偏置。
        out(N_i, C_out_j) = bias(C_out_j) + Σ_k weight(C_out_j, k) ⋆ input(N_i, k)
        {input} → {output}
        weight {weight}：{count} 个参数；每个和里的乘积：{terms}
        H_out = ⌊(H_in + 2⋅padding − dilation⋅(kernel_size − 1) − 1) / stride + 1⌋
        {window}
        {window2}
        ⋆ 是互相关：虽然叫“卷积”，核并不翻转。
        注意：通道在第二维，N×C×H×W；从文件读入的图片，通道往往在最后。
        注意：不加 padding，每次卷积都会少掉 kernel_size − 1 行和列。
        """,
    ),
    "explain.op.relu": paragraphs(
        """
        Lets what is above zero through and turns the rest into 0.
        ReLU(x) = max(0, x)      its slope: 1 where x > 0, else 0 (PyTorch takes 0 at x = 0)
        {input} → {output}: the shape stays; no parameters.
        Without it, layers one after another would collapse into a single linear map.
        For one sample of a new net about half are 0. Call them inactive:
        a unit is dead only if it is 0 for every sample; then no gradient passes ever again.
        Watch out: one step with too large an lr can push units there.
        Watch out: inplace=True overwrites its input; if a backward needs that one, torch raises.
        """,
        """
        大于零的原样通过，其余变成 0。
        ReLU(x) = max(0, x)      斜率：x > 0 处为 1，否则为 0（x = 0 处 PyTorch 取 0）
        {input} → {output}：形状不变；没有参数。
        没有它，再多的线性层叠起来也只是一个线性映射。
        新网络对一个样本约有一半输出为 0，这只能叫“未激活”：
        对所有样本都是 0 才叫“死亡”，那时再也没有梯度通过。
        注意：lr 太大，一步就可能把单元推进这种状态。
        注意：inplace=True 会覆盖输入；若 backward 还要用它，torch 会报错。
        """,
    ),
    "explain.op.max_pool2d": paragraphs(
        """
        Keeps the largest number of each window, in every channel by itself.
        out(N_i, C_j, h, w) = max_m max_n input(N_i, C_j, stride[0]⋅h + m, stride[1]⋅w + n)
        {input} → {output}; windows of {kernel}, no parameters.
        {window}
        {window2}
        stride is kernel_size if not given: the windows do not overlap.
        In the backward only the winner gets a gradient; of equal numbers the first wins.
        Watch out: what does not fill a window at the end is left out, unless ceil_mode=True.
        """,
        """
        在每个通道里，取每个窗口中最大的数。
        out(N_i, C_j, h, w) = max_m max_n input(N_i, C_j, stride[0]⋅h + m, stride[1]⋅w + n)
        {input} → {output}；窗口 {kernel}，没有参数。
        {window}
        {window2}
        不给 stride 时，stride 等于 kernel_size：窗口互不重叠。
        反向传播时只有最大的那个得到梯度；相等时归第一个。
        注意：末尾凑不满一个窗口的部分会被丢掉，除非 ceil_mode=True。
        """,
    ),
    "explain.op.view": paragraphs(
        """
        The same numbers under another shape; nothing is copied, both share one memory.
        {input} → {output}      {elements}
        Why {flat}: the sizes on the way are {chain}
        -1 is worked out from the rest: all elements / the product of the other sizes.
        Watch out: view(-1, 400) does not know samples. Where one has 16*4*4 = 256 numbers, 25 of
        them silently become 16 rows; a single one raises.
        x.view(x.size(0), -1) or torch.flatten(x, 1) keeps every sample in its row.
        Watch out: after transpose or permute it may raise; reshape copies where it must.
        """,
        """
        还是那些数，换一种形状；不复制，二者共用一块内存。
        {input} → {output}      {elements}
        为什么是 {flat}：途中的尺寸是 {chain}
        -1 由其余的尺寸推出：元素总数 / 其他各维之积。
        注意：view(-1, 400) 不认样本。若每个样本有 16*4*4 = 256 个数，
        25 个样本会悄悄变成 16 行；只有一个样本时则报错。
        x.view(x.size(0), -1) 或 torch.flatten(x, 1) 保证一个样本占一行。
        注意：transpose 或 permute 之后可能报错；reshape 会在必要时复制。
        """,
    ),
    "explain.op.flatten": paragraphs(
        """
        Joins the dimensions from start_dim on into one; flatten(x, 1) keeps the batch apart.
        {input} → {output}      {elements}
        Why {flat}: the sizes on the way are {chain}
        A view where the memory allows it, else a copy.
        Watch out: torch.flatten begins at dimension 0, nn.Flatten at 1: x.flatten() mixes samples.
        """,
        """
        把从 start_dim 起的各维合成一维；flatten(x, 1) 不动 batch 维。
        {input} → {output}      {elements}
        为什么是 {flat}：途中的尺寸是 {chain}
        内存允许时是 view，否则复制。
        注意：torch.flatten 默认从第 0 维开始，nn.Flatten 从第 1 维：x.flatten() 会混掉样本。
        """,
    ),
    "explain.op.linear": paragraphs(
        """
        Every output is a weighted sum of all inputs, plus a bias.
        y = x Aᵀ + b      A is weight, out_features × in_features
        {product}
        Parameters: {count}
        Watch out: the last size of x must be in_features, else torch raises
        "mat1 and mat2 shapes cannot be multiplied".
        Watch out: weight is stored out × in, the other way round than many formulas have it.
        """,
        """
        每个输出都是所有输入的加权和，再加偏置。
        y = x Aᵀ + b      A 就是 weight，out_features × in_features
        {product}
        参数：{count}
        注意：x 的最后一维必须等于 in_features，否则报错
        "mat1 and mat2 shapes cannot be multiplied"。
        注意：weight 按 输出 × 输入 存放，与许多公式的写法相反。
        """,
    ),
    "explain.op.log_softmax": paragraphs(
        """
        Turns raw outputs into logarithms of probabilities: all ≤ 0, their exp sums to 1.
        LogSoftmax(x_i) = log( exp(x_i) / Σ_j exp(x_j) ) = x_i − log Σ_j exp(x_j)
        {input} → {output}
        Computed with the largest x taken off first, so that exp cannot overflow.
        Watch out: it goes with nll_loss; cross_entropy has it inside already.
        Watch out: dim must be the classes' dimension, not the batch's.
        """,
        """
        把原始输出变成概率的对数：都 ≤ 0，取 exp 之后和为 1。
        LogSoftmax(x_i) = log( exp(x_i) / Σ_j exp(x_j) ) = x_i − log Σ_j exp(x_j)
        {input} → {output}
        计算时先减去最大的 x，exp 就不会溢出。
        注意：它与 nll_loss 搭配；cross_entropy 里面已经包含它。
        注意：dim 应是类别那一维，不是 batch 那一维。
        """,
    ),
    "explain.op.dropout": paragraphs(
        """
        While training, sets each number to 0 with probability p and scales the others up.
        out = input ⋅ mask / (1 − p)      p = {p}      in eval mode: out = input
        {input} → {output}; no parameters.
        The mask is drawn anew in each forward: repeating a step needs the generator's state.
        Watch out: forget net.eval(), and tests give other results each time.
        """,
        """
        训练时以概率 p 把每个数置 0，其余的按比例放大。
        out = input ⋅ mask / (1 − p)      p = {p}      eval 模式下：out = input
        {input} → {output}；没有参数。
        每次 forward 重新抽取 mask：要重现一步，必须恢复随机数发生器的状态。
        注意：忘了 net.eval()，测试结果每次都不一样。
        """,
    ),
    "explain.op.batch_norm": paragraphs(
        """
        Gives every channel mean 0 and variance 1 over the batch, then scales and shifts it.
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      γ is weight, β is bias
        {input} → {output}
        While training, E and Var are this batch's own; running averages of them are kept, and
        eval mode uses those: running = (1 − momentum)⋅running + momentum⋅batch
        So a forward changes the model's buffers, though no update has run.
        Watch out: forget net.eval(), and a sample's result depends on its neighbours.
        Watch out: training on one value per channel raises: it has no variance.
        """,
        """
        让每个通道在整个批量上均值为 0、方差为 1，再缩放和平移。
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      γ 是 weight，β 是 bias
        {input} → {output}
        训练时 E 和 Var 取自当前批量，同时累积滑动平均；eval 模式用的是后者：
        running = (1 − momentum)⋅running + momentum⋅batch
        所以还没有 update，一次 forward 就已改变模型的 buffer。
        注意：忘了 net.eval()，一个样本的结果会受同批其他样本影响。
        注意：训练时每个通道只有一个值会报错：算不出方差。
        """,
    ),
    "explain.op.add": paragraphs(
        """
        Adds two tensors element by element; this is where a residual connection joins.
        out_i = input_i + alpha ⋅ other_i
        {input} + {other} → {output}
        In the backward the gradient goes on to both unchanged: a way round the layers between.
        Watch out: sizes of 1 are stretched to fit, which can hide a wrong shape.
        Watch out: x += y writes into x; if a backward needs the old x, torch raises.
        """,
        """
        两个张量逐元素相加；残差连接就在这里汇合。
        out_i = input_i + alpha ⋅ other_i
        {input} + {other} → {output}
        反向传播时梯度原样传给两边：绕过中间各层的一条近路。
        注意：大小为 1 的维会自动扩展（广播），形状错了也可能看不出来。
        注意：x += y 会改写 x；若 backward 还要用旧的 x，torch 会报错。
        """,
    ),
    "explain.op.cross_entropy": paragraphs(
        """
        Minus the logarithm of the probability that softmax gives the right class, over the batch.
        loss = −(1/N) Σ_n log( exp(x[n, y_n]) / Σ_c exp(x[n, c]) )
        x: {input}, raw outputs (logits)      y: class numbers, int64, {samples} of them
        All {classes} classes equally likely: loss = log {classes} = {even}
        Gradient on x: (softmax(x) − one-hot(y)) / N
        Watch out: no softmax before it, it is inside; doubled, the net learns slowly, silently.
        Watch out: a float target with the shape of x is read as probabilities, not as classes.
        """,
        """
        softmax 给正确类别的概率取对数再变号，在批量上取平均。
        loss = −(1/N) Σ_n log( exp(x[n, y_n]) / Σ_c exp(x[n, c]) )
        x：{input}，原始输出（logits）      y：类别编号，int64，共 {samples} 个
        {classes} 个类别概率全相等时：loss = log {classes} = {even}
        x 的梯度：(softmax(x) − one-hot(y)) / N
        注意：前面不要再加 softmax，它已在里面；加两次不报错，只是学得很慢。
        注意：与 x 同形状的浮点 target 会被当作概率，而不是类别。
        """,
    ),
    "explain.op.mse_loss": paragraphs(
        """
        The mean of the squared differences between output and target.
        loss = (1/n) Σ_i (x_i − y_i)²      n counts elements, not samples: {elements}
        The class numbers stand here as one-hot rows, {onehot}.
        Gradient on x: 2⋅(x − y) / n
        Watch out: a target of another shape is stretched to fit, with only a warning:
        (4, 1) against (4,) compares 16 pairs instead of 4.
        """,
        """
        输出与目标之差的平方，取平均。
        loss = (1/n) Σ_i (x_i − y_i)²      n 是元素个数，不是样本数：{elements}
        类别编号在这里写成 one-hot 行，{onehot}。
        x 的梯度：2⋅(x − y) / n
        注意：target 形状不同会被广播，只有一条警告：
        (4, 1) 对 (4,) 比较的是 16 对，而不是 4 对。
        """,
    ),
    "explain.op.other": paragraphs(
        """
        {op}: torch ran this op; there are no words on it here.
        {input} → {output}
        """,
        """
        {op}：torch 执行了这个 op；这里还没有关于它的说明。
        {input} → {output}
        """,
    ),
}
