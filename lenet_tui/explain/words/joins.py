"""The explain pane's words on what moves numbers, puts them side by side or chooses among them."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike, paragraphs

EXPLAIN_JOINS: Table = {
    **alike("explain.op", "cat concat concatenate hstack vstack dstack", paragraphs("""
        Puts tensors side by side along a dimension that is there; nothing is computed (torch.cat).
        {input} and the others → {output}
        All other sizes must be equal. Skip connections of a U-Net and class tokens use it.
        In the backward each tensor gets its own slice of the gradient.
        Watch out: it copies; the tensors are twice in memory.

        沿已有的一维把几个张量并排放在一起：没有运算（torch.cat）。
        {input} 等 → {output}
        其余各维必须相等。U-Net 的跳跃连接、类别标记都用它。
        反向传播时每个张量得到自己那一段梯度。
        注意：它会复制，内存里有两份。
    """)),
    "explain.op.CatBackward0": paragraphs("""
        The backward of {name}: cuts the gradient into the slices that the tensors were.
        grad of each = its slice of g
        Produced: {gradients}
        No arithmetic: every number stays what it is.

        {name} 的反向传播：把梯度按原来各个张量切开。
        每个张量的 grad = g 中属于它的一段
        得到：{gradients}
        没有运算：每个数都不变。
    """),
    **alike("explain.op", "zeros zeros_like ones ones_like", paragraphs("""
        A new tensor that is filled with 0, or with 1 (torch.zeros, torch.ones).
        {output}
        No arithmetic, and no gradient. Recurrent layers begin with one where no state is given.

        一个新的张量，全部填 0 或全部填 1（torch.zeros、torch.ones）。
        {output}
        没有运算，也没有梯度。循环层没有给定初始状态时就以它开始。
    """)),
    "explain.op.stack": paragraphs("""
        Puts tensors of one shape side by side along a new dimension (torch.stack).
        out[…,n,…] = tensors[n][…]      {output}
        No arithmetic. In the backward each tensor gets its own slice of the gradient.
        Watch out: torch.cat joins along a dimension that is there already.

        沿新的一维把形状相同的张量叠在一起（torch.stack）。
        out[…,n,…] = tensors[n][…]      {output}
        没有运算。反向传播时每个张量得到自己那一片梯度。
        注意：torch.cat 是沿已有的一维拼接。
    """),
    **alike("explain.op", "chunk split tensor_split unbind split_with_sizes", paragraphs("""
        Cuts a tensor into several along a dimension: views, nothing is copied (torch.split).
        {input} → {output} and others
        Each part is a tensor with a name of its own: {name}, {name}[1], …
        In the backward their gradients are put back side by side; an unused part gives zeros.

        沿一维把张量切成几段：都是视图，不复制（torch.split）。
        {input} → {output} 等
        每一段都是有自己名字的张量：{name}、{name}[1]……
        反向传播时各段的梯度再并排放回；没用到的一段给出 0。
    """)),
    **alike("explain.op", "getitem select narrow index_select gather take_along_dim",
            paragraphs("""
        Takes some of the numbers: x[1:], x[:, 0], x[mask], x[indices] (torch indexing).
        {input} → {output}
        Slices are views; a tensor of indices or a mask copies.
        In the backward every number that was taken gets its gradient, taken twice: the sum of both;
        the others get 0.
        Watch out: x[mask] has as many elements as are True: its size changes with the data.

        取出一部分数：x[1:]、x[:, 0]、x[mask]、x[indices]（torch 的下标）。
        {input} → {output}
        切片是视图；用下标张量或掩码则会复制。
        反向传播时取走的数得到各自的梯度，取两次就是两份之和；其余得 0。
        注意：x[mask] 的元素个数等于 True 的个数：大小随数据而变。
    """)),
    **alike("explain.op", "SliceBackward0 SelectBackward0 IndexBackward0 GatherBackward0"
            " SplitBackward0 SplitWithSizesBackward0 UnbindBackward0 IndexSelectBackward0",
            paragraphs("""
        The backward of {name}: puts the gradient where the numbers came from, 0 elsewhere.
        grad x = g at the places that were taken; a place taken twice gets the sum of both
        Produced: {gradients}
        No arithmetic but that sum.

        {name} 的反向传播：把梯度放回这些数原来的位置，其余为 0。
        grad x = 取走的位置上的 g；同一位置取两次则相加
        得到：{gradients}
        除此之外没有运算。
    """)),
    **alike("explain.op", "transpose permute t T mT movedim swapaxes", paragraphs("""
        The same numbers with the dimensions in another order: a view (torch.permute).
        {input} → {output}
        Nothing is copied: only the strides change, so the memory is no longer in row order.
        Watch out: view raises an error after it; contiguous or reshape copies.

        还是那些数，只是维的顺序变了：是视图（torch.permute）。
        {input} → {output}
        不复制，只改步长，所以内存不再按行排列。
        注意：之后用 view 会报错；contiguous 或 reshape 会复制。
    """)),
    **alike("explain.op", "TransposeBackward0 PermuteBackward0", paragraphs("""
        The backward of {name}: puts the dimensions of the gradient back in their order.
        Produced: {gradients}
        No arithmetic: every number stays what it is.

        {name} 的反向传播：把梯度的各维换回原来的顺序。
        得到：{gradients}
        没有运算：每个数都不变。
    """)),
    **alike("explain.op", "expand expand_as broadcast_to", paragraphs("""
        Repeats a size of 1 without copying: every copy is the same memory (Tensor.expand).
        {input} → {output}
        In the backward the gradients of all copies add up.
        Watch out: writing into it writes into all copies at once.

        把大小为 1 的维重复多次而不复制：每一份都是同一块内存（Tensor.expand）。
        {input} → {output}
        反向传播时各份的梯度相加。
        注意：往里写会同时改变所有各份。
    """)),
    "explain.op.ExpandBackward0": paragraphs("""
        The backward of {name}: adds up the gradients of all copies.
        grad x = Σ g over the dimensions that were stretched
        Produced: {gradients}

        {name} 的反向传播：把各份的梯度相加。
        grad x = 在被扩展的维上对 g 求和
        得到：{gradients}
    """),
    **alike("explain.op", "squeeze unsqueeze", paragraphs("""
        Takes away a dimension of size 1, or adds one: a view (torch.squeeze).
        {input} → {output}
        No arithmetic, nothing is copied.
        Watch out: squeeze() without a number also takes away a batch of one sample.

        去掉或添上大小为 1 的一维：是视图（torch.squeeze）。
        {input} → {output}
        没有运算，不复制。
        注意：不带参数的 squeeze() 会把只有一个样本的批量维也去掉。
    """)),
    **alike("explain.op", "contiguous clone", paragraphs("""
        The same numbers in memory of their own, in row order (Tensor.contiguous).
        {input} → {output}
        contiguous() gives the tensor back as it is, if it is in row order already.

        同样的数，放进自己的、按行排列的内存（Tensor.contiguous）。
        {input} → {output}
        若本来就按行排列，contiguous() 原样返回。
    """)),
    "explain.op.masked_fill": paragraphs("""
        Puts one number wherever a mask is True, and keeps the rest (Tensor.masked_fill).
        out = value where mask, else input      {input} → {output}
        With −∞ before a softmax, these places get the weight 0: that is how attention is masked.
        In the backward no gradient passes where the mask is True.
        Watch out: a row that is masked all over becomes NaN in the softmax.

        掩码为 True 的地方换成同一个数，其余不变（Tensor.masked_fill）。
        out = value（mask 处），否则为 input      {input} → {output}
        在 softmax 之前填 −∞，这些位置的权重就是 0：注意力正是这样遮蔽的。
        反向传播时，掩码为 True 的地方没有梯度通过。
        注意：整行都被遮住，softmax 就成了 NaN。
    """),
    "explain.op.where": paragraphs("""
        Takes each number from one tensor or from the other (torch.where).
        out = input where condition, else other      {output}
        In the backward each side gets the gradient where it was taken, 0 elsewhere.
        Watch out: a NaN made on the side that was not taken still turns its gradient into NaN.

        逐个元素从两个张量中取一个（torch.where）。
        out = input（condition 处），否则为 other      {output}
        反向传播时两边各自在被取用的位置得到梯度，其余为 0。
        注意：没被取用的一边若算出 NaN，它的梯度仍会变成 NaN。
    """),
    **alike("explain.op", "MaskedFillBackward0 WhereBackward0", paragraphs("""
        The backward of {name}: lets the gradient through where the number was taken.
        grad = g where it was taken, else 0
        Produced: {gradients}

        {name} 的反向传播：取用的位置梯度通过。
        grad = g（取用处），否则为 0
        得到：{gradients}
    """)),
}  # fmt: skip
