"""The explain pane's words on ops that move numbers, and on their autograd nodes."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import paragraphs

EXPLAIN_RESHAPE: Table = {
    "explain.op.view": paragraphs("""
        The same numbers under another shape; nothing is copied, both share one memory.
        {input} → {output}      {elements}
        Why {flat}: the sizes on the way are {chain}
        -1 is worked out from the rest: all elements / the product of the other sizes.
        Watch out: view(-1, 400) does not know samples. Where one has 16*4*4 = 256 numbers, 25 of
        them silently become 16 rows; a single one raises.
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

        {name} 的反向：把梯度变回输入原来的形状。
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

        把从 start_dim 起的各维合成一维；flatten(x, 1) 不动 batch 维。
        {input} → {output}      {elements}
        为什么是 {flat}：途中的尺寸是 {chain}
        内存允许时是 view，否则复制。
        注意：torch.flatten 默认从第 0 维开始，nn.Flatten 从第 1 维：x.flatten() 会混掉样本。
    """),
}
