"""The explain pane's words on ops that work element by element, and on their autograd nodes."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_POINTWISE: Table = {
    "explain.op.relu": paragraphs("""
        Lets what is above zero through and turns the rest into 0.
        ReLU(x) = max(0, x)      its slope: 1 where x > 0, else 0 (PyTorch takes 0 at x = 0)
        {input} → {output}: the shape stays; no parameters.
        Without it, layers one after another would collapse into a single linear map.
        For one sample of a new net about half are 0. Call them inactive:
        a unit is dead only if it is 0 for every sample; then no gradient passes ever again.
        Watch out: one step with too large an lr can push units there.
        Watch out: inplace=True overwrites its input; if backward needs it, torch raises an error.

        大于零的原样通过，其余变成 0。
        ReLU(x) = max(0, x)      斜率：x > 0 处为 1，否则为 0（x = 0 处 PyTorch 取 0）
        {input} → {output}：形状不变；没有参数。
        没有它，再多的线性层叠起来也只是一个线性映射。
        新网络对一个样本约有一半输出为 0，这只能叫“未激活”：
        对所有样本都是 0 才叫“死亡”，那时再也没有梯度通过。
        注意：lr 太大，一步就可能把单元推进这种状态。
        注意：inplace=True 会覆盖输入；若 backward 还要用它，torch 会报错。
    """),
    "explain.op.ReluBackward0": paragraphs("""
        The backward of {name}: lets the gradient through where the output was above 0.
        grad x = g where out > 0, else 0
        Produced: {gradients}
        It reads only the output, which is what torch has saved.
        Watch out: a unit that is 0 for every sample never gets a gradient again: it stays dead.

        {name} 的反向传播：输出大于 0 的地方梯度通过，其余为 0。
        grad x = g（out > 0 处），否则为 0
        得到：{gradients}
        它只用到输出，torch 保存的也正是输出。
        注意：对所有样本都输出 0 的单元再也得不到梯度：它一直“死亡”。
    """),
    "explain.op.softplus": paragraphs("""
        A smooth ReLU: above 0 everywhere, close to 0 far below zero and to x far above it.
        Softplus(x) = log(1 + exp(β⋅x)) / β      its slope: sigmoid(β⋅x), between 0 and 1
        {input} → {output}: the shape stays; no parameters.
        Where β⋅x is above threshold (20 if not given), torch passes x on as it is.
        Unlike ReLU it never closes: every unit always gets some gradient.
        Watch out: its output is never exactly 0, so nothing after it is sparse.

        平滑的 ReLU：处处大于 0；x 远小于零时接近 0，远大于零时接近 x。
        Softplus(x) = log(1 + exp(β⋅x)) / β      斜率：sigmoid(β⋅x)，在 0 与 1 之间
        {input} → {output}：形状不变；没有参数。
        β⋅x 大于 threshold（默认 20）时，torch 直接输出 x。
        与 ReLU 不同，它从不关闭：每个单元总能得到一些梯度。
        注意：输出永远不会恰好是 0，因此得不到稀疏的结果。
    """),
    "explain.op.SoftplusBackward0": paragraphs("""
        The backward of {name}: multiplies the gradient by the slope, the sigmoid of β⋅x.
        grad x = g ⋅ z / (1 + z), z = exp(β⋅x)      where β⋅x is above threshold: grad x = g
        Produced: {gradients}
        It reads the input, which torch has saved.

        {name} 的反向传播：梯度乘以斜率，即 β⋅x 的 sigmoid。
        grad x = g ⋅ z / (1 + z)，z = exp(β⋅x)      β⋅x 大于 threshold 处：grad x = g
        得到：{gradients}
        它要用到输入，torch 已将其保存。
    """),
    "explain.op.dropout": paragraphs("""
        While training, sets each number to 0 with probability p and scales the others up.
        out = input ⋅ mask / (1 − p)      p = {p}      in eval mode: out = input
        {input} → {output}; no parameters.
        The mask is drawn anew in each forward: repeating a step needs the generator's state.
        Watch out: forget net.eval(), and a test gives another result each time.

        训练时以概率 p 把每个数置 0，其余的按比例放大。
        out = input ⋅ mask / (1 − p)      p = {p}      eval 模式下：out = input
        {input} → {output}；没有参数。
        每次 forward 重新抽取 mask：要重现一步，必须恢复随机数生成器的状态。
        注意：忘了 net.eval()，测试结果每次都不一样。
    """),
    "explain.op.add": paragraphs("""
        Adds two tensors element by element; this is where a residual connection joins.
        out_i = input_i + alpha ⋅ other_i
        {input} + {other} → {output}
        In the backward the gradient goes on to both unchanged: a way round the layers between.
        Watch out: sizes of 1 are stretched to fit, which can hide a wrong shape.
        Watch out: x += y writes into x; if backward needs the old x, torch raises an error.

        两个张量逐元素相加；残差连接就在这里汇合。
        out_i = input_i + alpha ⋅ other_i
        {input} + {other} → {output}
        反向传播时梯度原样传给两边：绕过中间各层的一条近路。
        注意：大小为 1 的维会自动扩展（广播），形状错了也可能看不出来。
        注意：x += y 会改写 x；若 backward 还要用旧的 x，torch 会报错。
    """),
    "explain.op.AddBackward0": paragraphs("""
        The backward of {name}: an addition passes its gradient on to both sides.
        grad input = g      grad other = alpha ⋅ g
        Produced: {gradients}
        Where a size was stretched in the forward, the gradient is summed over it.

        {name} 的反向传播：加法把梯度原样交给两边。
        grad input = g      grad other = alpha ⋅ g
        得到：{gradients}
        forward 时被广播的维，梯度在那一维上求和。
    """),
}
