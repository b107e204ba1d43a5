"""The explain pane's words on products of matrices, embeddings and attention, and their nodes."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike, paragraphs

EXPLAIN_PRODUCTS: Table = {
    **alike("explain.op", "matmul rmatmul mm bmm", paragraphs("""
        A product of matrices: every output is a row times a column, added up.
        out[…,i,j] = Σ_k input[…,i,k] ⋅ other[…,k,j]      (torch.matmul)
        {input} ⋅ {other} → {output}
        The last two sizes are multiplied; all before them are a batch and are broadcast.
        grad input = g ⋅ otherᵀ      grad other = inputᵀ ⋅ g
        Watch out: a 1-D operand is taken as a row or a column and its size disappears.

        矩阵乘积：每个输出是一行乘一列再相加。
        out[…,i,j] = Σ_k input[…,i,k] ⋅ other[…,k,j]      （torch.matmul）
        {input} ⋅ {other} → {output}
        相乘的是最后两维；前面各维是批量，会广播。
        grad input = g ⋅ otherᵀ      grad other = inputᵀ ⋅ g
        注意：一维的操作数会被当作行或列，那一维随后消失。
    """)),
    **alike("explain.op", "MmBackward0 BmmBackward0 UnsafeViewBackward0", paragraphs("""
        The backward of {name}, out = input ⋅ other: two products of matrices.
        grad input = g ⋅ otherᵀ      grad other = inputᵀ ⋅ g
        Produced: {gradients}
        A product of more than two dimensions is reshaped to this and back, by nodes of its own.

        {name} 的反向传播，out = input ⋅ other：两个矩阵乘积。
        grad input = g ⋅ otherᵀ      grad other = inputᵀ ⋅ g
        得到：{gradients}
        维数更多的乘积先变形成这样，再变回来，各有自己的节点。
    """)),
    "explain.op.einsum": paragraphs("""
        A sum of products, written with a letter for each dimension (torch.einsum).
        "bik,bkj->bij": out[b,i,j] = Σ_k first[b,i,k] ⋅ second[b,k,j]
        {input} → {output}
        A letter that is not after -> is summed over; "..." stands for all other dimensions.
        The gradient of an operand is the same sum with the places of the letters swapped.

        乘积之和，每一维写成一个字母（torch.einsum）。
        "bik,bkj->bij"：out[b,i,j] = Σ_k first[b,i,k] ⋅ second[b,k,j]
        {input} → {output}
        没有写在 -> 之后的字母要求和；"..." 代表其余各维。
        操作数的梯度是同样的和，只是字母换了位置。
    """),
    **alike("explain.op", "addmm baddbmm addmv", paragraphs("""
        A product of matrices with something added to it.
        out = beta ⋅ input + alpha ⋅ (mat1 ⋅ mat2)      (torch.addmm)
        {input} + … → {output}
        A linear layer with a bias is this: x ⋅ Aᵀ + b.

        矩阵乘积再加上一项。
        out = beta ⋅ input + alpha ⋅ (mat1 ⋅ mat2)      （torch.addmm）
        {input} + … → {output}
        带偏置的线性层就是它：x ⋅ Aᵀ + b。
    """)),
    "explain.op.embedding": paragraphs("""
        Looks up a row of the weight for every number; nothing is computed (torch.nn.Embedding).
        out[…,:] = weight[input[…],:]
        {input} numbers → {output}
        grad weight[r,:] = the sum of g over all places that took row r; 0 for the other rows.
        Row padding_idx never gets a gradient.
        Watch out: a number outside 0 … num_embeddings − 1 is an error, on a GPU a late one.

        按每个编号取出权重的一行：没有任何运算（torch.nn.Embedding）。
        out[…,:] = weight[input[…],:]
        {input} 个编号 → {output}
        grad weight[r,:] = 取了第 r 行的所有位置的 g 之和；其余各行为 0。
        padding_idx 那一行永远没有梯度。
        注意：编号超出 0 … num_embeddings − 1 会报错，在 GPU 上报得还晚。
    """),
    "explain.op.EmbeddingBackward0": paragraphs("""
        The backward of {name}: adds each place's gradient to the row that it took.
        grad weight[r,:] = Σ g[…,:] wherever input[…] = r
        Produced: {gradients}
        Rows that no number asked for stay 0; so does row padding_idx.
        With tied weights the output layer adds its own share to the same weight.

        {name} 的反向传播：每个位置的梯度加到它取的那一行上。
        grad weight[r,:] = Σ g[…,:]，凡 input[…] = r
        得到：{gradients}
        没有被取的行仍是 0；padding_idx 那一行也是。
        权重共享时，输出层还会把自己的一份加到同一个权重上。
    """),
    "explain.op.scaled_dot_product_attention": paragraphs("""
        Each query takes a mean of the values, by how well it matches their keys.
        Attention(Q, K, V) = softmax(Q ⋅ Kᵀ ⋅ scale + mask) ⋅ V      (Vaswani et al., 2017)
        Q {input} → {output}      scale = 1 / √(features of Q) if not given
        is_causal: query i sees keys 0 … i. A mask of booleans: True may be seen.
        Inside, as cells: {name}.scores[…,i,j] and {name}.weights[…,i,j]
        Watch out: a query that may see nothing at all has no softmax.

        每个查询按自己与各个键的匹配程度，对值取加权平均。
        Attention(Q, K, V) = softmax(Q ⋅ Kᵀ ⋅ scale + mask) ⋅ V      （Vaswani 等，2017）
        Q {input} → {output}      不给 scale 时，scale = 1 / √（Q 的特征数）
        is_causal：第 i 个查询只看第 0 … i 个键。布尔掩码：True 表示可以看。
        其中的数也是单元格：{name}.scores[…,i,j] 和 {name}.weights[…,i,j]
        注意：什么都看不到的查询没有 softmax。
    """),
    **alike(
        "explain.op",
        "ScaledDotProductFlashAttentionForCpuBackward0 ScaledDotProductFlashAttentionBackward0"
        " ScaledDotProductEfficientAttentionBackward0 ScaledDotProductCudnnAttentionBackward0",
        paragraphs("""
        The backward of {name}: gradients of the queries, keys and values, in this order.
        w: the weights, g: the gradient on the output, s_ij = w_ij ⋅ (g_i⋅v_j − g_i⋅out_i)
        grad q_i = scale ⋅ Σ_j s_ij k_j   grad k_j = scale ⋅ Σ_i s_ij q_i   grad v_j = Σ_i w_ij g_i
        Produced: {gradients}
        The weights are not kept: they are computed again from Q and K.

        {name} 的反向传播：依次是查询、键、值的梯度。
        w：权重，g：输出的梯度，s_ij = w_ij ⋅ (g_i⋅v_j − g_i⋅out_i)
        grad q_i = scale ⋅ Σ_j s_ij k_j   grad k_j = scale ⋅ Σ_i s_ij q_i   grad v_j = Σ_i w_ij g_i
        得到：{gradients}
        权重没有保存，而是由 Q 和 K 重新算出。
    """)),
    "explain.op.multi_head_attention_forward": paragraphs("""
        Several attentions beside each other, each over its own part of the features, in one op.
        q, k, v = x ⋅ W_inᵀ + b      weights_h = softmax(q_h ⋅ k_hᵀ / √d + mask)
        heads = weights_1 ⋅ v_1, weights_2 ⋅ v_2, … side by side      out = heads ⋅ W_outᵀ + b
        {input} → {output}      (torch.nn.MultiheadAttention)
        A key of key_padding_mask and a True of attn_mask are hidden; a mask of numbers is added.
        The second output is the weights: the mean of all heads, unless average_attn_weights=False.
        Watch out: the input is (length, batch, features) unless batch_first=True.

        几个注意力并排，各用一部分特征，合成一个算子。
        q, k, v = x ⋅ W_inᵀ + b      weights_h = softmax(q_h ⋅ k_hᵀ / √d + mask)
        heads = weights_1 ⋅ v_1、weights_2 ⋅ v_2……并排      out = heads ⋅ W_outᵀ + b
        {input} → {output}      （torch.nn.MultiheadAttention）
        key_padding_mask 中的键和 attn_mask 中的 True 被遮住；数值掩码则相加。
        第二个输出是权重：各头的平均，除非 average_attn_weights=False。
        注意：输入是（长度，批量，特征），除非 batch_first=True。
    """),
    **alike("explain.op", "lstm lstm_cell", paragraphs("""
        Steps through a sequence with a state h and a memory c (torch.nn.LSTM; Hochreiter 1997).
        i, f, o = sigmoid(W⋅x + U⋅h + b)      g = tanh(W⋅x + U⋅h + b), each with weights of its own
        c = f ⋅ c_before + i ⋅ g      h = o ⋅ tanh(c)
        {input} → {output}
        Its gradient goes back through time: δ_t, on the gates of step t, gets U ⋅ δ_t+1 too.
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        Watch out: the input is (steps, batch, features) unless batch_first=True.

        用状态 h 和记忆 c 逐步走过一个序列（torch.nn.LSTM；Hochreiter 1997）。
        i, f, o = sigmoid(W⋅x + U⋅h + b)      g = tanh(W⋅x + U⋅h + b)，各有自己的权重
        c = f ⋅ c_before + i ⋅ g      h = o ⋅ tanh(c)
        {input} → {output}
        梯度沿时间反传：δ_t 是第 t 步各门的梯度，其中也有 U ⋅ δ_t+1 的一份。
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        注意：输入是（步数，批量，特征），除非 batch_first=True。
    """)),
    **alike("explain.op", "gru gru_cell", paragraphs("""
        Steps through a sequence with a state h and two gates (torch.nn.GRU; Cho et al., 2014).
        r, z = sigmoid(W⋅x + U⋅h + b)      n = tanh(W⋅x + b + r ⋅ (U⋅h + b′))
        h = (1 − z) ⋅ n + z ⋅ h_before
        {input} → {output}
        Its gradient goes back through time: δ_t, on the gates of step t, gets U ⋅ δ_t+1 too.
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        Watch out: the input is (steps, batch, features) unless batch_first=True.

        用状态 h 和两个门逐步走过一个序列（torch.nn.GRU；Cho 等，2014）。
        r, z = sigmoid(W⋅x + U⋅h + b)      n = tanh(W⋅x + b + r ⋅ (U⋅h + b′))
        h = (1 − z) ⋅ n + z ⋅ h_before
        {input} → {output}
        梯度沿时间反传：δ_t 是第 t 步各门的梯度，其中也有 U ⋅ δ_t+1 的一份。
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        注意：输入是（步数，批量，特征），除非 batch_first=True。
    """)),
    **alike("explain.op", "rnn_tanh rnn_relu rnn_tanh_cell rnn_relu_cell", paragraphs("""
        Steps through a sequence with a state h (torch.nn.RNN; Elman 1990).
        h = tanh(W⋅x + b + U⋅h_before + b′), or max(0, …) with nonlinearity="relu"
        {input} → {output}
        Its gradient goes back through time: δ_t, on the sum of step t, gets U ⋅ δ_t+1 too.
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        Watch out: over many steps that product with U vanishes or explodes; LSTM and GRU less so.

        用状态 h 逐步走过一个序列（torch.nn.RNN；Elman 1990）。
        h = tanh(W⋅x + b + U⋅h_before + b′)；nonlinearity="relu" 时是 max(0, …)
        {input} → {output}
        梯度沿时间反传：δ_t 是第 t 步的和的梯度，其中也有 U ⋅ δ_t+1 的一份。
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        注意：步数一多，反复乘以 U 会使梯度消失或爆炸；LSTM 和 GRU 则好得多。
    """)),
    **alike("explain.op", "MkldnnRnnLayerBackward0 CudnnRnnBackward0 ThnnFusedLstmCellBackward0"
            " ThnnFusedGruCellBackward0", paragraphs("""
        The backward of {name}: back through time, from the last step to the first.
        δ_t: the gradient on the sums that the gates of step t are computed from
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        Produced: {gradients}
        It is one node: the steps are inside of it, and torch does not hand their δ out.

        {name} 的反向传播：沿时间从最后一步回到第一步。
        δ_t：第 t 步各门激活前的和的梯度
        grad W = Σ_t δ_t ⋅ x_t      grad U = Σ_t δ_t ⋅ h_t−1      grad x_t = Wᵀ ⋅ δ_t
        得到：{gradients}
        这只是一个节点：各步都在里面，torch 不给出它们的 δ。
    """)),
}  # fmt: skip
