"""The explain pane's words on normalisation, pools, transposed convolutions and interpolation."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike, paragraphs

EXPLAIN_NORMS: Table = {
    "explain.op.layer_norm": paragraphs("""
        Gives each sample's (each token's) numbers mean 0 and variance 1, then scales and shifts.
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      over the last dimensions (Ba et al., 2016)
        {input} → {output}      γ is weight, β is bias, one for each number of a token
        E and Var are of normalized_shape; no running averages, the same in train and eval.
        Unlike batch_norm it does not look at other samples.

        让每个样本（每个 token）的数均值为 0、方差为 1，再缩放和平移。
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      沿最后几维（Ba 等，2016）
        {input} → {output}      γ 是 weight，β 是 bias，token 的每个数各有一个
        E 和 Var 取自 normalized_shape；没有滑动平均，train 与 eval 相同。
        与 batch_norm 不同，它不看其他样本。
    """),
    **alike("explain.op", "group_norm instance_norm", paragraphs("""
        Gives each group of channels of each sample mean 0 and variance 1, then scales and shifts.
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      E, Var of a group (Wu, He, 2018)
        {input} → {output}      γ and β: one for each channel
        With one group it is like layer_norm; with a group for each channel, instance_norm.
        It does not look at other samples, so the batch may be small.

        让每个样本的每组通道均值为 0、方差为 1，再缩放和平移。
        y = (x − E[x]) / √(Var[x] + ε) ⋅ γ + β      E、Var 取自一组（Wu、He，2018）
        {input} → {output}      γ 和 β：每个通道各一个
        只有一组时类似 layer_norm；每个通道一组就是 instance_norm。
        它不看其他样本，所以批量可以很小。
    """)),
    "explain.op.rms_norm": paragraphs("""
        Divides each token's numbers by the root of their mean square, then scales.
        y = x / √(mean(x²) + ε) ⋅ γ      over the last dimensions (Zhang, Sennrich, 2019)
        {input} → {output}      γ is weight; ε if not given: the type's own
        Like layer_norm without the mean and without β: cheaper, and as good in most models.

        把每个 token 的数除以均方根，再缩放。
        y = x / √(mean(x²) + ε) ⋅ γ      沿最后几维（Zhang、Sennrich，2019）
        {input} → {output}      γ 是 weight；不给 ε 时取该类型自己的 eps
        就是没有均值和 β 的 layer_norm：更省，多数模型里效果相当。
    """),
    **alike("explain.op", "NativeLayerNormBackward0 NativeGroupNormBackward0", paragraphs("""
        The backward of {name}: x̂ is the normalised input, n how many numbers share a mean.
        grad x_i = (γ_i g_i − 1/n ⋅ Σ_j γ_j g_j ⋅ (1 + x̂_i x̂_j)) / √(Var + ε)
        grad γ = Σ g ⋅ x̂      grad β = Σ g, over all that the weight was used for
        Produced: {gradients}
        It takes the mean off, and what points along x̂: neither can change the output.

        {name} 的反向传播：x̂ 是归一化后的输入，n 是共用均值的个数。
        grad x_i = (γ_i g_i − 1/n ⋅ Σ_j γ_j g_j ⋅ (1 + x̂_i x̂_j)) / √(Var + ε)
        grad γ = Σ g ⋅ x̂      grad β = Σ g，对用到该权重的所有位置求和
        得到：{gradients}
        它去掉均值以及沿 x̂ 方向的部分：这两者都改变不了输出。
    """)),
    **alike("explain.op", "avg_pool1d avg_pool2d avg_pool3d", paragraphs("""
        The mean of each window, in each channel separately (torch.nn.AvgPool2d).
        out = Σ of the window / number of its cells
        {input} → {output}; no parameters.
        {window}
        Padding counts as zeros, unless count_include_pad=False.
        In the backward every cell of a window gets the same share of its gradient.

        在每个通道里，取每个窗口的平均（torch.nn.AvgPool2d）。
        out = 窗口之和 / 窗口的格数
        {input} → {output}；没有参数。
        {window}
        填充按零计入，除非 count_include_pad=False。
        反向传播时窗口里每个格子得到同样的一份。
    """)),
    **alike("explain.op", "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d"
            " adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d", paragraphs("""
        A pool that is told the output's size: windows are as large as that needs.
        window i: from ⌊i ⋅ in/out⌋ up to ⌈(i + 1) ⋅ in/out⌉      (torch.nn.AdaptiveAvgPool2d)
        {input} → {output}; no parameters.
        With output size 1 it is the mean (or the maximum) of each whole channel.
        Watch out: where in cannot be divided by out, windows overlap and differ in size.

        指定输出大小的池化：窗口按需要取大小。
        第 i 个窗口：从 ⌊i ⋅ in/out⌋ 到 ⌈(i + 1) ⋅ in/out⌉      （torch.nn.AdaptiveAvgPool2d）
        {input} → {output}；没有参数。
        输出大小为 1 时，就是每个通道的平均（或最大值）。
        注意：in 不是 out 的倍数时，窗口会重叠，大小也不一。
    """)),
    **alike("explain.op", "AvgPool2DBackward0 AdaptiveAvgPool2DBackward0", paragraphs("""
        The backward of {name}: shares each gradient out equally over its window.
        grad x = Σ g / size of the window, over the windows that read x
        Produced: {gradients}

        {name} 的反向传播：每个梯度平分给它的窗口。
        grad x = Σ g / 窗口大小，对读到 x 的窗口求和
        得到：{gradients}
    """)),
    **alike("explain.op", "conv_transpose1d conv_transpose2d conv_transpose3d", paragraphs("""
        Spreads every input over a window of the output: a convolution's backward, done forward.
        out[n,o,y,z] = bias[o] + Σ input[n,c,h,w] ⋅ weight[c,o,i,j]  where s⋅h + d⋅i − p = y, …
        {input} → {output}; s, p, d: stride, padding, dilation (torch.nn.ConvTranspose2d)
        H_out = (H_in − 1)⋅s − 2⋅p + d⋅(kernel_size − 1) + output_padding + 1
        Watch out: weight is stored in × out; padding makes the output smaller.
        Watch out: a kernel size that the stride does not divide gives a checkered pattern.

        把每个输入摊到输出的一个窗口上：就是卷积的反向传播，正着做。
        out[n,o,y,z] = bias[o] + Σ input[n,c,h,w] ⋅ weight[c,o,i,j]，凡 s⋅h + d⋅i − p = y 等
        {input} → {output}；s、p、d：stride、padding、dilation（torch.nn.ConvTranspose2d）
        H_out = (H_in − 1)⋅s − 2⋅p + d⋅(kernel_size − 1) + output_padding + 1
        注意：权重按 输入 × 输出 存放；padding 使输出变小。
        注意：kernel 不是 stride 的倍数时会出现棋盘格。
    """)),
    "explain.op.interpolate": paragraphs("""
        Changes the size of a picture: nearest takes a number, the others a mean of those around.
        place in the input = (i + 0.5) ⋅ in/out − 0.5      (torch.nn.functional.interpolate)
        {input} → {output}; no parameters.
        bilinear: the four around, by (1 − distance) along each axis.
        align_corners=True puts the corners on each other: place = i ⋅ (in − 1) / (out − 1)
        Watch out: made smaller, it skips numbers; area takes the mean of all of them.

        改变图片大小：nearest 取一个数，其余取周围的加权平均。
        在输入中的位置 = (i + 0.5) ⋅ in/out − 0.5      （torch.nn.functional.interpolate）
        {input} → {output}；没有参数。
        bilinear：周围四个数，沿每个轴按（1 − 距离）加权。
        align_corners=True 让角对齐：位置 = i ⋅ (in − 1) / (out − 1)
        注意：缩小时会跳过一些数；area 取全部的平均。
    """),
    **alike("explain.op", "UpsampleBilinear2DBackward0 UpsampleNearest2DBackward0", paragraphs("""
        The backward of {name}: gives each gradient back to the numbers it was a mean of.
        grad x = Σ w ⋅ g over the outputs that read x, with the weights of the forward
        Produced: {gradients}

        {name} 的反向传播：把每个梯度交还给参与平均的那些数。
        grad x = Σ w ⋅ g，对读到 x 的输出求和，权重与 forward 相同
        得到：{gradients}
    """)),
}  # fmt: skip
