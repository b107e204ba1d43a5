"""The explain pane's words on activations, softmax and arithmetic, and on their autograd nodes."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike, paragraphs

EXPLAIN_FUNCTIONS: Table = {
    "explain.op.gelu": paragraphs("""
        A smooth ReLU: x times the probability that a normal number is below x.
        GELU(x) = x ⋅ Φ(x), Φ(x) = (1 + erf(x / √2)) / 2      (Hendrycks, Gimpel, 2016)
        approximate="tanh": 0.5 ⋅ x ⋅ (1 + tanh(√(2/π) ⋅ (x + 0.044715 ⋅ x³)))
        {input} → {output}: the shape stays; no parameters.
        Far below zero it is 0, far above it x; around −0.75 it is lowest, about −0.17.
        Watch out: the two forms differ by up to 0.0005; weights belong to one of them.

        平滑的 ReLU：x 乘以标准正态数小于 x 的概率。
        GELU(x) = x ⋅ Φ(x)，Φ(x) = (1 + erf(x / √2)) / 2      （Hendrycks、Gimpel，2016）
        approximate="tanh"：0.5 ⋅ x ⋅ (1 + tanh(√(2/π) ⋅ (x + 0.044715 ⋅ x³)))
        {input} → {output}：形状不变；没有参数。
        远小于零时为 0，远大于零时为 x；在 −0.75 附近最低，约 −0.17。
        注意：两种形式最多相差约 0.0005；权重是配合其中一种训练的。
    """),
    "explain.op.GeluBackward0": paragraphs("""
        The backward of {name}: multiplies the gradient by the slope.
        grad x = g ⋅ (Φ(x) + x ⋅ φ(x)), φ(x) = exp(−x²/2) / √(2⋅π)
        Produced: {gradients}
        It reads the input. The slope is between about −0.13 and 1.13.

        {name} 的反向传播：梯度乘以斜率。
        grad x = g ⋅ (Φ(x) + x ⋅ φ(x))，φ(x) = exp(−x²/2) / √(2⋅π)
        得到：{gradients}
        它要用到输入。斜率大约在 −0.13 与 1.13 之间。
    """),
    "explain.op.silu": paragraphs("""
        Also called swish: x times its own sigmoid (torch.nn.SiLU).
        SiLU(x) = x ⋅ sigmoid(x) = x / (1 + exp(−x))
        {input} → {output}: the shape stays; no parameters.
        Close to 0 far below zero and to x far above it; its lowest value is about −0.28.

        又叫 swish：x 乘以自己的 sigmoid（torch.nn.SiLU）。
        SiLU(x) = x ⋅ sigmoid(x) = x / (1 + exp(−x))
        {input} → {output}：形状不变；没有参数。
        远小于零时接近 0，远大于零时接近 x；最低约 −0.28。
    """),
    "explain.op.SiluBackward0": paragraphs("""
        The backward of {name}: multiplies the gradient by the slope. s = sigmoid(x)
        grad x = g ⋅ s ⋅ (1 + x ⋅ (1 − s))
        Produced: {gradients}

        {name} 的反向传播：梯度乘以斜率。s = sigmoid(x)
        grad x = g ⋅ s ⋅ (1 + x ⋅ (1 − s))
        得到：{gradients}
    """),
    "explain.op.sigmoid": paragraphs("""
        Squeezes every number between 0 and 1 (torch.nn.Sigmoid).
        sigmoid(x) = 1 / (1 + exp(−x))      its slope: y ⋅ (1 − y), at most 0.25
        {input} → {output}: the shape stays; no parameters.
        Watch out: far from zero the slope is almost 0, and little gradient passes.
        Watch out: with binary_cross_entropy_with_logits it is inside already.

        把每个数压到 0 与 1 之间（torch.nn.Sigmoid）。
        sigmoid(x) = 1 / (1 + exp(−x))      斜率：y ⋅ (1 − y)，最多 0.25
        {input} → {output}：形状不变；没有参数。
        注意：离零很远时斜率几乎为 0，梯度很难通过。
        注意：binary_cross_entropy_with_logits 里面已经包含它。
    """),
    "explain.op.tanh": paragraphs("""
        Squeezes every number between −1 and 1 (torch.nn.Tanh).
        tanh(x) = (exp(x) − exp(−x)) / (exp(x) + exp(−x))      its slope: 1 − y², at most 1
        {input} → {output}: the shape stays; no parameters.
        Watch out: far from zero the slope is almost 0, and little gradient passes.

        把每个数压到 −1 与 1 之间（torch.nn.Tanh）。
        tanh(x) = (exp(x) − exp(−x)) / (exp(x) + exp(−x))      斜率：1 − y²，最多 1
        {input} → {output}：形状不变；没有参数。
        注意：离零很远时斜率几乎为 0，梯度很难通过。
    """),
    **alike("explain.op", "SigmoidBackward0 TanhBackward0", paragraphs("""
        The backward of {name}: multiplies the gradient by the slope, from the output y.
        sigmoid: grad x = g ⋅ y ⋅ (1 − y)      tanh: grad x = g ⋅ (1 − y²)
        Produced: {gradients}
        It reads only the output, which is what torch has saved.

        {name} 的反向传播：梯度乘以斜率，斜率由输出 y 得到。
        sigmoid：grad x = g ⋅ y ⋅ (1 − y)      tanh：grad x = g ⋅ (1 − y²)
        得到：{gradients}
        它只用到输出，torch 保存的也正是输出。
    """)),
    "explain.op.leaky_relu": paragraphs("""
        A ReLU that lets a little of what is below zero through (torch.nn.LeakyReLU).
        LeakyReLU(x) = x where x > 0, else negative_slope ⋅ x      (0.01 if not given)
        {input} → {output}: the shape stays; no parameters.
        So a unit that is below zero for every sample still gets a gradient.

        让零以下也通过一点的 ReLU（torch.nn.LeakyReLU）。
        LeakyReLU(x) = x（x > 0 处），否则为 negative_slope ⋅ x      （默认 0.01）
        {input} → {output}：形状不变；没有参数。
        所以对所有样本都小于零的单元仍能得到梯度。
    """),
    "explain.op.elu": paragraphs("""
        A ReLU that bends below zero instead of breaking (torch.nn.ELU; Clevert et al., 2015).
        ELU(x) = x where x > 0, else alpha ⋅ (exp(x) − 1)      its slope there: alpha ⋅ exp(x)
        {input} → {output}: the shape stays; no parameters.
        Far below zero it is −alpha (−1 if not given).

        在零以下弯曲而不折断的 ReLU（torch.nn.ELU；Clevert 等，2015）。
        ELU(x) = x（x > 0 处），否则为 alpha ⋅ (exp(x) − 1)      那里的斜率：alpha ⋅ exp(x)
        {input} → {output}：形状不变；没有参数。
        远小于零时为 −alpha（默认 −1）。
    """),
    "explain.op.hardswish": paragraphs("""
        SiLU made of straight pieces, for small devices (torch.nn.Hardswish; Howard et al., 2019).
        Hardswish(x) = x ⋅ min(max(0, x + 3), 6) / 6
        its slope: 0 where x ≤ −3, 1 where x ≥ 3, else x / 3 + 0.5
        {input} → {output}: the shape stays; no parameters.

        由直线段拼成的 SiLU，用于小型设备（torch.nn.Hardswish；Howard 等，2019）。
        Hardswish(x) = x ⋅ min(max(0, x + 3), 6) / 6
        斜率：x ≤ −3 处为 0，x ≥ 3 处为 1，否则为 x / 3 + 0.5
        {input} → {output}：形状不变；没有参数。
    """),
    **alike("explain.op", "LeakyReluBackward0 EluBackward0 HardswishBackward0", paragraphs("""
        The backward of {name}: multiplies the gradient by the slope at each number.
        grad x = g ⋅ slope(x)
        Produced: {gradients}
        LeakyReLU: 1 or negative_slope. ELU: 1 or alpha ⋅ exp(x). Hardswish: 0, 1 or x / 3 + 0.5.

        {name} 的反向传播：梯度逐元素乘以斜率。
        grad x = g ⋅ slope(x)
        得到：{gradients}
        LeakyReLU：1 或 negative_slope。ELU：1 或 alpha ⋅ exp(x)。Hardswish：0、1 或 x / 3 + 0.5。
    """)),
    "explain.op.softmax": paragraphs("""
        Turns numbers into shares: all above 0, their sum along dim is 1 (torch.nn.Softmax).
        Softmax(x_i) = exp(x_i) / Σ_j exp(x_j)
        {input} → {output}
        Computed with the largest x subtracted first, so that exp cannot overflow.
        Watch out: dim must be the one to share along; in attention it is the last.
        Watch out: before cross_entropy it is one softmax too many.

        把一组数变成份额：都大于 0，沿 dim 之和为 1（torch.nn.Softmax）。
        Softmax(x_i) = exp(x_i) / Σ_j exp(x_j)
        {input} → {output}
        计算时先减去最大的 x，exp 就不会溢出。
        注意：dim 应是要分份额的那一维；在注意力里是最后一维。
        注意：放在 cross_entropy 前面就多了一个 softmax。
    """),
    "explain.op.SoftmaxBackward0": paragraphs("""
        The backward of {name}, from the output y.
        grad x_i = y_i ⋅ (g_i − Σ_j y_j ⋅ g_j)
        Produced: {gradients}
        The gradients along dim sum to 0: what one gains the others lose.

        {name} 的反向传播，由输出 y 得到。
        grad x_i = y_i ⋅ (g_i − Σ_j y_j ⋅ g_j)
        得到：{gradients}
        沿 dim 的梯度之和为 0：一个多得的，别的就少得。
    """),
    **alike("explain.op", "mul rmul imul", paragraphs("""
        Multiplies two tensors element by element; a size of 1 is stretched to fit.
        out_i = input_i ⋅ other_i      (torch.mul)
        {input} ⋅ {other} → {output}
        In the backward each side gets g times the other one.

        两个张量逐元素相乘；大小为 1 的维自动扩展。
        out_i = input_i ⋅ other_i      （torch.mul）
        {input} ⋅ {other} → {output}
        反向传播时每一边得到 g 乘以另一边。
    """)),
    **alike("explain.op", "sub rsub isub", paragraphs("""
        Subtracts element by element; a size of 1 is stretched to fit (torch.sub).
        out_i = input_i − alpha ⋅ other_i      (rsub: the other way round)
        {input} − {other} → {output}
        In the backward the gradient goes to one side as it is, to the other with its sign turned.

        逐元素相减；大小为 1 的维自动扩展（torch.sub）。
        out_i = input_i − alpha ⋅ other_i      （rsub：反过来）
        {input} − {other} → {output}
        反向传播时一边得到原样的梯度，另一边得到变号的梯度。
    """)),
    **alike("explain.op", "div truediv rdiv divide", paragraphs("""
        Divides element by element; a size of 1 is stretched to fit (torch.div).
        out_i = input_i / other_i
        {input} / {other} → {output}
        grad input = g / other      grad other = −g ⋅ input / other²
        Watch out: a small divisor makes its own gradient very large.

        逐元素相除；大小为 1 的维自动扩展（torch.div）。
        out_i = input_i / other_i
        {input} / {other} → {output}
        grad input = g / other      grad other = −g ⋅ input / other²
        注意：除数很小时，它自己的梯度非常大。
    """)),
    **alike("explain.op", "MulBackward0 DivBackward0 SubBackward0", paragraphs("""
        The backward of {name}: each side's gradient, element by element.
        product: g ⋅ the other side      quotient: g / other, −g ⋅ input / other²
        difference: g, −g      Produced: {gradients}
        Where a size was stretched in the forward, the gradient is summed over it.

        {name} 的反向传播：逐元素得到两边的梯度。
        乘积：g ⋅ 另一边      商：g / other，−g ⋅ input / other²
        差：g，−g      得到：{gradients}
        forward 时被广播的维，梯度在那一维上求和。
    """)),
    **alike("explain.op", "mean sum", paragraphs("""
        The sum of numbers along some dimensions, or all; the mean is that over their count.
        sum = Σ x      mean = Σ x / n      (torch.sum, torch.mean)
        {input} → {output}
        In the backward every number gets the same: g, or g / n.
        Watch out: keepdim=True leaves a size of 1, which broadcasts as one expects.

        沿某些维（或全部）求和；平均再除以个数。
        sum = Σ x      mean = Σ x / n      （torch.sum、torch.mean）
        {input} → {output}
        反向传播时每个数得到同样的梯度：g 或 g / n。
        注意：keepdim=True 保留大小为 1 的维，广播才合乎预期。
    """)),
    **alike("explain.op", "MeanBackward0 MeanBackward1 SumBackward0 SumBackward1", paragraphs("""
        The backward of {name}: gives every number that was added up the same gradient.
        sum: grad x = g      mean: grad x = g / n
        Produced: {gradients}

        {name} 的反向传播：每个被加的数得到同样的梯度。
        sum：grad x = g      mean：grad x = g / n
        得到：{gradients}
    """)),
    **alike("explain.op", "max min amax amin", paragraphs("""
        The largest (smallest) number along some dimensions, or of all (torch.amax).
        {input} → {output}
        max and min with a dim also return where it was: {name}[1], which has no gradient.
        In the backward the one that was chosen gets the gradient; amax shares it among equals.

        沿某些维（或全部）取最大（最小）的数（torch.amax）。
        {input} → {output}
        带 dim 的 max 和 min 还返回位置：{name}[1]，它没有梯度。
        反向传播时被选中的数得到梯度；amax 在相等的数之间平分。
    """)),
    **alike("explain.op", "var std", paragraphs("""
        How far numbers are spread around their mean; std is the root of var (torch.var).
        var = Σ (x − mean)² / (n − correction)      correction = 1 if not given
        {input} → {output}
        grad x of var = g ⋅ 2 ⋅ (x − mean) / (n − 1)
        Watch out: the gradient of std at 0 is infinite; normalisation divides by n, not n − 1.

        一组数围绕均值的分散程度；std 是 var 的平方根（torch.var）。
        var = Σ (x − mean)² / (n − correction)      不给 correction 时为 1
        {input} → {output}
        var 对 x 的梯度 = g ⋅ 2 ⋅ (x − mean) / (n − 1)
        注意：std 在 0 处梯度无穷大；归一化层除以 n，而不是 n − 1。
    """)),
    **alike("explain.op", "norm linalg_vector_norm", paragraphs("""
        The length of a vector (torch.linalg.vector_norm).
        norm = √(Σ x²)      grad x = g ⋅ x / norm
        {input} → {output}
        Watch out: at 0 it has no slope.

        向量的长度（torch.linalg.vector_norm）。
        norm = √(Σ x²)      grad x = g ⋅ x / norm
        {input} → {output}
        注意：在 0 处没有斜率。
    """)),
    **alike("explain.op", "binary_cross_entropy binary_cross_entropy_with_logits", paragraphs("""
        −log of the probability given to each target t between 0 and 1 (torch.nn.BCELoss).
        with logits: log(1 + exp(x)) − t ⋅ x      its slope: sigmoid(x) − t
        else: −t ⋅ log x − (1 − t) ⋅ log(1 − x), logarithms not below −100
        {input} → {output}
        Watch out: with logits, no sigmoid goes before it: it is inside.

        每个目标 t（0 与 1 之间）所得概率的 −log（torch.nn.BCELoss）。
        with_logits：log(1 + exp(x)) − t ⋅ x      斜率：sigmoid(x) − t
        否则：−t ⋅ log x − (1 − t) ⋅ log(1 − x)，对数不低于 −100
        {input} → {output}
        注意：用 with_logits 时前面不要加 sigmoid，它已在里面。
    """)),
    **alike("explain.op", "l1_loss smooth_l1_loss huber_loss", paragraphs("""
        Differences without their squares, so that outliers count less (torch.nn.HuberLoss).
        l1: |x − t|      huber: (x − t)² / 2 near 0, delta ⋅ (|x − t| − delta / 2) beyond delta
        smooth_l1 is huber over beta.      {input} → {output}
        The slope is never above 1 (delta): one wild target cannot throw the weights far.

        不取平方的差，离群的样本影响小些（torch.nn.HuberLoss）。
        l1：|x − t|      huber：0 附近 (x − t)² / 2，超出 delta 为 delta ⋅ (|x − t| − delta / 2)
        smooth_l1 是 huber 除以 beta。      {input} → {output}
        斜率不超过 1（delta）：一个离谱的目标不会把权重甩得很远。
    """)),
}  # fmt: skip
